import gzip
import os
from pathlib import Path

import pytest

from bot.domain.errors import FlowPilotError
from bot.services.import_maps import parse_map, read_map
from bot.services.import_rows import ColumnMap, UnusableMapError
from bot.services.import_sources import (
    MAX_LINE_CHARACTERS,
    Entry,
    FileFormat,
    UnusableFileError,
    open_source,
)
from tests.imports.makers import SERVICENOW_HEADER, SERVICENOW_MAP, a_file, a_record, written

TWO_COLUMNS = """
[fields]
external_id = "{number}"
problem = "{text}"
status = "active"
created_at = "{number}"
[file]
time_format = "%Y"
time_zone = "UTC"
"""


def entries(path: Path) -> list[Entry]:
    with open_source(path) as source:
        return list(source)


def rows(path: Path, column_map: ColumnMap | None = None) -> list[Entry]:
    column_map = column_map or parse_map(TWO_COLUMNS)
    with open_source(path, file_format=FileFormat.CSV, column_map=column_map) as source:
        return list(source)


def problems(found: list[Entry]) -> list[object]:
    return [entry.record["problem"] if entry.record else entry.reason for entry in found]


def refusal(path: Path, file_format: FileFormat = FileFormat.SESSIONS) -> str:
    column_map = parse_map(TWO_COLUMNS) if file_format is FileFormat.CSV else None
    with (
        pytest.raises(UnusableFileError) as caught,
        open_source(path, file_format=file_format, column_map=column_map) as source,
    ):
        list(source)
    return str(caught.value)


def test_each_line_is_a_record_and_blank_lines_are_nothing(tmp_path: Path) -> None:
    found = entries(a_file(tmp_path, a_record(), "", "  ", a_record(external_id="2")))
    assert [(entry.line, entry.record) for entry in found] == [
        (1, a_record()),
        (4, a_record(external_id="2")),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "is not JSON: Expecting property name"),
        ("[" * 200_000, "is not JSON: maximum recursion depth"),
        ('"text"', "must be an object in braces"),
        ("1" * 5000, "is not JSON: Exceeds the limit"),
        ("x" * (MAX_LINE_CHARACTERS * 2), "is longer than 1,048,576 characters"),
    ],
)
def test_bad_line_is_told_and_the_next_one_read(tmp_path: Path, line: str, reason: str) -> None:
    first, bad, last = entries(a_file(tmp_path, a_record(), line, a_record()))
    assert bad.reason.startswith(reason)
    assert (first.record, last.line, last.record) == (a_record(), 3, a_record())


def test_bytes_in_another_encoding_cost_their_line(tmp_path: Path) -> None:
    path = written(tmp_path, "latin.jsonl", b'{"problem": "caf\xe9"}\r\n{"problem": "caf\xc3\xa9"}\r\n')
    assert problems(entries(path)) == ["is not UTF-8 text", "café"]


def test_byte_order_mark_is_no_part_of_the_record(tmp_path: Path) -> None:
    assert problems(entries(written(tmp_path, "marked.jsonl", b'\xef\xbb\xbf{"problem": "p"}'))) == ["p"]


def test_gzip_is_known_by_content(tmp_path: Path) -> None:
    packed = gzip.compress(a_file(tmp_path, a_record()).read_bytes())
    assert problems(entries(written(tmp_path, "packed.jsonl", packed))) == [a_record()["problem"]]
    assert problems(entries(a_file(tmp_path, a_record(), name="plain.gz"))) == [a_record()["problem"]]


def test_progress_counts_packed_bytes(tmp_path: Path) -> None:
    path = written(tmp_path, "a.gz", gzip.compress(a_file(tmp_path, *[a_record()] * 50).read_bytes()))
    with open_source(path) as source:
        assert source.bytes_read == 0
        list(source)
        assert source.bytes_read == source.bytes_total == path.stat().st_size


def test_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert entries(a_file(tmp_path)) == []


def test_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path) -> None:
    missing = tmp_path / "none.jsonl"
    assert refusal(missing) == f"{missing} cannot be read: No such file or directory."
    assert refusal(tmp_path) == f"{tmp_path} cannot be read: Is a directory."
    workbook = written(tmp_path, "a.xlsx", b"PK\x03\x04rest")
    assert refusal(workbook).startswith(f"{workbook} is a zip archive or an Excel workbook.")
    array = a_file(tmp_path, "[", name="array.json")
    assert refusal(array).startswith(f"{array} is one JSON array. Write one record a line")


def test_pipe_is_refused() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    try:
        assert "is not a file on a disk." in refusal(Path(f"/dev/fd/{reading}"))
    finally:
        os.close(reading)


def test_damaged_gzip_gives_what_stands_before_the_damage(tmp_path: Path) -> None:
    packed = gzip.compress(a_file(tmp_path, *[a_record()] * 3).read_bytes())
    found: list[int] = []
    with (
        pytest.raises(UnusableFileError, match="is damaged or cut off after line 3"),
        open_source(written(tmp_path, "cut.gz", packed[:-8])) as source,
    ):
        found.extend(entry.line for entry in source)
    assert found == [1, 2, 3]


def test_csv_cells_may_hold_delimiters_quotes_and_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'number,text\n2024,"one, ""two""\nthree"\n\n2025,four\n')
    found = rows(path)
    assert [entry.line for entry in found] == [2, 5]
    assert problems(found) == ['one, "two"\nthree', "four"]


def test_csv_is_read_in_its_encoding_and_with_its_delimiter(tmp_path: Path) -> None:
    for encoding, name in [("cp1252", "a.csv"), ("utf-16", "b.csv"), ("utf-8", "c.csv")]:
        path = written(tmp_path, name, "number;text\r\n2024;café\r\n".encode(encoding))
        column_map = parse_map(TWO_COLUMNS + f'delimiter = ";"\nencoding = "{encoding}"')
        assert problems(rows(path, column_map)) == ["café"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2024", "has 1 cells where the header has 2"),
        ("2024,a,b", "has 3 cells where the header has 2"),
        ("soon,a", "created_at: 'soon' is not a time of the format %Y"),
        (
            "2024," + "x" * 140_000,
            "is not CSV: field larger than field limit (131072); is a quote left open?",
        ),
        ("2024," + "x" * MAX_LINE_CHARACTERS, "is longer than 1,048,576 characters"),
    ],
)
def test_bad_row_is_told_and_the_next_one_read(tmp_path: Path, row: str, reason: str) -> None:
    found = rows(written(tmp_path, "a.csv", f"number,text\n2023,a\n{row}\n2025,b\n"))
    assert problems(found) == ["a", reason, "b"]
    assert [entry.line for entry in found] == [2, 3, 4]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (
            '2024,"a\n2025,b\n2026,c\n',
            2,
            "a quote opened in line 2 is never closed (the lines up to 4 are not read)",
        ),
        ('2024,a\n2025,"b', 3, "a quote opened in line 3 is never closed"),
        ('2024,a\n2025,b\n"', 4, "a quote opened in line 4 is never closed"),
        ('"20\n24","b\r\n', 2, "a quote opened in line 3 is never closed"),
        (
            '2024,"a\n"2025","b"\n2026,c\n',
            2,
            "has 3 cells where the header has 2; is a quote left open? (the lines up to 3 are not read)",
        ),
        (
            '2024,"' + "a\n" * 66_000,
            2,
            (
                "is not CSV: field larger than field limit (131072); is a quote left open?"
                " (the lines up to 65,538 are not read)"
            ),
        ),
    ],
    ids=["whole rest", "last row", "at the very end", "later in a row", "closed by the next", "too long"],
)
def test_quote_left_open_is_told_with_the_lines_it_hides(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    found = next(entry for entry in rows(written(tmp_path, "a.csv", f"number,text\n{text}")) if entry.reason)
    assert (found.line, found.reason) == (line, reason)


def test_csv_whose_first_line_opens_a_quote_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'number,"text\n2024,a\n')
    said = f"{path} does not begin with a line of column names: a quote opened in line 1 is never closed"
    assert refusal(path, FileFormat.CSV).startswith(said)


def test_csv_without_columns_is_refused(tmp_path: Path) -> None:
    empty = written(tmp_path, "empty.csv", "")
    assert refusal(empty, FileFormat.CSV) == f"{empty} is empty; its first line must name the columns."
    long = written(tmp_path, "long.csv", "x" * MAX_LINE_CHARACTERS * 2)
    assert "does not begin with a line of column names: it is longer" in refusal(long, FileFormat.CSV)


def test_csv_needs_a_map(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "number\n")
    with pytest.raises(UnusableFileError, match="needs a column map, which says"):
        open_source(path, file_format=FileFormat.CSV)


def test_map_that_does_not_fit_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "id,text\n")
    with pytest.raises(UnusableMapError, match='external_id in the map names the column "number"'):
        open_source(path, file_format=FileFormat.CSV, column_map=parse_map(TWO_COLUMNS))


def test_servicenow_export_becomes_records(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "incidents.csv",
        f"{SERVICENOW_HEADER}\n"
        "INC7,Closed,2026-07-01 09:00:00,2026-07-01 11:30:00,Network,VPN,Drops,Ada,Grace\n"
        "INC8,On Hold,2026-12-01 09:00:00,,Coffee,,No milk,Ada,\n"
        "INC9,Lost,2026-12-01 09:00:00,,,,No milk,Ada,\n",
    )
    first, second, third = rows(path, read_map(SERVICENOW_MAP))
    assert first.record == {
        "external_id": "INC7",
        "ticket": "INC7",
        "problem": "Network, VPN: Drops",
        "problem_domain": "networking",
        "status": "resolved",
        "engineer": "servicenow:Grace",
        "created_at": "2026-07-01T09:00:00+01:00",
        "resolved_at": "2026-07-01T11:30:00+01:00",
    }
    assert second.record == {
        "external_id": "INC8",
        "ticket": "INC8",
        "problem": "Coffee: No milk",
        "problem_domain": "other",
        "status": "paused",
        "engineer": "servicenow:Ada",
        "created_at": "2026-12-01T09:00:00+00:00",
    }
    assert third.reason == "status: 'Lost' is not in [values.status] of the map"


def test_errors_may_be_shown_to_people() -> None:
    assert issubclass(UnusableFileError, FlowPilotError)
    assert issubclass(UnusableMapError, FlowPilotError)
