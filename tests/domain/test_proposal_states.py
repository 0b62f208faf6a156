"""Whatever people do to a proposal, in whatever order: it only moves as the rules allow, and is published once a decision."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.errors import FlowPilotError
from bot.domain.members import Member, Role
from bot.domain.proposals import (
    Approve,
    Decision,
    Dismiss,
    Explain,
    Proposal,
    ProposalKind,
    ProposalStatus,
    Publish,
    Reject,
    Reopen,
    Request,
    Support,
    Withdraw,
    decide,
    status_when_supported,
)
from bot.domain.reasons import ReasonCode
from tests.conftest import NOW
from tests.storage.makers import a_draft

FORMING, PENDING = ProposalStatus.FORMING, ProposalStatus.PENDING
APPROVED, MODIFIED = ProposalStatus.APPROVED, ProposalStatus.MODIFIED
DISMISSED, REJECTED = ProposalStatus.DISMISSED, ProposalStatus.REJECTED
EXPIRED, WITHDRAWN = ProposalStatus.EXPIRED, ProposalStatus.WITHDRAWN
ALLOWED = {
    (FORMING, PENDING),
    (PENDING, APPROVED),
    (PENDING, MODIFIED),
    (PENDING, DISMISSED),
    (PENDING, REJECTED),
    (PENDING, EXPIRED),
    (DISMISSED, PENDING),
    (REJECTED, PENDING),
    (EXPIRED, PENDING),
    (PENDING, WITHDRAWN),
}
PEOPLE = st.sampled_from(
    [
        Member(id="U1", name="Ada", role=Role.ADMIN),
        Member(id="U2", name="Chloe", role=Role.ADMIN),
        Member(id="U3", name="Ben"),
    ]
)
LATE = st.integers(0, 2)
"""By how many versions a person's view of the proposal is behind."""


class Reviewing(RuleBasedStateMachine):
    @initialize(kind=st.sampled_from(ProposalKind), worked_here=st.booleans(), by_hand=st.booleans())
    def propose(self, kind: ProposalKind, worked_here: bool, by_hand: bool) -> None:
        self.published: list[int] = []
        self.moves: list[tuple[ProposalStatus, ProposalStatus]] = []
        self.sessions = 1
        self.imported = 0 if worked_here else 1
        self.proposal = Proposal(
            id=1,
            kind=kind,
            status=PENDING if by_hand else FORMING,
            proposed_by="U3" if by_hand else None,
            version=1,
            draft=a_draft(),
            support=Support(),
            confidence=0.9,
            analyst="x",
            created_at=NOW,
            updated_at=NOW,
        )

    @rule(quota=st.integers(0, 1))
    def a_session_joins(self, quota: int) -> None:
        if self.proposal.status not in (FORMING, PENDING, DISMISSED):
            return
        self.sessions += 1
        self.imported += 1
        status = status_when_supported(
            self.proposal.status,
            sessions=self.sessions,
            imported=self.imported,
            min_imported=2,
            quota_left=quota,
        )
        self._become(status)

    @rule(by=PEOPLE, late=LATE)
    def approve(self, by: Member, late: int) -> None:
        self._try(Approve(by=by, seen_version=self.proposal.version - late))

    @rule(by=PEOPLE, late=LATE)
    def publish_edited(self, by: Member, late: int) -> None:
        self._try(Publish(by=by, seen_version=self.proposal.version - late, draft=a_draft(title="Edited")))

    @rule(by=PEOPLE, late=LATE)
    def dismiss(self, by: Member, late: int) -> None:
        self._try(Dismiss(by=by, seen_version=self.proposal.version - late))

    @rule(by=PEOPLE, late=LATE, code=st.sampled_from(ReasonCode), reason=st.sampled_from(["", " ", "No."]))
    def reject(self, by: Member, late: int, code: ReasonCode, reason: str) -> None:
        self._try(Reject(by=by, seen_version=self.proposal.version - late, code=code, reason=reason))

    @rule(by=PEOPLE, late=LATE, code=st.sampled_from(ReasonCode))
    def explain(self, by: Member, late: int, code: ReasonCode) -> None:
        self._try(Explain(by=by, seen_version=self.proposal.version - late, code=code, reason="Because."))

    @rule(by=PEOPLE, late=LATE)
    def reopen(self, by: Member, late: int) -> None:
        self._try(Reopen(by=by, seen_version=self.proposal.version - late))

    @rule(by=PEOPLE)
    def withdraw(self, by: Member) -> None:
        self._try(Withdraw(by=by))

    @rule()
    def time_passes(self) -> None:
        if self.proposal.status is PENDING:
            self._become(EXPIRED)

    @invariant()
    def moves_only_as_allowed(self) -> None:
        assert set(getattr(self, "moves", [])) <= ALLOWED

    @invariant()
    def is_published_once_and_for_good(self) -> None:
        if hasattr(self, "published"):
            decided = self.proposal.status in (APPROVED, MODIFIED)
            assert len(self.published) == decided

    def _try(self, request: Request) -> None:
        """Carry the decision out as the store does: on the version that was seen, or not at all."""
        before = self.proposal
        with suppress(FlowPilotError):
            decision = decide(before, request, now=NOW)
            is_author = request.by.id == before.proposed_by
            assert is_author if isinstance(request, Withdraw) else request.by.role is Role.ADMIN
            assert (decision.was, decision.seen_version) == (before.status, before.version)
            self._carry_out(decision)

    def _carry_out(self, decision: Decision) -> None:
        if decision.publish is not None:
            assert decision.status is MODIFIED or self.proposal.kind is ProposalKind.NEW_FLOW
            self.published.append(decision.seen_version)
        if decision.status is REJECTED:
            assert decision.reason_code is not None
        self._become(decision.status, by=decision.by)

    def _become(self, status: ProposalStatus, *, by: str | None = None) -> None:
        if status is not self.proposal.status:
            self.moves.append((self.proposal.status, status))
        self.proposal = replace(
            self.proposal, status=status, version=self.proposal.version + 1, decided_by=by
        )


Reviewing.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestReviewing = Reviewing.TestCase
