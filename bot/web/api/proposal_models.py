"""Proposals on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.domain.proposals import ProposalKind, ProposalStatus
from bot.domain.reasons import ReasonCode
from bot.domain.sessions import ProblemDomain
from bot.web.api.models import Absent, Strict, UtcTime
from bot.web.api.trees import Tree


class ProposalsQuery(Strict):
    status: ProposalStatus | Absent = None
    domain: ProblemDomain | Literal["unknown"] | Absent = None
    kind: ProposalKind | Absent = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=100)] | Absent = None


class Walks(Strict):
    """Ids of sessions, by where the tree led them."""

    reached_fix: tuple[int, ...]
    dead_end: tuple[int, ...]
    wrong_turn: tuple[int, ...]


class Replay(Strict):
    """What the tree does with earlier sessions; `before` is what the published flow does with them."""

    version: int
    others: Walks
    evidence: Walks
    flow_version: int | None
    before: Walks | None
    worse: bool
    astray: tuple[int, ...]


class ProposalSummary(Strict):
    id: int
    kind: ProposalKind
    status: ProposalStatus
    version: int
    title: str
    summary: str
    problem_domain: ProblemDomain | None
    keywords: tuple[str, ...]
    steps: int
    sessions: int
    engineers: int
    redacted_sessions: int
    redactions: dict[str, int]
    confidence: float
    replay: Replay | None
    flow_id: int | None
    decided_by: str | None
    decided_at: UtcTime | None
    reason: str | None
    reason_code: ReasonCode | None
    created_at: UtcTime


class Proposal(ProposalSummary):
    """With its tree, the sessions behind it (by our ids) and what became of it."""

    updated_at: UtcTime
    analyst: str
    base_version: int | None
    absorbs: tuple[int, ...]
    merged_into: int | None
    published_flow_id: int | None
    published_version: int | None
    session_ids: tuple[int, ...]
    tree: Tree


class ProposalPage(Strict):
    """`next_cursor` is null on the last page."""

    proposals: tuple[ProposalSummary, ...]
    next_cursor: str | None


class ProposalStats(Strict):
    """Kinds and domains are of the proposals that wait; `approval_rate` is of all that people decided on."""

    total: int
    by_status: dict[ProposalStatus, int]
    pending_by_kind: dict[ProposalKind, int]
    pending_by_domain: dict[str, int]
    oldest_pending_at: UtcTime | None
    approval_rate: float | None
