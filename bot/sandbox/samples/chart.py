"""The decision charts behind the sample sessions, read from ``charts/*.yaml``.

A list of sentences is a block of text in those files, one sentence a line, so that colons and quotes need no care.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TypedDict

import yaml


@dataclass(frozen=True, slots=True)
class Answer:
    """One option of a step; `often` is its weight beside the other options."""

    label: str
    to: str
    often: float
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question or an action, with the ways engineers word it.

    `leaves` is the share of engineers who find no fitting option here; they type one of `asides` instead.
    """

    id: str
    kind: str
    wordings: tuple[str, ...]
    help: str | None
    leaves: float
    asides: tuple[str, ...]
    answers: tuple[Answer, ...]

    def answer(self, label: str) -> Answer:
        """Return the option with this label; raises KeyError without one."""
        for answer in self.answers:
            if answer.label == label:
                return answer
        raise KeyError(label)


@dataclass(frozen=True, slots=True)
class Ending:
    """A fix, or a planned escalation with its reason."""

    id: str
    escalates: bool
    wordings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """A problem in somebody's words, and the first questions that these words already answer."""

    problem: str
    answered: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Chart:
    """One problem: how often it comes up, how long it takes, and the way to each of its fixes.

    `sessions` is its size among about 200; `minutes` the usual time to resolve; `stuck` the reasons given when a
    session is escalated before the chart's end.
    """

    id: str
    domain: str | None
    sessions: float
    minutes: float
    start: str
    openings: tuple[Opening, ...]
    asks: Mapping[str, Ask]
    endings: Mapping[str, Ending]
    stuck: tuple[str, ...]


class _AnswerText(TypedDict, total=False):
    to: str
    often: str
    says: str


class _AskText(TypedDict, total=False):
    ask: str
    do: str
    help: str
    leaves: str
    asides: str
    answers: dict[str, _AnswerText]


class _MidwayText(TypedDict):
    answered: dict[str, str]
    problems: str


class _ChartText(TypedDict, total=False):
    domain: str
    sessions: str
    minutes: str
    start: str
    problems: str
    midway: list[_MidwayText]
    asks: dict[str, _AskText]
    fixes: dict[str, str]
    escalations: dict[str, str]
    stuck: str


@cache
def charts() -> tuple[Chart, ...]:
    """Return every chart, ordered by id."""
    folder = resources.files(__package__) / "charts"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return tuple(
        _chart(file.name.removesuffix(".yaml"), _loaded(file.read_text("utf-8")))
        for file in files
        if file.name.endswith(".yaml")
    )


def _loaded(text: str) -> _ChartText:
    # The base loaders leave every scalar a string, so that the labels Yes and No do not become booleans.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    content: _ChartText = yaml.load(text, Loader=loader)  # noqa: S506  (a base loader builds nothing but strings)
    return content


def _chart(chart_id: str, text: _ChartText) -> Chart:
    return Chart(
        id=chart_id,
        domain=text.get("domain"),
        sessions=float(text["sessions"]),
        minutes=float(text["minutes"]),
        start=text["start"],
        openings=tuple(_openings(text)),
        asks={ask_id: _ask(ask_id, ask) for ask_id, ask in text["asks"].items()},
        endings={ending.id: ending for ending in _endings(text)},
        stuck=_lines(text["stuck"]),
    )


def _openings(text: _ChartText) -> Iterator[Opening]:
    for problem in _lines(text["problems"]):
        yield Opening(problem, {})
    for midway in text.get("midway", []):
        for problem in _lines(midway["problems"]):
            yield Opening(problem, midway["answered"])


def _ask(ask_id: str, text: _AskText) -> Ask:
    return Ask(
        id=ask_id,
        kind="action" if "do" in text else "question",
        wordings=_lines(text["do"] if "do" in text else text["ask"]),
        help=text.get("help"),
        leaves=float(text.get("leaves", "0")),
        asides=_lines(text.get("asides", "")),
        answers=tuple(
            Answer(label, answer["to"], float(answer.get("often", "1")), _lines(answer["says"]))
            for label, answer in text["answers"].items()
        ),
    )


def _endings(text: _ChartText) -> Iterator[Ending]:
    for ending_id, wordings in text["fixes"].items():
        yield Ending(ending_id, escalates=False, wordings=_lines(wordings))
    for ending_id, wordings in text.get("escalations", {}).items():
        yield Ending(ending_id, escalates=True, wordings=_lines(wordings))


def _lines(block: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in block.splitlines() if line.strip())
