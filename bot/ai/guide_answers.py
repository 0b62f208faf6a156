"""The step that the model proposes: its form, and what of it may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.ai.answers import cleaned, links_in
from bot.ai.no_answer import NoAnswerError
from bot.domain.guidance import Guidance, is_asked_before, options_of
from bot.domain.merging import shortened
from bot.domain.sessions import Session
from bot.domain.spending import Trouble
from bot.domain.trees import MAX_LABEL, Node, NodeKind

MIN_ANSWERS, MAX_ANSWERS = 2, 5
MAX_TEXT = 600
MAX_HELP = 600


class NextStep(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["question", "action", "resolution"]
    text: str = Field(description="The step, or the fix.")
    help: str | None = Field(description="Where to look or how to do it, or null.")
    options: list[str] = Field(description="2 to 5 answers; none for a resolution.")


def read_next_step(text: str, session: Session, guidance: Guidance) -> Node:
    """The step as it may be asked.

    Raises:
        NoAnswerError: it has not the form that was asked for, says nothing, brings links, or was asked before.
    """
    try:
        step = NextStep.model_validate_json(text)
    except ValidationError:
        raise NoAnswerError(Trouble.UNREADABLE, "not the form of a step") from None
    told = links_in(_texts(session))
    words = cleaned(step.text, told)
    if not words or len(words) > MAX_TEXT:
        raise NoAnswerError(Trouble.UNREADABLE, "no step in words")
    if is_asked_before(session, guidance, words):
        raise NoAnswerError(Trouble.UNREADABLE, "a step that was asked before")
    kind = NodeKind(step.kind)
    labels = () if kind.is_end else _labels(cleaned(option, told) for option in step.options)
    if not kind.is_end and not MIN_ANSWERS <= len(labels) <= MAX_ANSWERS:
        raise NoAnswerError(Trouble.UNREADABLE, f"{len(labels)} answers")
    help_words = shortened(cleaned(step.help or "", told), MAX_HELP) or None
    return Node(kind=kind, text=words, help=help_words, options=options_of(labels))


def _labels(options: Iterable[str]) -> tuple[str, ...]:
    """Each answer once, as long as a button takes."""
    labels = {shortened(option, MAX_LABEL).casefold(): shortened(option, MAX_LABEL) for option in options}
    return tuple(label for label in labels.values() if label)


def _texts(session: Session) -> Iterator[str]:
    yield session.problem
    for step in session.steps:
        yield from (step.prompt, step.answer_text or "", step.help or "")
