"""Editing the steps of a draft as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.domain.editing import Workbench
from bot.domain.errors import InvalidTreeError, TreeProblem
from bot.domain.outline_text import to_outline
from bot.slack.ids import Callback, DraftPlace, Field
from bot.slack.mrkdwn import escape, size
from bot.slack.views import samples
from bot.slack.views.blocks import INPUT, Json, modal, section, text_input
from bot.slack.views.workbench import SAMPLE

PART_CHARACTERS = 2400
"""How much of a flow one input shows at first: less than it takes, so that there is room to write."""
MAX_PARTS = 40
SHOWN_PROBLEMS = 3
NUMBERED = re.compile(r"Line \d+")
LEGEND = (
    "One line a step, two spaces deeper than the step it follows, behind its answer and a colon: "
    "“Yes: = Replace the cable”. Before a step, = means a fix, ! a hand-over, > something to do; all else is a "
    "question. An answer with a colon stands in quotes. #1 names a step, and -> #1 goes there from elsewhere. "
    "⏎ is a line break."
)
TOO_LONG = (
    "This flow is too long to be edited in Slack. Export it with `flowpilot flows export`, change the file, "
    "and import it again."
)


def text_form(bench: Workbench, place: DraftPlace) -> Json:
    """The steps of the draft as text; what is submitted takes their place in the draft."""
    parts = split_outline(to_outline(bench.draft.content.tree))
    if len(parts) > MAX_PARTS:
        return modal("Plain text", [section(TOO_LONG)])
    if not bench.is_mine or bench.is_stale:
        return modal("Plain text", [section(f"```{escape(part)}```") for part in parts])
    return modal(
        "Plain text",
        list(_step_inputs(parts)),
        submit="Save",
        callback=Callback.DRAFT_TEXT.value,
        metadata=str(place),
    )


def split_outline(text: str) -> list[str]:
    """The outline in parts of whole lines that each fit into an input; joined by line breaks they are the outline."""
    parts: list[list[str]] = [[]]
    room = PART_CHARACTERS
    for line in text.split("\n"):
        if parts[-1] and size(line) + 1 > room:
            parts.append([])
            room = PART_CHARACTERS
        parts[-1].append(line)
        room -= size(line) + 1
    return ["\n".join(lines) for lines in parts]


def tree_errors(error: InvalidTreeError, parts: Sequence[str]) -> dict[str, str]:
    """The problems as Slack shows them: a text for each input that holds one of the lines."""
    found: dict[str, list[str]] = {}
    for problem in error.problems:
        field, line = _place(problem, parts)
        found.setdefault(field, []).append(_at_line(line, problem.sentence))
    return {field: _few(sentences) for field, sentences in found.items()}


def _at_line(line: int | None, sentence: str) -> str:
    """The sentence with the line's number in its own input, which is another one than in the whole outline."""
    if line is None:
        return sentence
    found = NUMBERED.match(sentence)
    return f"Line {line}{sentence[found.end() :]}" if found else f"Line {line}: {sentence}"


def step_field(number: int) -> str:
    """The block of one part of the steps."""
    return f"{Field.STEPS.value}{number}"


def _step_inputs(parts: Sequence[str]) -> Iterator[Json]:
    for number, part in enumerate(parts):
        label = "Steps" if len(parts) == 1 else f"Steps, part {number + 1} of {len(parts)}"
        hint = LEGEND if number == len(parts) - 1 else None
        yield text_input(step_field(number), label, part, multiline=True, limit=INPUT, hint=hint)


def _place(problem: TreeProblem, parts: Sequence[str]) -> tuple[str, int | None]:
    """The input that holds the problem's line, and the line's number there; the first input for the whole tree."""
    if problem.line is None:
        return step_field(0), None
    before = 0
    for number, part in enumerate(parts):
        lines = part.count("\n") + 1
        if problem.line <= before + lines:
            return step_field(number), problem.line - before
        before += lines
    return step_field(max(0, len(parts) - 1)), None


def _few(sentences: Sequence[str]) -> str:
    more = len(sentences) - SHOWN_PROBLEMS
    return " ".join([*sentences[:SHOWN_PROBLEMS], *([f"… and {more} more."] if more > 0 else [])])


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "text": partial(text_form, SAMPLE, DraftPlace(5, 3)),
    "text to read": partial(text_form, replace(SAMPLE, member=samples.CHLOE), DraftPlace(5, 3)),
}
