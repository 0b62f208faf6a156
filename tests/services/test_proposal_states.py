"""Whatever people, sessions and time do to a proposal in the database: it moves as product rules allow, on record."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from itertools import count, pairwise
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.domain.errors import FlowPilotError, NotFoundError
from bot.domain.members import Member, Role
from bot.domain.proposals import (
    GROWING,
    Approve,
    Dismiss,
    Explain,
    ProposalKind,
    ProposalStatus,
    Publish,
    Reject,
    Reopen,
    Request,
    Withdraw,
    status_when_supported,
)
from bot.domain.reasons import ReasonCode
from bot.domain.workspaces import Workspace
from bot.services.flows import roll_back_flow
from bot.services.proposals import decide_proposal, expire_proposals
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_draft, a_tree, proposed, published

PENDING, DISMISSED, EXPIRED = ProposalStatus.PENDING, ProposalStatus.DISMISSED, ProposalStatus.EXPIRED
PUBLISHED = {ProposalStatus.APPROVED, ProposalStatus.MODIFIED}
DECIDED = {
    "proposal.approve": (PENDING, ProposalStatus.APPROVED),
    "proposal.publish": (PENDING, ProposalStatus.MODIFIED),
    "proposal.dismiss": (PENDING, DISMISSED),
    "proposal.reject": (PENDING, ProposalStatus.REJECTED),
    "proposal.explain": (DISMISSED, DISMISSED),
    "proposal.withdraw": (PENDING, ProposalStatus.WITHDRAWN),
}
REOPENED = {(DISMISSED, PENDING), (ProposalStatus.REJECTED, PENDING), (EXPIRED, PENDING)}
WOKEN = (DISMISSED, PENDING)
"""What a session that supports it does, without anybody's decision."""

ADA, CHLOE = (Member(id=f"U{name}", name=name, role=Role.ADMIN) for name in ("Ada", "Chloe"))
BEN = Member(id="UBen", name="Ben")
PEOPLE = st.sampled_from([ADA, CHLOE, ADA, BEN])


def requests(by: Member, seen: int) -> st.SearchStrategy[Request]:
    draft = a_draft(title="Edited", tree=a_tree(text="Is it edited?"))
    return st.sampled_from(
        [
            Dismiss(by=by, seen_version=seen),
            Reject(by=by, seen_version=seen, code=ReasonCode.OUTDATED),
            Reject(by=by, seen_version=seen, reason=" "),
            Explain(by=by, seen_version=seen, code=ReasonCode.DUPLICATE),
            Reopen(by=by, seen_version=seen),
            Approve(by=by, seen_version=seen),
            Publish(by=by, seen_version=seen, draft=draft),
            Withdraw(by=by),
        ]
    )


def test_no_sequence_of_actions_breaks_the_table_of_states(
    migrated_url: str, database: Database, workspace: Workspace, other_workspace: Workspace
) -> None:
    with asyncio.Runner() as runner:
        own = Database.open(migrated_url)  # of this event loop, which hypothesis steps through
        try:
            case = type(
                "Case",
                (Reviewing,),
                {
                    "runner": runner,
                    "database": own,
                    "here": workspace.id,
                    "elsewhere": other_workspace.id,
                },
            )
            run_state_machine_as_test(
                case, settings=settings(max_examples=15, stateful_step_count=18, deadline=None)
            )
        finally:
            runner.run(own.close())


class Reviewing(RuleBasedStateMachine):
    runner: ClassVar[asyncio.Runner]
    database: ClassVar[Database]
    here: ClassVar[str]
    elsewhere: ClassVar[str]
    seconds: ClassVar = count(1)

    @initialize(
        kind=st.sampled_from([ProposalKind.NEW_FLOW, ProposalKind.ENHANCEMENT]),
        author=st.sampled_from([None, BEN.id]),
    )
    def propose(self, kind: ProposalKind, author: str | None) -> None:
        self.runner.run(self._propose(kind, author))

    @rule(data=st.data(), by=PEOPLE, late=st.sampled_from([0, 0, 0, 1]))
    def somebody_decides(self, data: st.DataObject, by: Member, late: int) -> None:
        request = data.draw(requests(by, self.proposal.version - late))
        self.runner.run(self._try(request))

    @rule(data=st.data())
    def two_decide_at_once(self, data: st.DataObject) -> None:
        both = [data.draw(requests(by, self.proposal.version)) for by in (ADA, CHLOE)]
        won = self.runner.run(self._together(both))
        assert won.count(True) <= 1

    @rule(data=st.data())
    def somebody_elsewhere_tries(self, data: st.DataObject) -> None:
        request = data.draw(requests(ADA, self.proposal.version))
        with suppress(NotFoundError):
            self.runner.run(
                decide_proposal(self.database, self.elsewhere, self.proposal.id, request, now=self._now())
            )
            raise AssertionError("Another workspace reached the proposal.")

    @rule()
    def a_session_supports_it(self) -> None:
        self.runner.run(self._grow())

    @rule()
    def nobody_decides_for_a_month(self) -> None:
        self.runner.run(expire_proposals(self.database, self.here, now=NOW + timedelta(days=90)))

    @rule()
    def its_flow_changes(self) -> None:
        if self.flow_id is not None:
            self.runner.run(
                roll_back_flow(self.database, self.here, self.flow_id, 1, by=ADA, now=self._now())
            )

    @invariant()
    def what_happened_is_allowed_and_on_record(self) -> None:
        if hasattr(self, "proposal"):
            self.runner.run(self._look())

    def _now(self) -> Any:
        return NOW + timedelta(seconds=next(self.seconds))

    async def _propose(self, kind: ProposalKind, author: str | None) -> None:
        flow = await published(self.database, self.here) if kind is ProposalKind.ENHANCEMENT else None
        self.flow_id = flow.id if flow else None
        changes: dict[str, Any] = {} if flow is None else {"flow_id": flow.id, "base_version": 1}
        self.proposal = await proposed(self.database, self.here, kind=kind, proposed_by=author, **changes)

    async def _try(self, request: Request) -> bool:
        """Whether the decision stands."""
        try:
            await decide_proposal(self.database, self.here, self.proposal.id, request, now=self._now())
        except FlowPilotError:
            return False
        if isinstance(request, Withdraw):
            assert request.by.id == self.proposal.proposed_by
        else:
            assert request.by.role is Role.ADMIN
        return True

    async def _together(self, both: list[Request]) -> list[bool]:
        return await asyncio.gather(*map(self._try, both))

    async def _grow(self) -> None:
        before = self.proposal
        if before.status not in GROWING:
            return
        status = status_when_supported(before.status, sessions=1, imported=0, min_imported=2, quota_left=1)
        async with self.database.transaction(self.here) as tx:
            await tx.proposals.grow(
                before.id,
                seen_version=before.version,
                kind=before.kind,
                draft=before.draft,
                status=status,
                confidence=0.9,
                now=NOW,
            )

    async def _look(self) -> None:
        async with self.database.transaction(self.here) as tx:
            self.proposal = await tx.proposals.get(self.proposal.id)
            events = [each for each in reversed(await tx.audit.listed(500)) if each.kind == "proposal"]
            flows = [each.id for each in await tx.flows.listed(limit=100)]
            versions = [version for flow_id in flows for version in await tx.flows.versions(flow_id)]
        record = [each for each in events if each.object_id == str(self.proposal.id)]
        states = [PENDING]
        for event in record:
            was, became = _move(event.action, event.detail, states[-1])
            assert states[-1] == was or (states[-1], was) == WOKEN
            states += [became]
            assert event.actor is None or event.actor in (ADA.id, CHLOE.id, self.proposal.proposed_by)
        now = self.proposal.status
        assert now is states[-1] or (states[-1], now) == WOKEN
        made = [each for each in versions if each.proposal_id == self.proposal.id]
        assert len(made) == (now in PUBLISHED)
        assert not any(before in PUBLISHED for before, _ in pairwise(states))


def _move(action: str, detail: Any, before: ProposalStatus) -> tuple[ProposalStatus, ProposalStatus]:
    """From where to where the audit event says that it went, which must be a move of the table."""
    to = ProposalStatus(detail["to"])
    if action == "proposal.expire":
        assert to is EXPIRED
        return PENDING, EXPIRED
    move = (ProposalStatus(detail["from"]), to)
    assert move in REOPENED if action == "proposal.reopen" else move == DECIDED[action]
    return move
