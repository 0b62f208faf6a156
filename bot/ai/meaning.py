"""Which of a node's answers somebody means who says it in other words.

What is logged where no flow leads has no options to choose from: each engineer words the same finding differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.ai.walking import Meant
from bot.ai.wording import likeness, wording_of, words_of
from bot.domain.analysis import Candidate
from bot.domain.merging import label_of
from bot.domain.sessions import Session, Step
from bot.domain.trees import Node, Option

OTHER_WORDS = 0.15
"""Price of taking an answer for one that shares no words with it; what follows must speak for it."""
MEETS_AGAIN = 0.2
"""Price of taking an answer that none of the options offered was for one that leads where an option does."""
AGREEING = 0.7
"""Likeness of two answers that both say yes, or both say no."""
_YES = frozenset(("yes", "yep", "yeah", "correct", "true"))
_NO = frozenset(("no", "nope", "not", "none", "nothing", "nobody", "never", "neither"))


class Meanings:
    """What the answers of one session may mean in one candidate."""

    def __init__(self, session: Session, candidate: Candidate) -> None:
        self._steps = session.steps
        self._tree = candidate.draft.tree
        self._sessions = {each.id: each for each in candidate.sessions}
        self._known: dict[tuple[str, int], Sequence[Meant]] = {}

    def __call__(self, node_id: str, step: int) -> Sequence[Meant]:
        """The options that the step's answer may be, each with its price.

        A choice means what it says. An option that was offered and not taken is not meant, but what was said instead may
        make no difference.
        """
        if (node_id, step) not in self._known:
            self._known[node_id, step] = tuple(self._meant(self._tree.nodes[node_id], self._steps[step]))
        return self._known[node_id, step]

    def _meant(self, node: Node, step: Step) -> Iterator[Meant]:
        said = label_of(step)
        if said is None:
            return
        if (exactly := node.option_labelled(said)) is not None:
            yield Meant(exactly, 0.0)
            return
        if step.choice is not None:
            return
        offered = {label.strip().casefold() for label in step.options}
        for option in node.options:
            if option.label.strip().casefold() in offered:
                yield Meant(option, MEETS_AGAIN, is_other=True)
                continue
            alike = self._likeness(said, [option.label, *self._heard(node, option)])
            if alike is not None:
                yield Meant(option, OTHER_WORDS * (1 - alike))

    def _likeness(self, said: str, heard: Sequence[str]) -> float | None:
        """How alike the answer is to the most similar of those heard; None when it says yes where they say no."""
        side = _side(said)
        sides = {_side(each) for each in heard} - {None}
        if side is not None and sides and side not in sides:
            return None
        alike = float(likeness([wording_of(said)], [wording_of(each) for each in heard]).max())
        return max(alike, AGREEING) if side is not None and side in sides else alike

    def _heard(self, node: Node, option: Option) -> Iterator[str]:
        """In which words sessions gave this answer: those that came to what it leads to."""
        came = {evidence.session_id for evidence in self._tree.nodes[option.next].evidence}
        for evidence in node.evidence:
            session = self._sessions.get(evidence.session_id) if evidence.session_id in came else None
            if session is not None and evidence.step < len(session.steps):
                said = label_of(session.steps[evidence.step])
                other = node.option_labelled(said) if said else None
                if said and other in (None, option):
                    yield said


def _side(answer: str) -> bool | None:
    """Whether the answer says yes or no, if it does."""
    first = next(iter(words_of(answer)), "")
    return True if first in _YES else False if first in _NO else None
