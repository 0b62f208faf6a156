"""The reports: dashboard and digest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.charts.pool import ChartPool
from bot.charts.registry import Chart, Part
from bot.cli.plain import plain_words
from bot.cli.terminal import (
    JsonOption,
    WorkspaceOption,
    in_workspace,
    keep_picture,
    print_json,
    print_text,
    say,
)
from bot.domain.cards import Picture
from bot.domain.dashboard import Dashboard
from bot.domain.dashboard_document import dashboard_document
from bot.domain.digests import Digest
from bot.domain.gap_document import gap_document, gap_documents
from bot.domain.gaps import GapReport
from bot.domain.sessions import ProblemDomain
from bot.domain.spending import SpendingTotal, spending_document
from bot.domain.windows import Period
from bot.offline import TERMINAL, SystemClock
from bot.services.digests import preview_digest, request_digest
from bot.services.gaps import read_gaps
from bot.services.spending import read_spending
from bot.services.stats import read_dashboard
from bot.slack.views.digest_details import digest_details
from bot.slack.views.digests import digest_message
from bot.slack.views.gaps import gaps_message
from bot.slack.views.stats import dashboard_message
from storage.database import Database


def add_to(cli: typer.Typer) -> None:
    cli.command()(stats)
    cli.command()(gaps)
    cli.command()(digest)


def stats(
    *,
    period: Annotated[Period, typer.Option(help="How far back.")] = Period.MONTH,
    domain: Annotated[ProblemDomain | None, typer.Option(help="Only this problem domain.")] = None,
    png: Annotated[Path | None, typer.Option(help="Draw the dashboard into this file.")] = None,
    chart: Annotated[Part | None, typer.Option(help="Draw only this part, larger.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Show the dashboard's figures."""
    if chart and not png:
        raise typer.BadParameter("Say with --png into which file it is drawn.", param_hint="--chart")

    async def read(database: Database, workspace_id: str) -> tuple[Dashboard, SpendingTotal, Picture | None]:
        clock = SystemClock()
        dashboard = await read_dashboard(database, clock, workspace_id, days=period.days, domain=domain)
        spending = await read_spending(database, clock, workspace_id, days=period.days)
        return dashboard, spending, await _drawn(dashboard, chart) if png else None

    dashboard, spending, picture = in_workspace(workspace, read)
    if png:
        keep_picture(picture, png)
    if json:
        print_json(dashboard_document(dashboard) | {"analysis_costs": spending_document(spending)})
    else:
        print_text(plain_words(dashboard_message(dashboard, None, asked_by=TERMINAL.id)))


async def _drawn(dashboard: Dashboard, part: Part | None) -> Picture | None:
    if dashboard.is_empty:
        return None
    async with ChartPool() as charts:
        if part is None:
            return await charts.draw(Chart.DASHBOARD, dashboard)
        return await charts.draw(Chart.PART, dashboard, part)


def gaps(
    *,
    period: Annotated[Period, typer.Option(help="How far back.")] = Period.MONTH,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Show where knowledge is missing, the most costly first."""

    async def read(database: Database, workspace_id: str) -> GapReport:
        return await read_gaps(database, workspace_id, days=period.days, now=SystemClock().now())

    report = in_workspace(workspace, read)
    if json:
        print_json(gap_document(report))
    else:
        print_text(plain_words(gaps_message(report)))


def digest(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print it.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Print the digest of the seven days up to today; without --dry-run, post it to the digest channel as well."""
    now = SystemClock().now()

    async def work(database: Database, workspace_id: str) -> Digest:
        if not dry_run:
            await request_digest(database, workspace_id, now=now)
        return await preview_digest(database, workspace_id, now=now)

    found = in_workspace(workspace, work)
    if json:
        print_json(
            {
                "due_on": found.due_on.isoformat(),
                "dashboard": dashboard_document(found.dashboard),
                "gaps": gap_documents(found.gaps),
            }
        )
    else:
        print_text("\n\n".join(_texts(found)))
    if not dry_run:
        say("The worker posts it to the digest channel, unless today's stands there already.")


def _texts(found: Digest) -> list[str]:
    """The message, and what stands in its thread."""
    messages = [digest_message(found, None), *([digest_details(found)] if found.has_details else [])]
    return [plain_words(message) for message in messages]
