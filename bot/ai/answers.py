"""The model's answer: its form, and what of it may be passed on.

The form is enforced twice, by the service and here. Then every id and number is checked against the question. What is
wrong in a part is dropped; what makes the whole doubtful raises NoAnswerError.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.ai.no_answer import NoAnswerError
from bot.ai.prompts import Question
from bot.ai.redaction import redact
from bot.ai.titles import MAX_SUMMARY, MAX_TITLE, clean
from bot.domain.analysis import AlignedStep, Alignment
from bot.domain.flows import MAX_KEYWORDS
from bot.domain.merging import shortened
from bot.domain.sessions import Session
from bot.domain.spending import Trouble
from bot.domain.trees import MAX_PROMPT, Node

MAX_KEYWORD = 40

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>|]+", re.IGNORECASE)
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They can make a text look like another one."""


class AnsweredStep(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    step: int = Field(description="The number of the step of the session, or of the fix.")
    node: str | None = Field(description="The id of the node of the chosen candidate, or null.")
    wording: str = Field(description="The step in clean words.")


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    candidate: str | None = Field(description="The name of the candidate, such as c1, or null.")
    steps: list[AnsweredStep]
    title: str
    summary: str
    keywords: list[str]
    confidence: float = Field(description="From 0 to 1.")


def read_answer(text: str) -> Answer:
    """Raises NoAnswerError when the text has not the form that was asked for."""
    try:
        return Answer.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise NoAnswerError(Trouble.UNREADABLE, f"{place or 'answer'}: {first['type']}") from None


def alignment_of(answer: Answer, session: Session, question: Question) -> Alignment:
    """What the answer says, as far as it can be true.

    Raises:
        NoAnswerError: it chose what was not there, is no confidence, or leaves no step of the session.
    """
    if answer.candidate is not None and answer.candidate not in question.candidates:
        raise NoAnswerError(Trouble.UNREADABLE, "an unknown candidate")
    if not (isfinite(answer.confidence) and 0 <= answer.confidence <= 1):
        raise NoAnswerError(Trouble.UNREADABLE, "a confidence outside 0 to 1")
    chosen = question.candidates[answer.candidate] if answer.candidate is not None else None
    nodes = chosen.draft.tree.nodes if chosen else {}
    told = links_in(_texts_of(session, nodes))
    steps = _steps(answer.steps, session, nodes, told)
    title = cleaned(answer.title, told)
    if not title:
        raise NoAnswerError(Trouble.UNREADABLE, "no title")
    return Alignment(
        candidate=chosen.ref if chosen else None,
        steps=steps,
        title=shortened(title.rstrip(".") or title, MAX_TITLE),
        summary=shortened(cleaned(answer.summary, told) or title, MAX_SUMMARY),
        keywords=_keywords(answer.keywords),
        score=answer.confidence if chosen else 0.0,
        confidence=answer.confidence,
    )


def _steps(
    answered: Sequence[AnsweredStep], session: Session, nodes: Mapping[str, Node], told: frozenset[str]
) -> tuple[AlignedStep, ...]:
    """Each step once, each node once, in order, and the fix in any case."""
    end = len(session.steps)
    found: dict[int, AlignedStep] = {}
    used: set[str] = set()
    for each in answered:
        node_id = each.node if _is_possible(each, nodes, end) else None
        if each.step in found or not 0 <= each.step <= end or node_id in used:
            continue
        used.update([node_id] if node_id else [])
        wording = cleaned(each.wording, told)
        if not wording or len(wording) > MAX_PROMPT:
            wording = _own_words(session, each.step)
        found[each.step] = AlignedStep(each.step, node_id, wording)
    if not found.keys() - {end}:
        raise NoAnswerError(Trouble.UNREADABLE, "no step of the session")
    found.setdefault(end, AlignedStep(end, None, _own_words(session, end)))
    return tuple(found[step] for step in sorted(found))


def _is_possible(answered: AnsweredStep, nodes: Mapping[str, Node], end: int) -> bool:
    """A fix is an end of the tree, and a step is none."""
    node = nodes.get(answered.node or "")
    return node is not None and node.kind.is_end is (answered.step == end)


def _own_words(session: Session, step: int) -> str:
    return clean(session.steps[step].prompt if step < len(session.steps) else session.resolution or "")


def _keywords(words: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for word in words:
        keyword = cleaned(word, frozenset()).casefold()
        if keyword and len(keyword) <= MAX_KEYWORD and "<" not in keyword:
            found.setdefault(keyword, keyword)
    return tuple(found)[:MAX_KEYWORDS]


def cleaned(text: str, told: frozenset[str]) -> str:
    """The text of a model on one line, redacted, without control characters.

    Empty when it says nothing, or brings a link that is none of those `told` by people.
    """
    visible = "".join(" " if _is_control(character) else character for character in text)
    if not links_in([visible]) <= told or not any(character.isalnum() for character in visible):
        return ""
    return clean(redact(visible).text)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") or character in _DIRECTION_MARKS


def _texts_of(session: Session, nodes: Mapping[str, Node]) -> Iterable[str]:
    yield from (session.problem, session.resolution or "")
    for step in session.steps:
        yield from (step.prompt, step.answer_text or "", step.help or "")
    yield from (node.text for node in nodes.values())


def links_in(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(link.casefold().rstrip(".,;:!?)'\"") for text in texts for link in _LINK.findall(text))
