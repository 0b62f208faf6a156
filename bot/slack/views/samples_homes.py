"""Domain values that the examples of Home and of the review queue show."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.digests import QueueState
from bot.domain.errors import AlreadyDecidedError, NotApprovableError
from bot.domain.flows import FlowMention
from bot.domain.homes import HomeFacts, OwnSession, OwnSessions, ProposalMention
from bot.domain.proposals import ProposalStatus
from bot.domain.review_batches import Batch, BatchItem, BatchVerb, Pick
from bot.domain.review_queue import PAGE as ROWS
from bot.domain.review_queue import QueueFilter, QueueOrder, QueuePage, QueueRow
from bot.domain.sessions import AnalysisOutcome, AnalysisStatus, SessionStatus, Step, StepKind
from bot.slack.views import samples_gaps
from bot.slack.views.samples import (
    ADA,
    BEN,
    CHANGE,
    CHLOE,
    DASHBOARD,
    DOUBTED,
    LINKS,
    NEW_FLOW,
    NOW,
    QUEUE,
    REJECTED,
    SESSION,
    SOURCES,
)

__all__ = ["LINKS", "NOW", "QUEUE"]

PAGE = QueuePage(
    rows=(
        QueueRow(proposal=NEW_FLOW.proposal, minutes_saved=185),
        QueueRow(proposal=CHANGE.proposal, change=CHANGE.change, trust=DOUBTED),
    ),
    found=2,
)
SECOND_PAGE = replace(PAGE, filter=QueueFilter(page=1, order=QueueOrder.SUPPORT), found=3 * ROWS)
REJECTED_PAGE = QueuePage(
    filter=QueueFilter(status=ProposalStatus.REJECTED), rows=(QueueRow(proposal=REJECTED.proposal),), found=1
)
_STEPS = (Step(kind=StepKind.QUESTION, prompt="Is split tunnelling on?", options=("Yes", "No"), choice="No"),)
_OPEN = replace(
    SOURCES[1], id=2, status=SessionStatus.ACTIVE, resolved_at=None, resolution=None, steps=_STEPS
)


def _closed(number: int, **what: Any) -> OwnSession:
    session = replace(SESSION, id=number, external_id=f"T-{number}", ticket=str(number))
    return replace(OwnSession(session=session, analysis=AnalysisStatus.DONE), **what)


OWN = OwnSessions(
    open=(OwnSession(session=_OPEN, analysis=AnalysisStatus.DONE),),
    closed=(
        _closed(1050, analysis=AnalysisStatus.PENDING),
        _closed(
            1049,
            outcome=AnalysisOutcome.PROPOSED,
            proposal=ProposalMention(id=7, title="VPN drops", status=ProposalStatus.PENDING),
        ),
        _closed(
            1048,
            outcome=AnalysisOutcome.JOINED,
            proposal=ProposalMention(id=8, title="Printer & scanner", status=ProposalStatus.APPROVED),
            flow=FlowMention(9, "Printer & scanner offline", 1),
        ),
        _closed(1047, outcome=AnalysisOutcome.REINFORCED, flow=FlowMention(3, "VPN drops", 2)),
        _closed(
            1046, outcome=AnalysisOutcome.SKIPPED, reason="The session has no answered step to learn from."
        ),
    ),
    resolved=12,
)
ADMIN_HOME = HomeFacts(
    member=ADA,
    queue=QUEUE,
    page=PAGE,
    own=OWN,
    flows=34,
    month=DASHBOARD,
    gaps=(samples_gaps.STORED,),
    reviewers=(ADA, CHLOE),
)
LONG_HOME = replace(ADMIN_HOME, page=SECOND_PAGE)
REJECTED_HOME = replace(ADMIN_HOME, page=REJECTED_PAGE)
EMPTY_HOME = replace(
    ADMIN_HOME, queue=QueueState(), page=QueuePage(), followed=12, own=OwnSessions(), month=None
)
FILTERED_HOME = replace(ADMIN_HOME, page=QueuePage(filter=QueueFilter(domain="m365", min_age_days=7)))
ENGINEER_HOME = replace(ADMIN_HOME, member=BEN, page=None)
NEW_ENGINEER_HOME = replace(EMPTY_HOME, member=BEN, page=None, flows=0, followed=0)

BATCH = Batch(
    verb=BatchVerb.APPROVE,
    items=(
        BatchItem(pick=Pick(7, 2), title="VPN drops every ten minutes"),
        BatchItem(pick=Pick(9, 1), title="Wi-Fi certificate renewals"),
        BatchItem(pick=Pick(8, 1), title="Printer & scanner offline", refusal=NotApprovableError(8)),
        BatchItem(
            pick=Pick(6, 3),
            title="Outlook profile",
            refusal=AlreadyDecidedError(6, "approved", CHLOE.id, NOW - timedelta(seconds=4)),
        ),
    ),
)
BATCH_REASONS = {
    8: "It changes a published flow: look at the change, then publish it with Edit & Publish.",
    6: "Chloe Marsh approved this 4 seconds ago.",
}
