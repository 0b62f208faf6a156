import asyncio
import gzip
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.domain.sessions import NewSession, SessionSource
from bot.services.import_sources import Entry, Source, UnusableFileError, open_source
from bot.services.imports import BATCH_SIZE, ImportReport, Rejected, RejectedFile, import_sessions
from tests.imports.makers import NOW, a_file, a_record, written


@dataclass
class Shelf:
    """Stands in for the database: keeps sessions by external id."""

    sessions: dict[str, NewSession] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)

    async def add(self, batch: Sequence[NewSession]) -> int:
        self.batches.append(len(batch))
        before = len(self.sessions)
        for session in batch:
            self.sessions.setdefault(session.external_id, session)
        return len(self.sessions) - before


@dataclass
class Run:
    rejected: list[Rejected] = field(default_factory=list)
    progress: list[tuple[int, int]] = field(default_factory=list)

    async def of(self, path: Path, shelf: Shelf) -> ImportReport:
        with open_source(path) as source:
            return await self.of_source(source, shelf)

    async def of_source(self, source: Source, shelf: Shelf) -> ImportReport:
        return await import_sessions(
            source,
            add=shelf.add,
            now=NOW,
            on_rejected=self.rejected.append,
            on_progress=lambda read, total: self.progress.append((read, total)),
        )


def many(count: int) -> list[dict[str, object]]:
    return [a_record(external_id=f"T-{number}") for number in range(count)]


async def test_good_lines_go_in_and_bad_ones_are_told(tmp_path: Path) -> None:
    bad = a_record(external_id="T-2", status="done")
    run, shelf = Run(), Shelf()
    report = await run.of(a_file(tmp_path, a_record(external_id="T-1"), bad, "{", a_record()), shelf)
    assert (report, report.read) == (ImportReport(added=2, known=0, rejected=2), 4)
    assert list(shelf.sessions) == ["T-1", "T-1042"]
    assert {session.source for session in shelf.sessions.values()} == {SessionSource.IMPORT}
    assert [(one.line, one.record) for one in run.rejected] == [(2, bad), (3, "{")]
    assert run.rejected[0].reason.startswith("status: must be one of")


async def test_second_import_adds_nothing(tmp_path: Path) -> None:
    path, shelf = a_file(tmp_path, *many(3)), Shelf()
    assert await Run().of(path, shelf) == ImportReport(added=3)
    assert await Run().of(path, shelf) == ImportReport(known=3)


async def test_first_of_two_with_one_external_id_wins(tmp_path: Path) -> None:
    shelf = Shelf()
    report = await Run().of(a_file(tmp_path, a_record(), a_record(problem="another")), shelf)
    assert report == ImportReport(added=1, known=1)
    assert shelf.sessions["T-1042"].problem == a_record()["problem"]


async def test_large_file_goes_in_by_batches_with_progress(tmp_path: Path) -> None:
    path, run, shelf = a_file(tmp_path, *many(BATCH_SIZE * 2 + 1)), Run(), Shelf()
    assert (await run.of(path, shelf)).added == BATCH_SIZE * 2 + 1
    assert shelf.batches == [BATCH_SIZE, BATCH_SIZE, 1]
    size = path.stat().st_size
    assert [total for _, total in run.progress] == [size] * 3
    assert run.progress == sorted(run.progress)
    assert run.progress[-1] == (size, size)


async def test_batch_of_bad_lines_alone_stores_nothing(tmp_path: Path) -> None:
    shelf = Shelf()
    assert await Run().of(a_file(tmp_path, "x", "y"), shelf) == ImportReport(rejected=2)
    assert shelf.batches == []


async def test_what_stands_before_a_damage_goes_in(tmp_path: Path) -> None:
    packed = gzip.compress(a_file(tmp_path, *many(BATCH_SIZE + 500)).read_bytes(), compresslevel=0)
    path, run, shelf = written(tmp_path, "cut.gz", packed[: len(packed) * 9 // 10]), Run(), Shelf()
    with pytest.raises(UnusableFileError, match="What stands before that is imported"):
        await run.of(path, shelf)
    first, second = shelf.batches
    assert first == BATCH_SIZE
    assert 0 < second < 500


async def test_what_is_stored_before_an_error_stays(tmp_path: Path) -> None:
    class FullShelf(Shelf):
        async def add(self, batch: Sequence[NewSession]) -> int:
            if self.batches:
                raise OSError("full")
            return await super().add(batch)

    shelf = FullShelf()
    with pytest.raises(OSError, match="full"):
        await Run().of(a_file(tmp_path, *many(BATCH_SIZE + 1)), shelf)
    assert len(shelf.sessions) == BATCH_SIZE


async def test_other_tasks_go_on_while_a_batch_is_read(tmp_path: Path) -> None:
    others_went_on = threading.Event()

    def slow() -> Iterator[Entry]:
        assert others_went_on.wait(timeout=10)
        yield Entry(1, a_record(), a_record())

    path = a_file(tmp_path)
    with ExitStack() as stack:
        source = Source(path, stack.enter_context(path.open("rb")), slow(), stack)
        asyncio.get_running_loop().call_soon(others_went_on.set)
        assert await Run().of_source(source, Shelf()) == ImportReport(added=1)


def test_rejected_lines_are_kept_beside_the_file(tmp_path: Path) -> None:
    with RejectedFile(tmp_path / "a.jsonl") as kept:
        kept.write(Rejected(3, "is not JSON", "caf\udce9"))
        kept.write(Rejected(9, "rating: no", {"rating": 9}))
        lines = [json.loads(line) for line in (tmp_path / "a.jsonl.rejected.jsonl").read_text().splitlines()]
    assert lines == [
        {"line": 3, "reason": "is not JSON", "record": "caf\udce9"},
        {"line": 9, "reason": "rating: no", "record": {"rating": 9}},
    ]


def test_import_without_rejected_lines_removes_those_of_the_last(tmp_path: Path) -> None:
    for rejected in ([Rejected(1, "no", None)], []):
        with RejectedFile(tmp_path / "a.jsonl") as kept:
            for one in rejected:
                kept.write(one)
        assert kept.path.exists() == bool(rejected)


def test_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.rejected.jsonl").mkdir()
    with (
        pytest.raises(UnusableFileError, match=r"Rejected lines cannot be kept in .*: Is a directory\."),
        RejectedFile(tmp_path / "a.jsonl"),
    ):
        pass
    with (
        RejectedFile(tmp_path / "none" / "a.jsonl") as kept,
        pytest.raises(UnusableFileError, match="No such"),
    ):
        kept.write(Rejected(1, "no", None))
