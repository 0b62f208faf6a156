"""The syntax of one line of an outline; `outline_text` explains the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.domain.trees import NodeKind

LINE_BREAK = "⏎"
REFERENCE = "->"
MARKS = {
    NodeKind.RESOLUTION: "=",
    NodeKind.ESCALATION: "!",
    NodeKind.ACTION: ">",
    NodeKind.QUESTION: "?",
}
KINDS = {mark: kind for kind, mark in MARKS.items()}

_MISLEADING = re.compile(r"#\d|[=!>?→]|->")
_TAGGED = re.compile(r"#(\d+)(?:\s+(.*))?")
_MARKED = re.compile(r"([=!>?])\s*(.*)")
_REFERRING = re.compile(r"(?:->|→)\s*(.*)")
_BREAK_INSIDE = re.compile(rf"(?<=\S){LINE_BREAK}(?=\S)")
_LABELS = (
    re.compile(r'"((?:[^"]|"")*)"\s*:(.*)'),
    re.compile(r'[“”„]([^"“”]*)["“”]\s*:(.*)'),
    re.compile(r'([^"“”„:][^:]*):(.*)'),
)


class BadLineError(Exception):
    """A line that cannot be read, with the reason. Never shown as it is."""


@dataclass(slots=True, eq=False)
class Line:
    """A line as it was read, its text still on one line. The first line has no label; with `leads_to` (a tag or a text) it is no step of its own."""

    number: int
    label: str | None
    kind: NodeKind
    text: str
    tag: str | None = None
    leads_to: str | None = None
    children: list[Line] = field(default_factory=list)

    def steps(self) -> Iterator[Line]:
        """This line and all below it that are steps, from top to bottom."""
        stack = [self]
        while stack:
            line = stack.pop()
            if line.leads_to is None:
                yield line
                stack.extend(reversed(line.children))


def one_line(text: str) -> str:
    """The text as it fits into a line."""
    return LINE_BREAK.join(part.strip() for part in text.strip().splitlines())


def several_lines(words: str) -> str:
    """The text that is meant by the words of a line: the opposite of `one_line`."""
    return _BREAK_INSIDE.sub("\n", words)


def written_body(kind: NodeKind, text: str, tag: str | None) -> str:
    """The part of a line after the answer."""
    words = one_line(text)
    is_plain = kind is NodeKind.QUESTION and not _MISLEADING.match(words)
    return " ".join(
        part for part in (f"#{tag}" if tag else "", "" if is_plain else MARKS[kind], words) if part
    )


def written_label(label: str) -> str:
    words = label.strip()
    if ":" in words or words[:1] in {'"', "“", "”", "„"}:
        words = '"' + words.replace('"', '""') + '"'
    return f"{words}:"


def read_line(number: int, content: str, *, is_first: bool) -> Line:
    """The line, without its indentation.

    Raises:
        BadLineError: with what to change.
    """
    label, body = (None, content) if is_first else _split_label(content)
    referring = _REFERRING.fullmatch(body)
    if referring:
        return _reference(number, label, referring[1])
    tag, rest = None, body
    if tagged := _TAGGED.fullmatch(body):
        tag, rest = tagged[1], tagged[2] or ""
    marked = _MARKED.fullmatch(rest)
    kind, words = (KINDS[marked[1]], marked[2]) if marked else (NodeKind.QUESTION, rest)
    is_unfinished = marked is not None and kind is NodeKind.ESCALATION
    if not words and not is_unfinished:
        raise BadLineError("says nothing after the answer. Write the next step behind it.")
    return Line(number, label, kind, words, tag)


def _reference(number: int, label: str | None, target: str) -> Line:
    if label is None:
        raise BadLineError("is the first step, so it cannot lead elsewhere.")
    if not target:
        raise BadLineError(f"leads nowhere. Write the mark of a step after {REFERENCE}, such as #1.")
    return Line(number, label, NodeKind.QUESTION, "", leads_to=target)


def _split_label(content: str) -> tuple[str, str]:
    for position, pattern in enumerate(_LABELS):
        if match := pattern.fullmatch(content):
            label = match[1].replace('""', '"') if position == 0 else match[1]
            return label.strip(), match[2].strip()
    raise BadLineError("has no answer in front. Write it as “answer: next step”.")
