"""A conversation in which a problem was solved: what was said, and the account that it gives of the problem."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.sessions import ProblemDomain
from bot.domain.spending import Spending

ARROW = "→"
MIN_SPEAKING = 0.5
"""Share of a pasted text's lines that begin with a name from which the names count as speakers."""

_TYPED_ARROW = re.compile(r"(?:-+>|=+>)")
_TIME = r"\[?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?\]?"
_TIME_ALONE = re.compile(rf"\s*{_TIME}\s*")
_NAME = r"[^\W\d_][\w.'-]*(?: [^\W\d_][\w.'-]*){0,2}"
_NAME_ALONE = re.compile(_NAME)
_NAME_AND_TIME = re.compile(rf"\s*(?P<name>{_NAME})\s+{_TIME}\s*")
_SPEAKING = re.compile(rf"\s*(?:{_TIME}\s*)?<?(?P<name>{_NAME})>?:\s+(?P<text>\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one person wrote. `by` is a Slack id, or a name where it was pasted; empty when nobody knows."""

    text: str
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What was checked or done, and what came of it; empty when nobody said."""

    checked: str
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a conversation tells of a problem and its solution; empty where it does not say.

    `worked_by` is as in `Said.by`, `fixed_at` when the fix was told or confirmed. `is_from_model`: no rule made it;
    `is_from_session`: nobody had to read it, for it was worked as a session.
    """

    problem: str = ""
    tried: tuple[Tried, ...] = ()
    fix: str = ""
    domain: ProblemDomain | None = None
    ticket: str | None = None
    worked_by: str = ""
    fixed_at: datetime | None = None
    is_from_model: bool = False
    is_from_session: bool = False


@dataclass(frozen=True, slots=True)
class Recounted:
    """What a model made of a conversation, and what that cost. No account: it could not, as `spending.trouble` says."""

    account: Account | None
    spending: Spending


def tried_line(tried: Tried) -> str:
    """For example "Is split tunnelling on? → No"; `read_tried` reads it back."""
    return f"{tried.checked} {ARROW} {tried.found}" if tried.found else tried.checked


def read_tried(text: str) -> tuple[Tried, ...]:
    """What stands on each line, split at its last arrow; "->" is one where there is no "→". Empty lines are nothing."""
    parts = [_split(" ".join(line.split())) for line in text.splitlines()]
    return tuple(Tried(checked, found) for checked, found in parts if checked)


def _split(line: str) -> tuple[str, str]:
    arrows = [line.rfind(ARROW)] if ARROW in line else [each.start() for each in _TYPED_ARROW.finditer(line)]
    if not arrows:
        return line, ""
    return line[: arrows[-1]].strip(), line[arrows[-1] :].lstrip(f"-=>{ARROW} ")


def read_pasted(text: str) -> tuple[Said, ...]:
    """The messages of a conversation that was copied from somewhere, oldest first.

    Who speaks is recognised by a name with a time above the message, as Slack copies it, or by "Name: " before each
    message. Without either every line is a message of somebody.
    """
    lines = text.splitlines()
    if any(_NAME_AND_TIME.fullmatch(line) for line in lines) or _has_times_below_names(lines):
        return tuple(_merged(_under_headings(lines)))
    speaking = [match for line in lines if (match := _SPEAKING.fullmatch(line))]
    filled = [line for line in lines if line.strip()]
    if len(speaking) > 1 and len(speaking) >= MIN_SPEAKING * len(filled):
        return tuple(_merged(_after_names(lines)))
    return tuple(Said(text=line.strip()) for line in filled)


def speakers(said: Iterable[Said]) -> list[str]:
    """Who said something, in the order of their first words."""
    return list(dict.fromkeys(each.by for each in said if each.by))


def most_active(said: Sequence[Said], *, without: str) -> str:
    """Who wrote most of the messages, except for that person; empty when nobody else did."""
    counts = Counter(each.by for each in said if each.by and each.by != without)
    return max(counts, key=lambda by: counts[by], default="")


def _has_times_below_names(lines: Sequence[str]) -> bool:
    return any(_heads(lines, number) for number in range(len(lines)))


def _heads(lines: Sequence[str], number: int) -> bool:
    """Whether the line is a name with a time in the next line."""
    follows = lines[number + 1] if number + 1 < len(lines) else ""
    return bool(_NAME_ALONE.fullmatch(lines[number].strip()) and _TIME_ALONE.fullmatch(follows))


def _under_headings(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    by = ""
    for number, line in enumerate(lines):
        if head := _NAME_AND_TIME.fullmatch(line):
            by = head["name"]
        elif _heads(lines, number):
            by = line.strip()
        elif line.strip() and not _TIME_ALONE.fullmatch(line):
            yield by, line.strip()


def _after_names(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    by = ""
    for line in lines:
        if speaking := _SPEAKING.fullmatch(line):
            by = speaking["name"]
            yield by, speaking["text"].strip()
        elif line.strip():
            yield by, line.strip()


def _merged(lines: Iterable[tuple[str, str]]) -> Iterator[Said]:
    """Lines of the same person one after the other are one message."""
    held: list[str] = []
    speaker = ""
    for by, text in lines:
        if held and by != speaker:
            yield Said(text="\n".join(held), by=speaker)
            held = []
        speaker = by
        held.append(text)
    if held:
        yield Said(text="\n".join(held), by=speaker)
