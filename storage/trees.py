"""Flow drafts as columns: the tree as JSON, and the words that a search may find it by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, literal_column
from sqlalchemy.dialects.postgresql import TSVECTOR

from bot.domain.flows import FlowDraft
from bot.domain.sessions import ProblemDomain
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option

LANGUAGE = "english"
MAX_SEARCHED = 20_000
"""Characters of a tree's texts that the search knows: a large tree would match everything."""


def tree_to_json(tree: FlowTree) -> dict[str, Any]:
    return {
        "root": tree.root,
        "nodes": {node_id: _node_to_json(node) for node_id, node in tree.nodes.items()},
    }


def tree_from_json(stored: Mapping[str, Any]) -> FlowTree:
    return FlowTree(
        stored["root"], {node_id: _node_from_json(node) for node_id, node in stored["nodes"].items()}
    )


def draft_columns(draft: FlowDraft) -> dict[str, Any]:
    """Values of the columns that proposals and flow versions have in common."""
    return {
        "title": draft.title,
        "summary": draft.summary,
        "problem_domain": draft.problem_domain,
        "keywords": list(draft.keywords),
        "tree": tree_to_json(draft.tree),
    }


def draft_from_row(row: RowMapping | Mapping[str, Any]) -> FlowDraft:
    return FlowDraft(
        title=row["title"],
        summary=row["summary"],
        tree=tree_from_json(row["tree"]),
        problem_domain=domain_or_none(row["problem_domain"]),
        keywords=tuple(row["keywords"]),
    )


def domain_or_none(stored: str | None) -> ProblemDomain | None:
    return None if stored is None else ProblemDomain(stored)


def search_vector(draft: FlowDraft) -> ColumnElement[str]:
    """What full-text search finds the draft by: title and keywords count most, then the summary, then the steps."""
    steps = " ".join(node.text for node in draft.tree.nodes.values())[:MAX_SEARCHED]
    head = f"{draft.title} {' '.join(draft.keywords)}"
    return _weighted(head, "A").op("||")(_weighted(draft.summary, "B")).op("||")(_weighted(steps, "C"))


def _weighted(text: str, weight: str) -> ColumnElement[Any]:
    return func.setweight(func.to_tsvector(LANGUAGE, text), literal_column(f"'{weight}'"), type_=TSVECTOR)


def _node_to_json(node: Node) -> dict[str, Any]:
    return {
        "kind": node.kind,
        "text": node.text,
        "help": node.help,
        "expected": node.expected,
        "script": node.script,
        "options": [{"id": option.id, "label": option.label, "next": option.next} for option in node.options],
        "evidence": [[evidence.session_id, evidence.step] for evidence in sorted(node.evidence)],
    }


def _node_from_json(stored: Mapping[str, Any]) -> Node:
    return Node(
        kind=NodeKind(stored["kind"]),
        text=stored["text"],
        help=stored["help"],
        expected=stored["expected"],
        script=stored["script"],
        options=tuple(Option(option["id"], option["label"], option["next"]) for option in stored["options"]),
        evidence=frozenset(Evidence(session_id, step) for session_id, step in stored["evidence"]),
    )
