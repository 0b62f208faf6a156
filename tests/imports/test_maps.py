import re
import tomllib
from pathlib import Path

import pytest

from bot.domain.errors import InvalidRecordError
from bot.services.import_maps import parse_map, read_map
from bot.services.import_rows import ColumnMap, UnusableMapError
from tests.imports.makers import SERVICENOW_MAP, written

FIELDS = """
[fields]
external_id = "{number}"
problem = "{category}, {subcategory}: {symptom}"
status = "{state}"
created_at = "{opened}"
"""
ROW = {
    "number": "INC1",
    "category": "Network",
    "subcategory": "VPN",
    "symptom": "No signal",
    "state": "Closed",
    "opened": "2026-11-02 09:14:00+00:00",
}


def record(extra: str = "", **cells: str) -> dict[str, object]:
    return parse_map(FIELDS + extra).record_of({**ROW, **cells})


def refusal(text: str) -> str:
    with pytest.raises(UnusableMapError) as caught:
        parse_map(text)
    return str(caught.value)


def test_columns_become_fields() -> None:
    assert record() == {
        "external_id": "INC1",
        "problem": "Network, VPN: No signal",
        "status": "Closed",
        "created_at": "2026-11-02T09:14:00+00:00",
    }


def test_people_stand_between_semicolons() -> None:
    extra = 'people = "{category};{symptom}"\n'
    assert record(extra, category="Reyes, Ada", symptom="Ben Okafor")["people"] == [
        "Reyes, Ada",
        "Ben Okafor",
    ]
    assert record(extra, category="Ada Reyes", symptom="")["people"] == ["Ada Reyes"]
    assert "people" not in record(extra, category="", symptom="")


@pytest.mark.parametrize(
    ("empty", "problem"),
    [
        (["symptom"], "Network, VPN"),
        (["subcategory"], "Network: No signal"),
        (["category"], "VPN: No signal"),
        (["category", "subcategory"], "No signal"),
        (["category", "subcategory", "symptom"], None),
    ],
)
def test_empty_column_takes_the_words_before_it_along(empty: list[str], problem: str | None) -> None:
    assert record(**dict.fromkeys(empty, " ")).get("problem") == problem


def test_prefix_and_words_after_a_column_stay() -> None:
    assert record('engineer = "sn:{symptom} (SN)"')["engineer"] == "sn:No signal (SN)"
    assert "engineer" not in record('engineer = "sn:{symptom} (SN)"', symptom="")


def test_list_gives_the_first_that_is_not_empty() -> None:
    extra = 'ticket = ["{symptom}", "{number}", "none"]'
    assert record(extra)["ticket"] == "No signal"
    assert record(extra, symptom="")["ticket"] == "INC1"
    assert record(extra, symptom="", number="")["ticket"] == "none"


def test_text_without_a_column_is_the_same_for_every_session() -> None:
    assert record('confidence_tier = "discovery"')["confidence_tier"] == "discovery"


def test_values_are_translated_whatever_their_case() -> None:
    assert record('[values.status]\n"CLOSED" = "resolved"', state=" closed ")["status"] == "resolved"


def test_value_that_is_not_listed_takes_the_default() -> None:
    extra = '[values.status]\nOpen = "active"\n[defaults]\nstatus = "abandoned"'
    assert record(extra)["status"] == "abandoned"
    assert record(extra, state="")["status"] == "abandoned"


def test_value_that_is_not_listed_and_has_no_default_is_refused() -> None:
    with pytest.raises(InvalidRecordError) as caught:
        record('[values.status]\nOpen = "active"')
    assert str(caught.value) == "status: 'Closed' is not in [values.status] of the map"


def test_value_can_be_translated_to_nothing() -> None:
    assert "engineer" not in record('engineer = "{symptom}"\n[values.engineer]\n"?" = ""', symptom="?")


def test_numbers_are_numbers_and_anything_else_is_left_for_the_record_to_refuse() -> None:
    extra = 'rating = "{symptom}"\npaused_minutes = "{category}"'
    assert record(extra, symptom="4", category="1.5").items() >= {"rating": 4, "paused_minutes": 1.5}.items()
    assert record(extra, symptom="good")["rating"] == "good"


def test_times_are_read_by_format_and_zone() -> None:
    extra = '[file]\ntime_format = "%d/%m/%Y %H:%M"\ntime_zone = "Europe/Lisbon"'
    assert record(extra, opened="02/07/2026 09:14")["created_at"] == "2026-07-02T09:14:00+01:00"
    assert record(extra, opened="02/12/2026 09:14")["created_at"] == "2026-12-02T09:14:00+00:00"


@pytest.mark.parametrize(
    ("extra", "opened", "reason"),
    [
        ("", "2026-11-02 09:14", "'2026-11-02 09:14' has no time zone; set time_zone in [file] of the map"),
        ("", "soon", "'soon' is not a time of the format ISO 8601"),
        ('[file]\ntime_format = "%Y"', "soon", "'soon' is not a time of the format %Y"),
    ],
)
def test_wrong_time_is_refused(extra: str, opened: str, reason: str) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        record(extra, opened=opened)
    assert str(caught.value) == f"created_at: {reason}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (FIELDS + "[", "It is not TOML"),
        ("", "[fields] does not say where external_id comes from."),
        (FIELDS + "[colums]", '"colums" has no meaning in the map; it takes file, fields, values, defaults.'),
        (FIELDS + 'priority = "{p}"', '"priority" has no meaning in [fields]; it takes external_id, problem,'),
        (FIELDS + 'steps = "{p}"', '"steps" has no meaning in [fields]; it takes'),
        ("file = 3\n" + FIELDS, "file must be a table: [file]."),
        (FIELDS + "rating = 5", 'rating in [fields] must be text such as "{column}", or a list of such texts.'),
        (FIELDS + "rating = []", 'rating in [fields] must be text such as "{column}", or a list of such texts.'),
        (FIELDS + 'ticket = "{number"', "ticket in [fields] has a brace that is not closed or not opened: {number"),
        (FIELDS.replace("{number}", "number"), 'external_id in [fields] names no column; write a column in braces: "{column}".'),
        (FIELDS + '[values.rating]\ngood = "5"', '"rating" has no meaning in [values]; it takes external_id, problem, status, created_at.'),
        (FIELDS + '[values]\nstatus = "resolved"', "status must be a table: [values.status]."),
        (FIELDS + "[values.status]\nClosed = 1", "Closed in [values.status] must be text in quotes."),
        (FIELDS + '[values.status]\nClosed = "done"', 'status cannot be "done"; it takes active, paused, resolved,'),
        (FIELDS + '[defaults]\nstatus = "done"', 'status cannot be "done"; it takes active, paused, resolved,'),
        (FIELDS + 'problem_domain = "mail"', 'problem_domain cannot be "mail"; it takes active_directory,'),
        (FIELDS + '[file]\ndelimiter = ";;"', r'delimiter in [file] must be one character, such as ";" or "\t".'),
        (FIELDS + '[file]\nencoding = "base64"', 'encoding in [file] is "base64", which nobody knows; try'),
        (FIELDS + '[file]\ntime_zone = "../x"', 'time_zone in [file] is "../x", which nobody knows; write it as'),
        (FIELDS + '[file]\ntime_zone = "Europe"', 'time_zone in [file] is "Europe", which nobody knows; write it as'),
    ],
)  # fmt: skip
def test_wrong_map_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    assert refusal(text).startswith(sentence)


def the_map(text: str = FIELDS) -> ColumnMap:
    return parse_map(text)


def test_column_that_the_file_lacks_is_named_with_those_it_has() -> None:
    with pytest.raises(UnusableMapError) as caught:
        the_map().check_columns(["number", "category", "subcategory", "state", "opened"])
    assert str(caught.value) == (
        'problem in the map names the column "symptom", which the file does not have. '
        "Its columns: number, category, subcategory, state, opened."
    )


def test_header_of_one_column_asks_for_the_delimiter() -> None:
    with pytest.raises(UnusableMapError, match=r"Is the delimiter in \[file\] right\?$"):
        the_map().check_columns(["number;category;subcategory"])


def test_column_written_without_braces_is_noticed() -> None:
    with pytest.raises(UnusableMapError) as caught:
        the_map(FIELDS + 'ticket = "number"').check_columns(list(ROW))
    assert (
        str(caught.value)
        == 'ticket in the map is the fixed text "number"; write {number} in braces for the column.'
    )


def test_example_of_the_document_is_the_map_beside_it_in_short() -> None:
    document = (SERVICENOW_MAP.parents[1] / "importing.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", document, re.DOTALL)
    short, whole = tomllib.loads(example), tomllib.loads(SERVICENOW_MAP.read_text(encoding="utf-8"))
    assert isinstance(parse_map(example), ColumnMap)
    assert {**whole, "values": None} == {**short, "values": None}
    assert all(short["values"][name].items() <= whole["values"][name].items() for name in whole["values"])


def test_map_on_disk_is_named_in_errors(tmp_path: Path) -> None:
    assert isinstance(read_map(SERVICENOW_MAP), ColumnMap)
    for path, sentence in [
        (tmp_path / "none.toml", "cannot be read: No such file or directory."),
        (written(tmp_path, "latin.toml", b"# \xe9"), "is not UTF-8 text."),
        (written(tmp_path, "bad.toml", "["), "cannot be used: It is not TOML"),
    ]:
        with pytest.raises(UnusableMapError) as caught:
            read_map(path)
        assert str(caught.value).startswith(f"The map {path} {sentence}")
