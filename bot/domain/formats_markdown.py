"""Flows as Markdown to read or print: numbered steps that say where each answer leads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.domain.flows import Flow
from bot.domain.step_scripts import TemplateName
from bot.domain.trees import Node, NodeKind

KIND_WORDS = {
    NodeKind.QUESTION: "",
    NodeKind.ACTION: "Do: ",
    NodeKind.RESOLUTION: "Fix: ",
    NodeKind.ESCALATION: "Escalate: ",
}

_INLINE = re.compile(r"[\\`*_\[\]<>~|&#$]")
_LINE_START = re.compile(r"^([-+=])|^(\d{1,9})([.)])")
_BACKTICKS = re.compile(r"`+")


def to_markdown(flows: Iterable[Flow]) -> str:
    return "\n\n".join("\n\n".join(_paragraphs(flow)) for flow in flows) + "\n"


def escaped(text: str) -> str:
    """The text on one line, with nothing in it that Markdown or HTML would take for markup."""
    words = _INLINE.sub(r"\\\g<0>", " ".join(text.split()))
    return _LINE_START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", words)


def _paragraphs(flow: Flow) -> Iterator[str]:
    draft = flow.current.draft
    yield f"# {escaped(draft.title)}"
    domain = draft.problem_domain.replace("_", " ") if draft.problem_domain else "unknown domain"
    yield f"{domain.capitalize()}, version {flow.current.number}"
    if draft.summary.strip():
        yield escaped(draft.summary)
    steps = list(draft.tree.walk())
    names = {
        node_id: f"{number}. {KIND_WORDS[node.kind]}{escaped(node.text)}"
        for number, (node_id, node, _) in enumerate(steps, 1)
    }
    for node_id, node, _ in steps:
        yield f"## {names[node_id]}"
        yield from _body(node, names)


def _body(node: Node, names: Mapping[str, str]) -> Iterator[str]:
    if node.help:
        yield escaped(node.help)
    if node.expected:
        yield f"Expected: {escaped(node.expected)}"
    if node.script:
        yield _script(node.script)
    if node.options:
        yield "\n".join(f"- **{escaped(option.label)}** → {names[option.next]}" for option in node.options)


def _script(script: str) -> str:
    """The name of a template in words; statements between fences longer than any run of backticks in them."""
    if name := TemplateName.parse(script):
        return f"Script: {escaped(name.title)} ({name.language.words})"
    fence = "`" * max(3, 1 + max((len(run) for run in _BACKTICKS.findall(script)), default=0))
    return f"{fence}\n{script}\n{fence}"
