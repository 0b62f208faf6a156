"""Flows as a Mermaid flowchart: questions rounded, actions square, fixes filled, escalations with a double border."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.domain.flows import FlowDraft
from bot.domain.trees import NodeKind

SHAPES = {
    NodeKind.QUESTION: '("{}")',
    NodeKind.ACTION: '["{}"]',
    NodeKind.RESOLUTION: '["{}"]:::fix',
    NodeKind.ESCALATION: '[["{}"]]',
}
FIX_STYLE = "classDef fix fill:#009E73,color:#ffffff"

_SPECIAL = re.compile(r"[\"#<>&`%*_~\\]|^[-+]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
"""What Mermaid would take for markup, a directive or a list, inside quotes too."""


def to_mermaid(drafts: Iterable[FlowDraft]) -> str:
    """One flowchart with a subgraph for each flow. Ids are its own: some of ours could be words of the language."""
    lines = ["flowchart TD", f"  {FIX_STYLE}"]
    for number, draft in enumerate(drafts, 1):
        lines += [f'  subgraph f{number}["{quoted(draft.title)}"]', *_steps(draft, f"f{number}s"), "  end"]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """The text as it can stand between quotes."""
    return "<br/>".join(_SPECIAL.sub(_code, line.strip()) for line in text.strip().splitlines())


def _code(match: re.Match[str]) -> str:
    return f"#{ord(match[0])};"


def _steps(draft: FlowDraft, prefix: str) -> Iterator[str]:
    steps = list(draft.tree.walk())
    names = {node_id: f"{prefix}{number}" for number, (node_id, _, _) in enumerate(steps, 1)}
    for node_id, node, _ in steps:
        yield f"    {names[node_id]}{SHAPES[node.kind].format(quoted(node.text))}"
        for option in node.options:
            yield f'    {names[node_id]} -->|"{quoted(option.label)}"| {names[option.next]}'
