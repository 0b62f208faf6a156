"""Sessions from files, and their analysis."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.terminal import WorkspaceOption, progress_bar, say, started
from bot.domain.sessions import AnalysisOutcome
from bot.domain.words import counted
from bot.offline import SystemClock, analyst_of, open_database
from bot.services.analysis import analyze_pending, count_pending
from bot.services.import_maps import read_map
from bot.services.import_sources import FileFormat, Source, open_source
from bot.services.imports import ImportReport, Rejected, RejectedFile, adding_to, import_sessions
from bot.services.uniting import unite_everywhere
from bot.services.workspaces import LOCAL_WORKSPACE, workspace_for_import
from storage.database import Database

LOCAL_NOTE = "FlowPilot is not in Slack yet, so they stay on this machine. Import the file again once it is."
SHOWN_REJECTS = 20
"""Rejected lines that are told one by one; the file beside the import has all of them."""

ANALYSED_IN_WORDS = {
    AnalysisOutcome.PROPOSED: "began a proposal",
    AnalysisOutcome.ENHANCED: "would change a flow",
    AnalysisOutcome.JOINED: "joined a proposal",
    AnalysisOutcome.REINFORCED: "followed a flow",
    AnalysisOutcome.SKIPPED: "taught nothing new",
    None: "failed and will be tried again",
}


def add_to(cli: typer.Typer) -> None:
    cli.command("import")(import_)
    cli.command()(analyze)


def analyze(
    *, limit: Annotated[int | None, typer.Option(min=1, help="At most so many sessions.")] = None
) -> None:
    """Run pending analyses now."""
    settings = started()
    outcomes: list[AnalysisOutcome | None] = []

    async def work() -> int:
        async with open_database(settings) as database:
            pending = await count_pending(database)
            total = pending if limit is None else min(limit, pending)
            with progress_bar("Analysing", total) as progress:

                def note(outcome: AnalysisOutcome | None) -> None:
                    outcomes.append(outcome)
                    progress(len(outcomes))

                await analyze_pending(
                    database, analyst_of(settings), SystemClock(), limit=total, on_done=note
                )
            return await unite_everywhere(database, SystemClock())

    united = asyncio.run(work())
    told = [
        f"{outcomes.count(outcome)} {words}"
        for outcome, words in ANALYSED_IN_WORDS.items()
        if outcome in outcomes
    ]
    say(f"{counted(len(outcomes), 'session')} analysed" + (f": {', '.join(told)}." if told else "."))
    if united:
        say(f"{counted(united, 'proposal')} joined with others that are about the same problem.")


def import_(
    file: Annotated[Path, typer.Argument(help="JSON Lines or CSV, gzip or not.")],
    *,
    format_: Annotated[
        FileFormat | None, typer.Option("--format", help="By the file's name if not given.")
    ] = None,
    map_: Annotated[
        Path | None, typer.Option("--map", help="What the columns of a CSV file mean, as TOML.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Import sessions. The same file twice adds nothing; wrong lines are named and the others go in."""
    settings = started()
    column_map = read_map(map_) if map_ else None
    file_format = format_ or (FileFormat.CSV if map_ or ".csv" in file.suffixes else FileFormat.SESSIONS)

    async def work() -> tuple[ImportReport, str]:
        async with open_database(settings) as database:
            with open_source(file, file_format=file_format, column_map=column_map) as source:
                workspace_id = await workspace_for_import(database, workspace, now=SystemClock().now())
                return await _import(database, source, workspace_id), workspace_id

    report, workspace_id = asyncio.run(work())
    say(
        f"{report.read} read: {report.added} added, {report.known} known already, {report.rejected} rejected."
    )
    if workspace_id == LOCAL_WORKSPACE and report.added:
        say(LOCAL_NOTE)
    if report.rejected:
        say(f"The rejected lines and the reasons are in {RejectedFile(file).path}.")
        raise typer.Exit(2)


async def _import(database: Database, source: Source, workspace_id: str) -> ImportReport:
    now = SystemClock().now()
    told = 0
    with ExitStack() as stack:
        rejects = stack.enter_context(RejectedFile(source.path))
        progress = stack.enter_context(progress_bar("Importing", source.bytes_total))

        def reject(rejected: Rejected) -> None:
            nonlocal told
            rejects.write(rejected)
            told += 1
            if told <= SHOWN_REJECTS:
                say(f"line {rejected.line}: {rejected.reason}")

        return await import_sessions(
            source,
            add=adding_to(database, workspace_id, now=now),
            now=now,
            on_rejected=reject,
            on_progress=lambda read, _total: progress(read),
        )
