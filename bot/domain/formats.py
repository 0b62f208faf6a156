"""Flows as documents for other programs: JSON (flat or nested), YAML, Mermaid and Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import yaml

from bot.domain.flows import Flow
from bot.domain.formats_markdown import to_markdown
from bot.domain.formats_mermaid import to_mermaid
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind
from bot.domain.words import file_stem

TEXT_KEYS = {
    NodeKind.QUESTION: "prompt",
    NodeKind.ACTION: "instruction",
    NodeKind.RESOLUTION: "text",
    NodeKind.ESCALATION: "text",
}

MAX_PROBLEMS = 30
"""Problems that a document holds of each flow: enough to tell by which words people come to it."""
Problems = Mapping[int, Sequence[str]]
"""By a flow's id, the problems of its sessions, without secrets, newest first."""


class ExportFormat(StrEnum):
    JSON = "json"
    YAML = "yaml"
    MERMAID = "mermaid"
    MARKDOWN = "markdown"


ENDINGS = {
    ExportFormat.JSON: "json",
    ExportFormat.YAML: "yaml",
    ExportFormat.MERMAID: "mmd",
    ExportFormat.MARKDOWN: "md",
}
MAX_NAME = 60


def filename_of(flow: Flow, wanted: ExportFormat) -> str:
    """For example "vpn-drops-3-v2.json", with the flow's id and version."""
    name = file_stem(flow.title, MAX_NAME) or "flow"
    return f"{name}-{flow.id}-v{flow.current.number}.{ENDINGS[wanted]}"


def export(
    flows: Iterable[Flow], external_ids: Mapping[int, str], problems: Problems, wanted: ExportFormat
) -> str:
    """The flows as one text in the wanted format, ending with a line break."""
    match wanted:
        case ExportFormat.JSON:
            return (
                json.dumps(flow_document(flows, external_ids, problems), ensure_ascii=False, indent=2) + "\n"
            )
        case ExportFormat.YAML:
            document = flow_document(flows, external_ids, problems)
            return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
        case ExportFormat.MERMAID:
            return to_mermaid(flow.current.draft for flow in flows)
        case ExportFormat.MARKDOWN:
            return to_markdown(flows)


def flow_document(
    flows: Iterable[Flow], external_ids: Mapping[int, str], problems: Problems
) -> dict[str, Any]:
    """Each flow with its nodes by id. Evidence of sessions without an external id is left out."""
    return {"flows": [{**_facts(flow, problems), **tree_document(flow.tree, external_ids)} for flow in flows]}


def nested_document(
    flows: Iterable[Flow], external_ids: Mapping[int, str], problems: Problems
) -> dict[str, Any]:
    """Each flow with its first node as `root`, which holds the next ones as `children`, each node once."""
    return {"flows": [{**_facts(flow, problems), "root": _nested(flow.tree, external_ids)} for flow in flows]}


def _facts(flow: Flow, problems: Problems) -> dict[str, Any]:
    draft = flow.current.draft
    return {
        "id": flow.id,
        "title": draft.title,
        "summary": draft.summary,
        "problem_domain": draft.problem_domain.value if draft.problem_domain else None,
        "origin": flow.origin.value,
        "version": flow.current.number,
        "keywords": list(draft.keywords),
        "problems": list(problems.get(flow.id, ()))[:MAX_PROBLEMS],
    }


def tree_document(tree: FlowTree, external_ids: Mapping[int, str]) -> dict[str, Any]:
    """The tree alone, as `parse_tree` reads it."""
    nodes = {node_id: _node(node, external_ids) for node_id, node, _ in tree.walk()}
    return {"root": tree.root, "nodes": nodes}


def _nested(tree: FlowTree, external_ids: Mapping[int, str]) -> dict[str, Any]:
    """A node hangs below the first node, on the walk, that leads to it."""
    records: dict[str, dict[str, Any]] = {}
    parent: dict[str, str] = {}
    for node_id, node, _ in tree.walk():
        records[node_id] = {"id": node_id, **_node(node, external_ids), "children": []}
        parent |= {option.next: node_id for option in node.options if option.next not in records}
        if node_id != tree.root:
            records[parent[node_id]]["children"].append(records[node_id])
    return records[tree.root]


def _node(node: Node, external_ids: Mapping[int, str]) -> dict[str, Any]:
    extras = {"help": node.help, "expected": node.expected, "script": node.script}
    return {
        "kind": node.kind.value,
        TEXT_KEYS[node.kind]: node.text,
        **{key: text for key, text in extras.items() if text},
        "options": [{"id": option.id, "label": option.label, "next": option.next} for option in node.options],
        "evidence": [
            _evidence(e, external_ids) for e in sorted(node.evidence) if e.session_id in external_ids
        ],
    }


def _evidence(evidence: Evidence, external_ids: Mapping[int, str]) -> dict[str, Any]:
    return {"session": external_ids[evidence.session_id], "step": evidence.step}
