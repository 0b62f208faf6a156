"""What people are told where no flow leads: checks of similar sessions, and the next step that a model proposes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.sessions import Session, Step, StepKind
from bot.domain.spending import Spending, Trouble
from bot.domain.trees import FlowTree, Node, NodeKind, Option

MAX_SUGGESTED = 3
_WORD = re.compile(r"\w+")


class CheckSource(StrEnum):
    """Who proposes a check."""

    SESSIONS = "sessions"  # people in similar sessions did it
    MODEL = "model"
    EARLIER = "earlier"  # it was answered in this session, and that was taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A step that no flow asks: its answers lead nowhere. `hits` of `of` similar sessions did it."""

    node: Node
    source: CheckSource
    hits: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """What stands beside, or in the place of, "what did you check?" in one turn.

    Within a turn `asked` is set once and never replaced, so that an answer to the turn is an answer to it. A model is
    asked while it `is_waiting`; `trouble` is why it gave no answer. `set_aside` are its steps that nobody answered.
    """

    asked: Check | None = None
    suggested: tuple[Check, ...] = ()
    is_waiting: bool = False
    trouble: Trouble | None = None
    set_aside: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nobody has looked yet what could be said."""
        return not (self.asked or self.suggested or self.is_waiting or self.trouble)

    def passed(self, step: Step | None = None) -> Guidance:
        """Nothing for the next turn, but what a model asked in vain."""
        asked = self.asked
        ignored = (
            asked is not None
            and asked.source is CheckSource.MODEL
            and not (step and step.prompt == asked.node.text)
        )
        return Guidance(
            set_aside=(*self.set_aside, *([asked.node.text] if asked and ignored else [])),
        )


NO_GUIDANCE = Guidance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guided:
    """A model's next step; none, and the trouble, where it had no answer that could be used."""

    node: Node | None = None
    trouble: Trouble | None = None
    spending: Spending


@dataclass(frozen=True, slots=True)
class Known:
    """What was learnt from sessions, and which of them resemble the one at hand."""

    tree: FlowTree
    similar: frozenset[int]


def suggest(done: Collection[str], known: Sequence[Known]) -> tuple[Check, ...]:
    """What most of the similar sessions checked and this one did not (`done` are its prompts), earlier steps first."""
    of = len(frozenset[int]().union(*(each.similar for each in known)))
    said = {same_words(text) for text in done}
    sessions: dict[str, set[int]] = {}
    first: dict[str, tuple[int, Node]] = {}
    for words, depth, node, hits in _steps(known):
        if hits and words and words not in said:
            sessions.setdefault(words, set()).update(hits)
            first.setdefault(words, (depth, node))
    best = sorted(sessions, key=lambda words: (-len(sessions[words]), first[words][0]))
    return tuple(
        Check(
            node=leading_nowhere(first[words][1]),
            source=CheckSource.SESSIONS,
            hits=len(sessions[words]),
            of=of,
        )
        for words in best[:MAX_SUGGESTED]
    )


def _steps(known: Iterable[Known]) -> Iterator[tuple[str, int, Node, set[int]]]:
    """Each step with answers: its bare words, its depth, itself, and the similar sessions that did it."""
    for each in known:
        for _, node, depth in each.tree.walk():
            if node.options:
                did = {evidence.session_id for evidence in node.evidence}
                yield same_words(node.text), depth, node, did & each.similar


def leading_nowhere(node: Node) -> Node:
    """The step by itself, without what a flow made of it."""
    options = options_of(option.label for option in node.options)
    return replace(node, options=options, script=None, evidence=frozenset())


def asked_again(step: Step) -> Check | None:
    """A step off any flow that was taken back, if it offered answers."""
    if step.place is not None or not step.options:
        return None
    kind = NodeKind.QUESTION if step.kind is StepKind.QUESTION else NodeKind.ACTION
    node = Node(kind=kind, text=step.prompt, help=step.help, options=options_of(step.options))
    return Check(node=node, source=CheckSource.EARLIER)


def options_of(labels: Iterable[str]) -> tuple[Option, ...]:
    """Answers that lead nowhere."""
    return tuple(Option(f"o{number}", label, "") for number, label in enumerate(labels, 1))


def same_words(text: str) -> str:
    """The bare words: two texts that have the same ones ask the same. A text without words is itself."""
    return " ".join(_WORD.findall(text.casefold())) or text.strip()


def is_asked_before(session: Session, guidance: Guidance, text: str) -> bool:
    """Whether the session has had a step with these words, or a model asked it in vain."""
    asked = (*(step.prompt for step in session.steps), *guidance.set_aside)
    return same_words(text) in map(same_words, asked)
