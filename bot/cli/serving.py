"""Running FlowPilot, and looking after the installation.

What needs Slack is imported by the command that needs it: Slack's libraries take longer to import than all the rest.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.cli.terminal import print_text, say, started
from bot.offline import migrate_database


def add_to(cli: typer.Typer) -> None:
    for command in (run, web, worker, migrate, doctor, manifest):
        cli.command()(command)


def run() -> None:
    """Serve everything in one process: Slack, jobs and the clock."""
    _serve(intake=True, work=True)


def web() -> None:
    """Serve Slack only; a worker does the jobs."""
    _serve(intake=True, work=False)


def worker() -> None:
    """Do the jobs and keep the clock; another process listens to Slack."""
    _serve(intake=False, work=True)


def migrate() -> None:
    """Bring the database to this version's schema."""
    asyncio.run(migrate_database(started()))
    say("The database has the schema of this version.")


def doctor() -> None:
    """Check settings, database, Slack and model, and say what to do about each."""
    from bot.cli.doctor import examine  # noqa: PLC0415

    findings = asyncio.run(examine(started()))
    for finding in findings:
        print_text(f"{'ok     ' if finding.is_well else 'PROBLEM'}  {finding.part}: {finding.sentence}")
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


def manifest(
    *,
    url: Annotated[str | None, typer.Option(help="Public address: for HTTP instead of Socket Mode.")] = None,
) -> None:
    """Print the Slack app's manifest: paste it at api.slack.com/apps, Create New App, From a Manifest."""
    from bot.slack.manifest import manifest as manifest_for  # noqa: PLC0415

    print_text(manifest_for(url))


def _serve(*, intake: bool, work: bool) -> None:
    from bot.app import serve  # noqa: PLC0415

    asyncio.run(serve(started(), intake=intake, work=work))
