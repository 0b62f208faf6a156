"""Published flows, and replaying sessions against them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.ai.matching import match
from bot.ai.outline import similarity
from bot.charts.pool import ChartPool
from bot.charts.registry import Chart
from bot.cli.terminal import (
    JsonOption,
    WorkspaceOption,
    in_workspace,
    keep_picture,
    print_json,
    print_rows,
    print_text,
    say,
    started,
)
from bot.domain.cards import Picture
from bot.domain.flows import Flow
from bot.domain.formats import ExportFormat
from bot.domain.formats_reading import load_document, parse_flows
from bot.domain.heat_maps import HeatMap, StepHeat, use_words
from bot.domain.outline_text import to_outline
from bot.domain.records import parse_record
from bot.domain.replay import ReplayOutcome
from bot.domain.sessions import NewSession, SessionSource
from bot.domain.words import counted
from bot.offline import TERMINAL, SystemClock
from bot.services.flows import (
    archive_flow,
    export_flows,
    import_flows,
    list_flows,
    restore_flow,
    roll_back_flow,
)
from bot.services.heat_maps import read_heat_map
from bot.services.import_sources import UnusableFileError, open_source
from bot.services.replays import Replayed, replay_sessions
from storage.database import Database

flows = typer.Typer(help="Published flows.", no_args_is_help=True)
FlowId = Annotated[int, typer.Argument(help="Number of the flow.")]
ReadableFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


def add_to(cli: typer.Typer) -> None:
    cli.add_typer(flows, name="flows")
    cli.command()(replay)


@flows.command("list")
def list_(
    words: Annotated[str | None, typer.Argument(help="Only flows that these words fit.")] = None,
    *,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """List flows."""

    async def read(database: Database, workspace_id: str) -> list[Flow]:
        return await list_flows(database, workspace_id, words=words)

    found = in_workspace(workspace, read)
    columns = ("id", "version", "origin", "steps", "domain", "title")
    rows = [
        (
            each.id,
            each.current.number,
            each.origin,
            len(each.tree.nodes),
            each.current.draft.problem_domain,
            each.title,
        )
        for each in found
    ]
    if json:
        print_json({"flows": [dict(zip(columns, row, strict=True)) for row in rows]})
    else:
        print_rows(columns, rows)


@flows.command("show")
def show(
    flow_id: FlowId,
    *,
    heat: Annotated[bool, typer.Option("--heat", help="Tell how each step works out.")] = False,
    png: Annotated[
        Path | None, typer.Option(help="Draw the flow into this file; with --heat, its heat map.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Show a flow as an outline: = is a fix, ! an escalation, > an action."""

    async def read(database: Database, workspace_id: str) -> tuple[HeatMap, Picture | None]:
        found = await read_heat_map(database, workspace_id, flow_id, now=SystemClock().now())
        return found, await _drawn(found, heat=heat) if png else None

    found, picture = in_workspace(workspace, read)
    if png:
        keep_picture(picture, png)
    flow = found.flow
    print_text(
        f"{flow.title} (version {flow.current.number})\n{flow.current.draft.summary}\n\n{to_outline(flow.tree)}"
    )
    if heat:
        print_text(f"\n{found.takeaway}.\n{found.basis}.\n")
        print_rows(("step", "sessions", "text"), [_heat_row(step) for step in found.steps])


async def _drawn(found: HeatMap, *, heat: bool) -> Picture:
    async with ChartPool() as charts:
        if heat:
            return await charts.draw(Chart.HEAT_MAP, found)
        return await charts.draw(Chart.TREE, found.tree, found.flow.title)


def _heat_row(step: StepHeat) -> tuple[object, ...]:
    return step.number, " · ".join(use_words(step.use)), step.text


@flows.command("export")
def export(
    ids: Annotated[list[int] | None, typer.Argument(help="Numbers of flows; none: all.")] = None,
    *,
    format_: Annotated[ExportFormat, typer.Option("--format")] = ExportFormat.JSON,
    workspace: WorkspaceOption = None,
) -> None:
    """Print flows as a document."""

    async def read(database: Database, workspace_id: str) -> str:
        return await export_flows(database, workspace_id, format_, ids or ())

    print_text(in_workspace(workspace, read))


@flows.command("import")
def import_(file: ReadableFile, *, workspace: WorkspaceOption = None) -> None:
    """Publish the flows of a JSON or YAML file as new flows."""
    text = _text_of(file)

    async def write(database: Database, workspace_id: str) -> list[Flow]:
        return await import_flows(database, workspace_id, text, by=TERMINAL, now=SystemClock().now())

    published = in_workspace(workspace, write)
    say(f"{counted(len(published), 'flow')} published: {', '.join(str(flow.id) for flow in published)}.")


@flows.command("rollback")
def rollback(
    flow_id: FlowId,
    to_version: Annotated[int, typer.Argument(help="The version to go back to.")],
    *,
    workspace: WorkspaceOption = None,
) -> None:
    """Publish an earlier version of a flow again."""

    async def write(database: Database, workspace_id: str) -> Flow:
        now = SystemClock().now()
        return await roll_back_flow(database, workspace_id, flow_id, to_version, by=TERMINAL, now=now)

    flow = in_workspace(workspace, write)
    say(f"Flow {flow.id} is at version {flow.current.number}, which equals version {to_version}.")


@flows.command("archive")
def archive(flow_id: FlowId, *, workspace: WorkspaceOption = None) -> None:
    """Take a flow out of use; its versions stay."""

    async def write(database: Database, workspace_id: str) -> Flow:
        return await archive_flow(database, workspace_id, flow_id, by=TERMINAL, now=SystemClock().now())

    say(f"Flow {in_workspace(workspace, write).id} is archived.")


@flows.command("restore")
def restore(flow_id: FlowId, *, workspace: WorkspaceOption = None) -> None:
    """Put an archived flow into use again."""

    async def write(database: Database, workspace_id: str) -> Flow:
        return await restore_flow(database, workspace_id, flow_id, by=TERMINAL, now=SystemClock().now())

    flow = in_workspace(workspace, write)
    say(f"Flow {flow.id} is in use, at version {flow.current.number}.")


def replay(flows_file: ReadableFile, sessions_file: ReadableFile, *, json: JsonOption = False) -> None:
    """Walk the flows of a file over the sessions of another: would they have led to the fix?"""
    started()
    records = parse_flows(load_document(_text_of(flows_file)))
    results = replay_sessions(records, _sessions_of(sessions_file), match=match, similarity=similarity)
    if json:
        print_json({"sessions": [_document(result) for result in results]})
    else:
        counts = [
            (outcome, sum(result.outcome is outcome for result in results)) for outcome in ReplayOutcome
        ]
        print_rows(("outcome", "sessions"), counts)


def _sessions_of(file: Path) -> list[NewSession]:
    now = SystemClock().now()
    sessions = []
    with open_source(file) as source:
        for entry in source:
            if entry.record is None:
                raise UnusableFileError(f"{file}, line {entry.line}: {entry.reason}")
            sessions.append(parse_record(entry.record, source=SessionSource.IMPORT, now=now))
    return sessions


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableFileError(f"{file} cannot be read as text: {error}.") from error


def _document(result: Replayed) -> dict[str, object]:
    return {
        "session": result.session,
        "flow": result.flow,
        "score": round(result.score, 4),
        "outcome": result.outcome,
        "path": list(result.path),
        "ended_at": result.ended_at,
    }
