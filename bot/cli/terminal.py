"""What all subcommands share: options, results on standard output, everything else on standard error."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.domain.cards import Picture
from bot.domain.errors import FlowPilotError
from bot.logs import configure_logging
from bot.offline import open_database
from bot.services.workspaces import implied_workspace
from bot.settings import Settings, read_settings
from storage.database import Database

T = TypeVar("T")
WIDE = 10_000

WorkspaceOption = Annotated[
    str | None,
    typer.Option("--workspace", help="Slack's id of the workspace (T…); implied when there is only one."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def started() -> Settings:
    """The settings, with logging set up by them."""
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    return settings


def with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    """Run the work with the database open."""
    settings = started()

    async def run() -> T:
        async with open_database(settings) as database:
            return await work(database)

    return asyncio.run(run())


def in_workspace(named: str | None, work: Callable[[Database, str], Awaitable[T]]) -> T:
    """Run the work with the database open and the workspace that the command means."""

    async def run(database: Database) -> T:
        return await work(database, await implied_workspace(database, named))

    return with_database(run)


def say(sentence: str) -> None:
    """Tell the person at the terminal, beside the results."""
    sys.stderr.write(f"{sentence}\n")


def keep_picture(picture: Picture | None, path: Path) -> None:
    """Write the PNG and say what it shows."""
    if picture is None:
        say(f"There is nothing to draw: {path} is not written.")
        return
    try:
        path.write_bytes(picture.png)
    except OSError as error:
        raise FlowPilotError(f"{path} cannot be written: {error.strerror}.") from error
    say(f"Drew {path}: {picture.alt}")


def print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def print_text(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A plain table, as wide as the terminal; one line a row when another program reads it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    console = Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else WIDE)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table)


@contextmanager
def progress_bar(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error when that is a terminal. Call what it gives with how far the work has come."""
    columns = (TextColumn(label), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True
    ) as bar:
        task = bar.add_task(label, total=total)
        yield lambda completed: bar.update(task, completed=completed)
