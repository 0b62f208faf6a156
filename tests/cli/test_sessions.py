"""Importing sessions and analysing them."""

import asyncio
import gzip
import json
from pathlib import Path

from bot.cli.sessions import LOCAL_NOTE
from tests.cli.conftest import FIRST, Stage
from tests.cli.files import write_lines
from tests.cli.processes import FlowPilot

SERVICENOW = Path(__file__).parents[2] / "docs" / "maps" / "servicenow.toml"
INCIDENTS = """\
number,category,subcategory,u_symptom,incident_state,resolved_by,assigned_to,opened_at,resolved_at
INC0010,Network,VPN,Tunnel drops,Resolved,,jo.lind,2026-02-03 09:14:00,2026-02-03 09:51:00
INC0011,Email,,Shared mailbox is missing,In Progress,,jo.lind,2026-02-03 10:00:00,
INC0012,Hardware,Dock,No picture,Resolved,mia.holt,,2026-02-04 08:00:00,2026-02-04 08:20:00
INC0013,Network,VPN,Tunnel drops,Vanished,,jo.lind,2026-02-04 09:00:00,
"""
RIGHT = {
    "external_id": "R-1",
    "problem": "No sound",
    "status": "resolved",
    "created_at": "2026-01-05T09:00:00+00:00",
}


def test_import_counts_what_it_added(imported: Stage) -> None:
    assert imported.told.code == 0
    assert imported.told.err == f"{FIRST} read: {FIRST} added, 0 known already, 0 rejected.\n"
    assert imported.told.out == ""


async def test_packed_copy_of_an_imported_file_adds_nothing(
    with_sessions: FlowPilot, records: list[dict[str, object]], tmp_path: Path
) -> None:
    packed = tmp_path / "first.jsonl.gz"
    with gzip.open(packed, "wt") as file:
        file.writelines(json.dumps(record) + "\n" for record in records[::2])
    ended = await with_sessions("import", str(packed))
    assert ended.code == 0
    assert ended.err == f"{FIRST} read: 0 added, {FIRST} known already, 0 rejected.\n"


async def test_wrong_lines_are_told_and_kept_and_the_right_ones_go_in(
    flowpilot: FlowPilot, tmp_path: Path
) -> None:
    wrong = {**RIGHT, "external_id": "R-2", "status": "solved"}
    file = write_lines(tmp_path / "mixed.jsonl", [wrong, "no braces", RIGHT])
    ended = await flowpilot("import", str(file))
    assert ended.code == 2
    first, second, *rest = ended.err.splitlines()
    assert first.startswith("line 1: status: ")
    assert second.startswith("line 2: is not JSON")
    kept = tmp_path / "mixed.jsonl.rejected.jsonl"
    assert rest == [
        "3 read: 1 added, 0 known already, 2 rejected.",
        LOCAL_NOTE,
        f"The rejected lines and the reasons are in {kept}.",
    ]
    documents = [json.loads(line) for line in kept.read_text().splitlines()]
    assert [(each["line"], each["record"]) for each in documents] == [(1, wrong), (2, "no braces")]
    assert all(each["reason"] for each in documents)


async def test_import_that_adds_nothing_says_nothing_of_where_sessions_stay(
    flowpilot: FlowPilot, tmp_path: Path
) -> None:
    file = tmp_path / "incidents.csv"
    file.write_text(INCIDENTS.splitlines()[0] + '\nINC0010,"Network\nINC0011,Email\n')
    ended = await flowpilot("import", str(file), "--map", str(SERVICENOW))
    assert ended.err.splitlines() == [
        "line 2: a quote opened in line 2 is never closed (the lines up to 3 are not read)",
        "1 read: 0 added, 0 known already, 1 rejected.",
        f"The rejected lines and the reasons are in {file}.rejected.jsonl.",
    ]


async def test_csv_of_a_ticket_system_goes_in_by_its_map(flowpilot: FlowPilot, tmp_path: Path) -> None:
    file = tmp_path / "incidents.csv"
    file.write_text(INCIDENTS)
    ended = await flowpilot("import", str(file), "--map", str(SERVICENOW))
    assert ended.code == 2
    told = ended.err.splitlines()
    assert told[0].startswith("line 5: status: ")
    assert told[1] == "4 read: 3 added, 0 known already, 1 rejected."


async def test_unusable_file_is_told_in_one_sentence(flowpilot: FlowPilot, tmp_path: Path) -> None:
    array = write_lines(tmp_path / "array.jsonl", ["[]"])
    words = tmp_path / "map.toml"
    words.write_text("[fields]\nproblem = 1\n")
    ended = await asyncio.gather(
        flowpilot("import", str(array)),
        flowpilot("import", str(array), "--map", str(words)),
        flowpilot("import", str(tmp_path / "missing.jsonl")),
    )
    assert [each.code for each in ended] == [1, 1, 1]
    for each in ended:
        assert each.err.startswith("flowpilot: ")
        assert each.err.count("\n") == 1
    assert "missing.jsonl" in ended[-1].err


def test_analysis_says_what_became_of_the_sessions(analysed: Stage) -> None:
    assert analysed.told.code == 0
    assert "sessions analysed: " in analysed.told.err
    assert "began a proposal" in analysed.told.err
    assert "failed" not in analysed.told.err
