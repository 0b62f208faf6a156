"""Published flows: out, in again, back to an earlier version, and walked by sessions."""

import asyncio
import json
from pathlib import Path
from typing import Any

import yaml

from bot.domain.replay import ReplayOutcome
from tests.cli.databases import flows_in
from tests.cli.processes import FlowPilot
from tests.cli.test_reports import png_size

TEXT_KEYS = {"question": "prompt", "action": "instruction", "resolution": "text", "escalation": "text"}


def require_promised_form(flow: dict[str, Any], sessions: set[object]) -> None:
    """Names that other programs rely on, and evidence that leads to imported sessions."""
    promised = {"id", "title", "problem_domain", "origin", "version", "keywords", "root", "nodes"}
    assert promised <= flow.keys()
    assert flow["root"] in flow["nodes"]
    for node in flow["nodes"].values():
        assert node[TEXT_KEYS[node["kind"]]]
        assert {option["next"] for option in node["options"]} <= flow["nodes"].keys()
        assert all(option.keys() == {"id", "label", "next"} for option in node["options"])
        assert {each["session"] for each in node["evidence"]} <= sessions
    assert any(node["evidence"] for node in flow["nodes"].values())


async def test_flows_are_exported_in_every_format(
    with_flows: FlowPilot, records: list[dict[str, object]]
) -> None:
    first, *_ = flows = await flows_in(with_flows.database_url)
    formats = ("json", "yaml", "mermaid", "markdown")
    ended = await asyncio.gather(
        *(with_flows("flows", "export", "--format", each) for each in formats),
        with_flows("flows", "list", "--json"),
        with_flows("flows", "show", str(first.id)),
    )
    as_json, as_yaml, as_mermaid, as_markdown, listed, shown = ended
    assert [(each.code, each.err) for each in ended] == [(0, "")] * len(ended)
    for flow in as_json.document["flows"]:
        require_promised_form(flow, {record["external_id"] for record in records})
    assert yaml.safe_load(as_yaml.out) == as_json.document
    assert as_mermaid.out.count("subgraph") == len(flows)
    assert all(flow.title in as_markdown.out for flow in flows)
    assert [each["id"] for each in listed.document["flows"]] == [flow.id for flow in flows]
    assert shown.out.startswith(f"{first.title} (version 1)\n")


async def test_a_flow_is_drawn_plainly_and_as_a_heat_map(with_flows: FlowPilot, home: Path) -> None:
    first, *_ = await flows_in(with_flows.database_url)
    plain, warm = home / "flow.png", home / "heat.png"
    shown, told = await asyncio.gather(
        with_flows("flows", "show", str(first.id), "--png", str(plain)),
        with_flows("flows", "show", str(first.id), "--heat", "--png", str(warm)),
    )
    assert (shown.code, told.code) == (0, 0)
    assert shown.err.startswith(f"Drew {plain}: Flow with ")
    assert told.err.startswith(f"Drew {warm}: Nobody has followed this flow yet; ")
    assert "that it was learnt from.\n" in told.out
    assert " came · " in told.out
    assert min(png_size(plain)) > 0
    assert png_size(plain) != png_size(warm)


async def test_exported_flows_come_in_again_and_go_back_to_an_earlier_version(
    with_flows: FlowPilot, home: Path, first_file: Path
) -> None:
    first, *_ = before = await flows_in(with_flows.database_url)
    exported = await with_flows("flows", "export")
    file = home / "flows.json"
    file.write_text(exported.out)
    imported, back, walked = await asyncio.gather(
        with_flows("flows", "import", str(file)),
        with_flows("flows", "rollback", str(first.id), "1"),
        with_flows("replay", str(file), str(first_file), "--json"),
    )
    after = {flow.id: flow for flow in await flows_in(with_flows.database_url)}
    new = sorted(after.keys() - {flow.id for flow in before})
    ids = ", ".join(map(str, new))
    assert (imported.code, imported.err) == (0, f"{len(before)} flows published: {ids}.\n")
    assert [after[each].title for each in new] == [flow.title for flow in before]
    assert (back.code, back.err) == (0, f"Flow {first.id} is at version 2, which equals version 1.\n")
    assert after[first.id].tree == first.tree
    require_replayed(walked.document["sessions"], {str(flow.id) for flow in before}, first_file)


async def test_a_flow_is_archived_and_restored_and_the_record_says_by_whom(with_flows: FlowPilot) -> None:
    first, *others = await flows_in(with_flows.database_url)
    archived = await with_flows("flows", "archive", str(first.id))
    assert (archived.code, archived.err) == (0, f"Flow {first.id} is archived.\n")
    assert [flow.id for flow in await flows_in(with_flows.database_url)] == [flow.id for flow in others]
    restored = await with_flows("flows", "restore", str(first.id))
    assert (restored.code, restored.err) == (0, f"Flow {first.id} is in use, at version 1.\n")
    document, words, missing = await asyncio.gather(
        with_flows("audit", "--json", "--limit", "2"),
        with_flows("audit"),
        with_flows("flows", "archive", "999999"),
    )
    assert [
        (event["action"], event["actor"], event["kind"], event["object_id"])
        for event in document.document["events"]
    ] == [(action, "terminal", "flow", str(first.id)) for action in ("flow.restore", "flow.archive")]
    assert words.out.count("proposal.approve") == words.out.count("flow.publish") > 0
    assert (missing.code, missing.err) == (1, "flowpilot: There is no flow 999999 in this workspace.\n")


def require_replayed(results: list[dict[str, Any]], flows: set[str], file: Path) -> None:
    """One result a session, in the file's order. Of those that the flows were learnt from, some find their fix."""
    sessions = [json.loads(line)["external_id"] for line in file.read_text().splitlines()]
    assert [each["session"] for each in results] == sessions
    outcomes = [each["outcome"] for each in results]
    assert set(outcomes) <= set(ReplayOutcome)
    assert ReplayOutcome.REACHED_FIX in outcomes
    assert {each["flow"] for each in results} <= flows | {None}
    assert all(bool(each["path"]) == (each["flow"] is not None) for each in results)
    assert all(bool(each["path"]) == bool(each["ended_at"]) for each in results)


async def test_a_problem_is_matched_to_the_flow_that_fits(with_flows: FlowPilot) -> None:
    problem = "Outlook keeps asking for the password"
    as_json, as_rows, stranger = await asyncio.gather(
        with_flows("match", problem, "--json"),
        with_flows("match", problem, "--limit", "1"),
        with_flows("match", "Zebra crossing paints itself"),
    )
    best, *_ = as_json.document["flows"]
    assert best["tier"] == "guided"
    assert best["score"] >= 0.8
    assert "fits: follow it" in as_rows.out
    assert best["title"] in as_rows.out
    assert stranger.code == 0
    assert stranger.err.startswith("No flow fits this problem.")
