"""Files of sessions: opened, unpacked, cut into lines and read as records, never more than a line in memory."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from bot.domain.errors import FlowPilotError, InvalidRecordError
from bot.services.import_rows import ColumnMap

MAX_LINE_CHARACTERS = 1_048_576
"""Several times the longest record that can be valid. A longer line is no record, and would fill the memory."""

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_BROKEN_BYTES = re.compile("[\udc80-\udcff]")
_SHOWN_OF_LONG_LINE = 200


class UnusableFileError(FlowPilotError):
    """The file cannot be read, or is not of the kind that was named."""


class FileFormat(StrEnum):
    SESSIONS = "sessions"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a line (from 1; the first line of it): a record, or why it is none (`reason`)."""

    line: int
    original: object
    record: Mapping[str, object] | None = None
    reason: str = ""


class Source:
    """An open file of sessions: iterate it once, inside `with`."""

    def __init__(self, path: Path, raw: BinaryIO, entries: Iterator[Entry], closing: ExitStack) -> None:
        self.path = path
        self.bytes_total = path.stat().st_size
        self._raw, self._entries, self._closing = raw, entries, closing

    @property
    def bytes_read(self) -> int:
        """How far the file has been read, of `bytes_total`; both count packed bytes."""
        return self._raw.tell()

    def __iter__(self) -> Iterator[Entry]:
        return self._entries

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()


def open_source(
    path: Path, *, file_format: FileFormat = FileFormat.SESSIONS, column_map: ColumnMap | None = None
) -> Source:
    """The sessions in a file, packed with gzip or not.

    Raises:
        UnusableFileError: it cannot be read, or is of another kind.
        UnusableMapError: the map names columns that the file does not have.
    """
    if file_format is FileFormat.CSV and column_map is None:
        raise UnusableFileError(
            f"{path} needs a column map, which says what its columns mean: --map FILE.toml."
        )
    with ExitStack() as stack:
        raw = _opened(path, stack)
        encoding = column_map.encoding if column_map else "utf-8"
        lines = _Lines(path, stack.enter_context(_decoded(raw, encoding)))
        entries = _rows(lines, column_map) if column_map else _json_lines(lines)
        return Source(path, raw, entries, stack.pop_all())


def _opened(path: Path, stack: ExitStack) -> BinaryIO:
    try:
        raw = stack.enter_context(path.open("rb"))
    except OSError as error:
        raise UnusableFileError(f"{path} cannot be read: {error.strerror}.") from error
    if not raw.seekable():
        raise UnusableFileError(
            f"{path} is not a file on a disk. Write what it gives into one, and import that."
        )
    if raw.peek(len(_ZIP)).startswith(_ZIP):
        raise UnusableFileError(
            f"{path} is a zip archive or an Excel workbook. Unpack it, or save it as CSV."
        )
    return raw


def _decoded(raw: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """Text lines. Bytes that the encoding does not know stay visible, so that they cost a line and not the file."""
    packed = cast("io.BufferedReader", raw).peek(len(_GZIP)).startswith(_GZIP)
    plain = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if packed else raw
    with_mark = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    return io.TextIOWrapper(plain, encoding=with_mark, errors="surrogateescape", newline="")


class _LineTooLongError(Exception):
    def __init__(self, beginning: str) -> None:
        super().__init__(f"is longer than {MAX_LINE_CHARACTERS:,} characters")
        self.beginning = beginning


class _Lines:
    """The lines of a text. After `_LineTooLongError` the next one can be asked for; `number` counts all of them.

    `ended` becomes true when one is asked for after the last.
    """

    def __init__(self, path: Path, text: io.TextIOWrapper) -> None:
        self.path, self.number, self.ended = path, 0, False
        self._text = text

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        if len(line) < MAX_LINE_CHARACTERS or line.endswith(("\n", "\r")):
            return line
        rest = line
        while rest and not rest.endswith(("\n", "\r")):
            rest = self._read()
        raise _LineTooLongError(line[:_SHOWN_OF_LONG_LINE])

    def _read(self) -> str:
        try:
            return self._text.readline(MAX_LINE_CHARACTERS)
        except (EOFError, OSError, zlib.error, UnicodeError) as error:
            raise UnusableFileError(
                f"{self.path} is damaged or cut off after line {self.number:,}. What stands before that is imported; "
                "get the file again and import it again, nothing is added twice."
            ) from error


def _json_lines(lines: _Lines) -> Iterator[Entry]:
    while True:
        try:
            line = next(lines)
        except StopIteration:
            return
        except _LineTooLongError as error:
            yield Entry(lines.number, error.beginning, reason=str(error))
            continue
        if lines.number == 1 and line.lstrip().startswith("["):
            raise UnusableFileError(
                f"{lines.path} is one JSON array. Write one record a line, as `jq -c '.[]'` does, and import that."
            )
        if line.strip():
            yield _json_entry(lines.number, line.rstrip("\r\n"))


def _json_entry(number: int, line: str) -> Entry:
    if _BROKEN_BYTES.search(line):
        return Entry(number, line, reason="is not UTF-8 text")
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Entry(number, line, reason=f"is not JSON: {error}")
    if not isinstance(record, dict):
        return Entry(number, record, reason="must be an object in braces")
    return Entry(number, record, record)


def _rows(lines: _Lines, column_map: ColumnMap) -> Iterator[Entry]:
    """Checks the header at once, then yields lazily."""
    reader = csv.reader(lines, delimiter=column_map.delimiter)
    try:
        header = [name.strip() for name in next(reader, [])]
    except (csv.Error, _LineTooLongError) as error:
        raise UnusableFileError(
            f"{lines.path} does not begin with a line of column names: it {error}."
        ) from error
    if not any(header):
        raise UnusableFileError(f"{lines.path} is empty; its first line must name the columns.")
    if lines.ended:
        raise UnusableFileError(
            f"{lines.path} does not begin with a line of column names: {_open_quote(lines, header)}."
        )
    column_map.check_columns(header)
    return _row_entries(lines, reader, header, column_map)


def _row_entries(
    lines: _Lines, reader: Iterator[list[str]], header: list[str], column_map: ColumnMap
) -> Iterator[Entry]:
    while True:
        first = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _LineTooLongError as error:
            yield Entry(first, error.beginning, reason=str(error))
        except csv.Error as error:
            reason = f"is not CSV: {error}; is a quote left open?{_not_read(first, lines.number)}"
            yield Entry(first, None, reason=reason)
        else:
            if cells and lines.ended:
                yield Entry(first, cells, reason=_open_quote(lines, cells))
            elif cells and len(cells) != len(header):
                yield Entry(first, cells, reason=_miscounted(header, cells, first, lines.number))
            elif cells:
                yield _row_entry(first, header, cells, column_map)


def _open_quote(lines: _Lines, cells: list[str]) -> str:
    """Why a row is none that the reader gave only when no line was left: its last cell never ended."""
    inside = len(list(io.StringIO(cells[-1], newline=""))) or 1
    opened = lines.number + 1 - inside
    return f"a quote opened in line {opened:,} is never closed{_not_read(opened, lines.number)}"


def _miscounted(header: list[str], cells: list[str], first: int, last: int) -> str:
    doubt = f"; is a quote left open?{_not_read(first, last)}" if last > first else ""
    return f"has {len(cells)} cells where the header has {len(header)}{doubt}"


def _not_read(first: int, last: int) -> str:
    """Which lines a row has taken with it."""
    return f" (the lines up to {last:,} are not read)" if last > first else ""


def _row_entry(line: int, header: list[str], cells: list[str], column_map: ColumnMap) -> Entry:
    row = dict(zip(header, cells, strict=True))
    try:
        return Entry(line, row, column_map.record_of(row))
    except InvalidRecordError as error:
        return Entry(line, row, reason=str(error))
