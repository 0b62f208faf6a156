"""An analyst that says what the test tells it to."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.domain.analysis import AlignedStep, Alignment, Candidate, CandidateRef
from bot.domain.sessions import Session
from tests.conftest import NOW


class StoppedClock:
    """A clock that stands until the test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


def all_new(session: Session) -> Alignment:
    """Nothing like it is known: every step is a new node."""
    return aligned(session, None)


def aligned(session: Session, candidate: Candidate | None) -> Alignment:
    """Every step is the node of the candidate that has the same words, or a new one."""
    known = {node.text: node_id for node_id, node in candidate.draft.tree.nodes.items()} if candidate else {}
    texts = [*(step.prompt for step in session.steps), session.resolution or ""]
    return Alignment(
        candidate=candidate.ref if candidate else None,
        steps=tuple(AlignedStep(at, known.get(text), text) for at, text in enumerate(texts)),
        title=session.problem,
        summary="What the team does about it.",
        confidence=0.9,
    )


def like_the_title(session: Session, candidates: Sequence[Candidate]) -> Alignment:
    """The candidate whose title is the session's problem."""
    found = [candidate for candidate in candidates if candidate.draft.title == session.problem]
    return aligned(session, found[0] if found else None)


Script = Callable[[Session, Sequence[Candidate]], Alignment]


class ScriptedAnalyst:
    """Aligns by the script, and remembers what it was asked."""

    name = "scripted-1"

    def __init__(self, script: Script = like_the_title) -> None:
        self._script = script
        self.asked: list[tuple[str, tuple[CandidateRef, ...]]] = []

    async def align(self, session: Session, candidates: Sequence[Candidate]) -> Alignment:
        self.asked.append((session.external_id, tuple(candidate.ref for candidate in candidates)))
        return self._script(session, candidates)
