"""What an analyst is asked and what it answers. The merge into a tree is ours: see merging.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.flows import FlowDraft
from bot.domain.sessions import ConfidenceTier, Session, tier_of
from bot.domain.spending import Spending


class CandidateKind(StrEnum):
    FLOW = "flow"
    PROPOSAL = "proposal"


@dataclass(frozen=True, slots=True)
class CandidateRef:
    kind: CandidateKind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A published flow or a growing proposal that a session may belong to.

    `sessions` are (some of) the sessions it was learnt from, for their wordings and paths. Where none is at hand,
    `problems` may still hold (some of) the problems that they began with. `is_rejected` is a proposal that people
    found wrong: what is like it and like nothing else is not proposed again. `rejected_because` is why, where they said.
    """

    ref: CandidateRef
    draft: FlowDraft
    sessions: tuple[Session, ...] = ()
    problems: tuple[str, ...] = ()
    is_rejected: bool = False
    rejected_because: str | None = None


@dataclass(frozen=True, slots=True)
class AlignedStep:
    """One step of the session. `node_id` None: the candidate has no such node yet. `text` is its clean wording.

    `answer` is the label of the node's option that the session's answer means, where it says so in other words.
    """

    step: int
    node_id: str | None
    text: str
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """How a session fits the knowledge that is there.

    `candidate` None: it is something new. `steps` has one entry for each step that belongs in a flow, in order, and
    one for the resolution (its step number is the number of steps). Digressions are left out. `score` and
    `confidence` lie between 0 and 1. `analyst` names who did it when that was not the analyst that was asked;
    `spending` is what it used of a model.
    """

    candidate: CandidateRef | None
    steps: tuple[AlignedStep, ...]
    title: str
    summary: str
    keywords: tuple[str, ...] = ()
    score: float = 0.0
    confidence: float = 0.0
    analyst: str | None = None
    spending: Spending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How well a published flow fits a new problem; `score` lies between 0 and 1."""

    flow_id: int
    score: float

    @property
    def tier(self) -> ConfidenceTier:
        return tier_of(self.score)
