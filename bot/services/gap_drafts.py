"""Draft a Flow: the analyst works on exactly the sessions of a gap, now, and the card is posted."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.gap_drafts import DraftEnd, GapDraft
from bot.domain.gaps import GapKind, StoredGap
from bot.domain.jobs import DraftForGap
from bot.domain.proposals import Proposal, ProposalStatus
from bot.services.analysis import analyze_these
from bot.services.desk import Desk
from bot.services.jobs import redraw_card
from bot.services.uniting import unite_knowledge
from storage.analyses import Taught
from storage.transaction import Transaction

LOOK_BACK = timedelta(days=90)
MAX_SESSIONS = 20
"""Of a gap, the newest: more take long, and say little that these do not."""
MAX_COMPARISONS = 20
_ENDS = {
    ProposalStatus.FORMING: DraftEnd.SHOWN,
    ProposalStatus.PENDING: DraftEnd.WAITING,
    ProposalStatus.DISMISSED: DraftEnd.PARKED,
    ProposalStatus.EXPIRED: DraftEnd.PARKED,
    ProposalStatus.REJECTED: DraftEnd.REFUSED,
}


async def draft_for_gap(desk: Desk, workspace_id: str, job: DraftForGap) -> None:
    """Carry the wish out, and tell the person where the card is, or why there is none."""
    async with desk.database.transaction(workspace_id) as tx:
        gap = await tx.gaps.get(job.gap_id)
        session_ids = await _teaching(tx, gap, desk)
        before = await tx.sessions.taught(session_ids)
    await analyze_these(desk.database, desk.analyst, desk.clock, workspace_id, session_ids)
    await unite_knowledge(desk.database, workspace_id, desk.clock, limit=MAX_COMPARISONS)
    async with desk.database.transaction(workspace_id) as tx:
        draft = await _drafted(tx, gap, session_ids, before, desk)
    await desk.messenger.tell(workspace_id, job.user, draft.sentence, key=f"gap-draft:{job.key}")


async def _teaching(tx: Transaction, gap: StoredGap, desk: Desk) -> list[int]:
    """The gap's sessions that teach something. What escalates teaches nothing: there it is what was resolved."""
    ids = list(gap.session_ids)
    if gap.kind is GapKind.HIGH_ESCALATION and gap.domain is not None:
        ids = await tx.gaps.teaching(gap.domain, desk.clock.now() - LOOK_BACK, MAX_SESSIONS)
    found = await tx.sessions.get_many(ids)
    return [session.id for session in found if session.is_worth_analysing][:MAX_SESSIONS]


async def _drafted(
    tx: Transaction, gap: StoredGap, session_ids: list[int], before: Taught, desk: Desk
) -> GapDraft:
    """Show the proposal that most of the sessions are behind, whatever it would wait for otherwise.

    `before` is what they were behind before the analyst worked on them.
    """
    taught = await tx.sessions.taught(session_ids)
    if taught.proposals:
        proposal_id, count = taught.proposals.most_common(1)[0]
        proposal = await tx.proposals.get(proposal_id)
        await tx.gaps.set_proposal(gap.id, proposal_id)
        await _show(tx, proposal, desk)
        end = _ENDS.get(proposal.status, DraftEnd.PUBLISHED)
        is_new = proposal_id not in before.proposals and end is DraftEnd.WAITING
        return GapDraft(
            end=DraftEnd.SHOWN if is_new else end,
            subject=gap.subject,
            title=proposal.draft.title,
            sessions=count,
            of=len(session_ids),
        )
    if taught.flows:
        flow_id, count = taught.flows.most_common(1)[0]
        flow = await tx.flows.get(flow_id)
        return GapDraft(
            end=DraftEnd.PUBLISHED,
            subject=gap.subject,
            title=flow.title,
            sessions=count,
            of=len(session_ids),
        )
    return GapDraft(end=DraftEnd.NOTHING, subject=gap.subject)


async def _show(tx: Transaction, proposal: Proposal, desk: Desk) -> None:
    if proposal.status is ProposalStatus.FORMING:
        await tx.proposals.show(proposal.id, now=desk.clock.now())
        await redraw_card(tx, proposal.id)
