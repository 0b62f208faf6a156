"""Flow documents: what is written reads back, what is wrong is told with its field, and no text breaks the format."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidRecordError, InvalidTreeError
from bot.domain.flows import Flow, FlowDraft, FlowOrigin, FlowVersion
from bot.domain.formats import (
    MAX_PROBLEMS,
    ExportFormat,
    export,
    filename_of,
    flow_document,
    nested_document,
)
from bot.domain.formats_markdown import escaped
from bot.domain.formats_mermaid import quoted
from bot.domain.formats_reading import load_document, parse_flows
from bot.domain.sessions import ProblemDomain
from bot.domain.trees import Evidence, FlowTree
from tests.domain.trees_made import NOON, TEXTS, action, fix, question, trees, vpn_tree

EXTERNAL = {session_id: f"T-{session_id}" for session_id in range(1, 10)}
INTERNAL = {name: session_id for session_id, name in EXTERNAL.items()}


def a_flow(tree: FlowTree | None = None, title: str = "VPN drops") -> Flow:
    draft = FlowDraft(
        title=title,
        summary="Drops every ten minutes.",
        tree=tree or vpn_tree(),
        problem_domain=ProblemDomain.NETWORKING,
        keywords=("vpn", "mtu"),
    )
    version = FlowVersion(number=3, draft=draft, published_by="U1", published_at=NOON, change="First.")
    return Flow(id=7, origin=FlowOrigin.AI_GENERATED, current=version)


def test_document_has_the_agreed_fields() -> None:
    tree = vpn_tree()
    supported = replace(tree.nodes["n3"], evidence=frozenset({Evidence(1, 2), Evidence(99, 0)}))
    document = flow_document([a_flow(FlowTree("n1", {**tree.nodes, "n3": supported}))], EXTERNAL, {})
    (flow,) = document["flows"]
    assert {
        key: flow[key] for key in ("id", "title", "problem_domain", "origin", "version", "keywords", "root")
    } == {
        "id": 7,
        "title": "VPN drops",
        "problem_domain": "networking",
        "origin": "ai_generated",
        "version": 3,
        "keywords": ["vpn", "mtu"],
        "root": "n1",
    }
    assert flow["nodes"]["n1"] == {
        "kind": "question",
        "prompt": "Is split tunnelling on?",
        "options": [{"id": "o1", "label": "Yes", "next": "n2"}, {"id": "o2", "label": "No", "next": "n3"}],
        "evidence": [],
    }
    assert flow["nodes"]["n3"]["text"] == "Lower the MTU to 1350."
    assert flow["nodes"]["n3"]["evidence"] == [{"session": "T-1", "step": 2}]
    assert flow["nodes"]["n4"]["kind"] == "escalation"


def test_action_has_an_instruction_and_a_script() -> None:
    tree = FlowTree(
        "n1", {"n1": action("Restart.", ("Worked", "n2"), script="Restart-Service"), "n2": fix("Done.")}
    )
    node = flow_document([a_flow(tree)], {}, {})["flows"][0]["nodes"]["n1"]
    assert (node["instruction"], node["script"]) == ("Restart.", "Restart-Service")


@given(trees())
def test_flat_nested_and_yaml_documents_read_back_as_the_same_flow(tree: FlowTree) -> None:
    flow = a_flow(tree)
    for document in (
        json.loads(export([flow], EXTERNAL, {}, ExportFormat.JSON)),
        nested_document([flow], EXTERNAL, {}),
        load_document(export([flow], EXTERNAL, {}, ExportFormat.YAML)),
    ):
        (record,) = parse_flows(document, session_ids=INTERNAL)
        assert record.draft == flow.current.draft
        assert record.id == "7"


def test_evidence_of_unknown_sessions_is_dropped() -> None:
    node = replace(vpn_tree().nodes["n3"], evidence=frozenset({Evidence(1, 0)}))
    document = flow_document([a_flow(FlowTree("n1", {**vpn_tree().nodes, "n3": node}))], EXTERNAL, {})
    assert parse_flows(document)[0].draft.tree == vpn_tree()


def test_yaml_written_by_hand_keeps_yes_and_no_as_words() -> None:
    text = """
title: VPN drops
root: a
nodes:
  a: {kind: question, prompt: "On?", options: [{label: Yes, next: b}, {label: off, next: b}, {label: 5, next: b}]}
  b: {kind: resolution, text: Restart it.}
"""
    (record,) = parse_flows(load_document(text))
    assert record.id is None
    options = record.draft.tree.nodes["a"].options
    assert [(option.id, option.label) for option in options] == [("o1", "Yes"), ("o2", "off"), ("o3", "5")]


def test_problems_are_carried_along_up_to_a_limit() -> None:
    told = [f"Drops at {hour} o'clock" for hour in range(MAX_PROBLEMS + 1)]
    document = flow_document([a_flow()], {}, {7: told})
    assert parse_flows(document)[0].problems == tuple(told[:MAX_PROBLEMS])


def test_document_without_problems_is_read() -> None:
    document = changed()
    del document["problems"]
    assert parse_flows(document)[0].problems == ()


def changed(**change: Any) -> dict[str, Any]:
    document: dict[str, Any] = flow_document([a_flow()], {}, {})["flows"][0]
    return document | change


@pytest.mark.parametrize(
    ("document", "field", "reason"),
    [
        ("text", "flows", "must be a list"),
        ({"flows": {}}, "flows", "must be a list"),
        ([3], "flows[0]", "must be an object"),
        (changed(title=None), "flows[0].title", "is missing"),
        (changed(title=" "), "flows[0].title", "is empty"),
        (changed(title=True), "flows[0].title", "must be a text in quotes"),
        (changed(title="VPN\0"), "flows[0].title", "not text"),
        (changed(summary="\ud83d"), "flows[0].summary", "not text"),
        (changed(problem_domain="cars"), "flows[0].problem_domain", "must be one of active_directory"),
        (changed(problems=[None]), "flows[0].problems[0]", "is missing"),
        (changed(keywords="vpn"), "flows[0].keywords", "must be a list"),
        (changed(nodes=[]), "flows[0].nodes", "must be an object"),
        (changed(nodes={"n1": {"kind": "loop"}}), "flows[0].nodes.n1.kind", "must be one of question"),
        (changed(nodes={"n1": {"kind": "question"}}), "flows[0].nodes.n1.prompt", "is missing"),
        (
            changed(nodes={"n1": {"kind": "question", "prompt": "On?", "options": [{"label": "Yes"}]}}),
            "flows[0].nodes.n1.options[0].next",
            "is missing",
        ),
        (
            changed(
                nodes={"n1": {"kind": "resolution", "text": "A", "evidence": [{"session": "T", "step": -1}]}}
            ),
            "flows[0].nodes.n1.evidence[0].step",
            "whole number",
        ),
        (
            changed(
                root={
                    "id": "a",
                    "kind": "resolution",
                    "text": "A",
                    "children": [{"id": "a", "kind": "resolution", "text": "A"}],
                }
            ),
            "flows[0].root.children[0].id",
            "is used twice",
        ),
    ],
)
def test_wrong_field_is_named(document: Any, field: str, reason: str) -> None:
    with pytest.raises(InvalidRecordError, match=re.escape(reason)) as caught:
        parse_flows(document)
    assert caught.value.field == field


def test_invalid_tree_is_refused_with_its_problems() -> None:
    with pytest.raises(InvalidTreeError, match="no answers"):
        parse_flows(changed(root="a", nodes={"a": {"kind": "question", "prompt": "On?"}}))


@pytest.mark.parametrize(
    "text", ["a: [", "[" * 100_000, "a: !!python/object:os.system {}", "when: 2026-99-99"]
)
def test_what_is_neither_json_nor_yaml_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecordError):
        parse_flows(load_document(text))


@given(trees(), TEXTS)
def test_mermaid_text_never_leaves_its_quotes(tree: FlowTree, title: str) -> None:
    for line in export([a_flow(tree, title)], {}, {}, ExportFormat.MERMAID).splitlines():
        assert line.count('"') in (0, 2), line
        inside = line.split('"')[1] if '"' in line else ""
        assert re.sub(r"#\d+;|<br/>", "", inside) == re.sub(r"#\d+;|<br/>|[#<>`%&*_~\\]", "", inside)


def test_mermaid_shows_the_kinds_by_shape() -> None:
    assert export([a_flow()], {}, {}, ExportFormat.MERMAID) == (
        "flowchart TD\n"
        "  classDef fix fill:#009E73,color:#ffffff\n"
        '  subgraph f1["VPN drops"]\n'
        '    f1s1("Is split tunnelling on?")\n'
        '    f1s1 -->|"Yes"| f1s2\n'
        '    f1s1 -->|"No"| f1s4\n'
        '    f1s2("Does it drop on a cable too?")\n'
        '    f1s2 -->|"Yes"| f1s3\n'
        '    f1s2 -->|"No"| f1s4\n'
        '    f1s3[["Hand over to the network team."]]\n'
        '    f1s4["Lower the MTU to 1350."]:::fix\n'
        "  end\n"
    )


def test_mermaid_text_is_neither_list_nor_directive() -> None:
    assert quoted("1. Open <b>\n- %%{init}") == "1#46; Open #60;b#62;<br/>#45; #37;#37;{init}"


def test_markdown_numbers_the_steps_and_says_where_answers_lead() -> None:
    text = export([a_flow()], {}, {}, ExportFormat.MARKDOWN)
    assert text.startswith(
        "# VPN drops\n\nNetworking, version 3\n\nDrops every ten minutes.\n\n## 1. Is split"
    )
    assert "- **No** → 4. Fix: Lower the MTU to 1350." in text
    assert "## 3. Escalate: Hand over to the network team." in text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("# not *bold* [link](x) <b>", r"\# not \*bold\* \[link\](x) \<b\>"),
        ("1. first", r"1\. first"),
        ("- item\n===", r"\- item ==="),
        ("a_b & c|d `e`", r"a\_b \& c\|d \`e\`"),
    ],
)
def test_markdown_text_is_escaped(text: str, safe: str) -> None:
    assert escaped(text) == safe


@given(st.text("`ab\n", max_size=20))
def test_script_stays_inside_its_fence(script: str) -> None:
    tree = FlowTree("n1", {"n1": action("Run it.", ("Done", "n2"), script=f"x{script}"), "n2": fix("Done.")})
    text = export([a_flow(tree)], {}, {}, ExportFormat.MARKDOWN)
    fence = re.findall(r"^`{3,}$", text, re.MULTILINE)[0]
    assert text.count(fence) == 2
    assert f"{fence}\nx{script}\n{fence}" in text


def test_markdown_names_the_template_of_a_step() -> None:
    script = "Template: Empty *the* queue (PowerShell)"
    tree = FlowTree("n1", {"n1": action("Run it.", ("Done", "n2"), script=script), "n2": fix("Done.")})
    text = export([a_flow(tree)], {}, {}, ExportFormat.MARKDOWN)
    assert r"Script: Empty \*the\* queue (PowerShell)" in text
    assert "```" not in text


def test_empty_workspace_exports_an_empty_document() -> None:
    assert json.loads(export([], {}, {}, ExportFormat.JSON)) == {"flows": []}
    assert yaml.safe_load(export([], {}, {}, ExportFormat.YAML)) == {"flows": []}
    assert parse_flows({"flows": []}) == []


def test_question_with_two_answers_to_one_step_appears_once_in_nested_form() -> None:
    tree = FlowTree("n1", {"n1": question("On?", ("Yes", "n2"), ("No", "n2")), "n2": fix("Done.")})
    root = nested_document([a_flow(tree)], {}, {})["flows"][0]["root"]
    assert [child["id"] for child in root["children"]] == ["n2"]


def test_document_is_named_by_the_whole_words_of_a_long_title() -> None:
    flow = a_flow(title="Outlook asks again and again for the password of a shared mailbox")
    name = "outlook-asks-again-and-again-for-the-password-of-a-shared"
    assert filename_of(flow, ExportFormat.MARKDOWN) == f"{name}-{flow.id}-v{flow.current.number}.md"
