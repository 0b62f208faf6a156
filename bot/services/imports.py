"""Importing sessions from a file: batch by batch, the good ones in, the others reported."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from bot.domain.errors import InvalidRecordError
from bot.domain.records import parse_record
from bot.domain.sessions import NewSession, SessionSource
from bot.services.import_sources import Entry, Source, UnusableFileError
from storage.database import Database

BATCH_SIZE = 1000

AddBatch = Callable[[Sequence[NewSession]], Awaitable[int]]
"""Stores sessions, all or none, and returns how many were new; of two with one external id the first is stored."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is not imported, why, and what stands there."""

    line: int
    reason: str
    record: object


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file's records: `added` are new, `known` were there or came twice, `rejected` are wrong."""

    added: int = 0
    known: int = 0
    rejected: int = 0

    @property
    def read(self) -> int:
        return self.added + self.known + self.rejected


async def import_sessions(
    source: Source,
    *,
    add: AddBatch,
    now: datetime,
    on_rejected: Callable[[Rejected], None],
    on_progress: Callable[[int, int], None],
) -> ImportReport:
    """Import what `source` holds; a second time adds nothing.

    Each batch is stored by itself: what went in before an error stays. `on_progress` hears the bytes read and the
    bytes in all, after each batch.

    Raises:
        UnusableFileError: the file is damaged from some line on.
    """
    entries = iter(source)
    report = ImportReport()
    # Reading is work for the processor: in a thread, other tasks of this process go on meanwhile.
    while batch := await asyncio.to_thread(_next_batch, entries, now):
        for rejected in batch.rejected:
            on_rejected(rejected)
        added = await add(batch.sessions) if batch.sessions else 0
        report = ImportReport(
            added=report.added + added,
            known=report.known + len(batch.sessions) - added,
            rejected=report.rejected + len(batch.rejected),
        )
        on_progress(source.bytes_read, source.bytes_total)
        if batch.damage is not None:
            raise batch.damage
    return report


def adding_to(database: Database, workspace_id: str, *, now: datetime) -> AddBatch:
    """Adds each batch to a workspace in a transaction of its own."""

    async def add(batch: Sequence[NewSession]) -> int:
        async with database.transaction(workspace_id) as transaction:
            return await transaction.sessions.add_many(batch, now=now)

    return add


class RejectedFile:
    """The file beside an import that keeps its rejected lines. It exists only when there are some."""

    def __init__(self, imported: Path) -> None:
        self.path = imported.with_name(imported.name + ".rejected.jsonl")
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        """Removes what an earlier import of the same file left."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, rejected: Rejected) -> None:
        document = {"line": rejected.line, "reason": rejected.reason, "record": rejected.record}
        try:
            if self._file is None:
                self._file = self.path.open("w", encoding="utf-8")
            print(json.dumps(document), file=self._file, flush=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> UnusableFileError:
        return UnusableFileError(
            f"Rejected lines cannot be kept in {self.path}: {error.strerror}. "
            "Copy the file to a folder that you may write to, and import it from there."
        )


@dataclass(frozen=True, slots=True)
class _Batch:
    """Entries, parsed; `damage` is why there are no more."""

    sessions: Sequence[NewSession]
    rejected: Sequence[Rejected]
    damage: UnusableFileError | None


def _next_batch(entries: Iterator[Entry], now: datetime) -> _Batch | None:
    """The next entries, parsed; None at the end. Those before a damage are a batch too."""
    sessions: list[NewSession] = []
    rejected: list[Rejected] = []
    damage = None
    try:
        for entry in islice(entries, BATCH_SIZE):
            parsed = _parsed(entry, now)
            if isinstance(parsed, Rejected):
                rejected.append(parsed)
            else:
                sessions.append(parsed)
    except UnusableFileError as error:
        damage = error
    return _Batch(sessions, rejected, damage) if sessions or rejected or damage else None


def _parsed(entry: Entry, now: datetime) -> NewSession | Rejected:
    if entry.record is None:
        return Rejected(entry.line, entry.reason, entry.original)
    try:
        return parse_record(entry.record, source=SessionSource.IMPORT, now=now)
    except InvalidRecordError as error:
        return Rejected(entry.line, str(error), entry.original)
