"""What gaps are found from: counts of one workspace and window, and the sessions that need to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.flows import Flow, FlowMention
from bot.domain.sessions import ProblemDomain, Session, SessionStatus
from bot.domain.statistics import Rate


@dataclass(frozen=True, slots=True)
class Timing:
    """How long `n` resolved sessions took: their median in minutes without pauses, None of none."""

    n: int = 0
    minutes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """Sessions in which something went wrong: how many, at how many engineers' hands, and the newest of them."""

    count: int = 0
    engineers: int = 0
    session_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainCounts:
    """A domain's sessions that ended. `unguided` were resolved in discovery, without following a flow.

    `domain` None holds the sessions without one. `flows` are those in use now.
    """

    domain: ProblemDomain | None
    ended: int
    escalated: Hits
    unguided: Hits
    with_flow: Timing = Timing()
    without_flow: Timing = Timing()
    flows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCounts:
    """The sessions that followed a flow; `ended` of `followed` have ended."""

    flow: FlowMention
    domain: ProblemDomain | None
    followed: int
    ended: int
    escalated: Hits


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """A flow and the newest sessions of the window that followed it or taught it."""

    flow: Flow
    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCounts:
    """How often a flow's step was asked, and left without choosing one of its options."""

    flow: FlowMention
    domain: ProblemDomain | None
    node_id: str
    text: str
    asked: int
    left: Hits


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A session that ended, which no flow guided and no flow was learnt from.

    `was_matched`: FlowPilot looked for a flow when it began. `is_proposed`: a proposal that people can see holds it.
    """

    id: int
    problem: str
    status: SessionStatus
    created_at: datetime
    people: tuple[str, ...] = ()
    domain: ProblemDomain | None = None
    engineer: str | None = None
    was_matched: bool = False
    is_proposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Sessions that FlowPilot found no flow for, though this one fits them and was there."""

    flow_id: int
    session: int
    engineer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Unmatched sessions that are alike. `name` and `examples` hold no secrets."""

    key: str
    name: str
    hits: Hits
    examples: tuple[str, ...]
    domain: ProblemDomain | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFacts:
    """Everything that a report is made from; `overall` are all domains together.

    `unmatched` sessions of the last `unmatched_days` were searched for patterns: of very many only the newest.
    """

    overall: DomainCounts
    domains: tuple[DomainCounts, ...] = ()
    flows: tuple[FlowCounts, ...] = ()
    steps: tuple[StepCounts, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    missed: tuple[Missed, ...] = ()
    unmatched: int = 0
    unmatched_days: int = 0


def share(hits: Hits, n: int) -> Rate:
    return Rate(min(hits.count, n), n)
