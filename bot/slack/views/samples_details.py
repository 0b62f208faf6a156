"""Domain values that the examples of a proposal's details show, and of proposals by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.cards import PastEvent, ProposalHistory, SessionSeen, SimilarFlow, StepSeen
from bot.domain.flows import FlowMention
from bot.domain.proposals import ProposalStatus, Support
from bot.domain.reasons import ReasonCode
from bot.domain.sessions import SessionStatus, Step, StepKind
from bot.domain.trees import Evidence, FlowTree
from bot.slack.views.samples import ADA, BEN, CHANGE, CHLOE, NEW_FLOW, NOW, SESSION, TREE

SESSION_WITH_STEPS = replace(
    SESSION,
    steps=(
        Step(
            kind=StepKind.QUESTION,
            prompt="Is split tunnelling on?",
            options=("Yes", "No"),
            choice="No",
            answer_text="no, full tunnel <since May>",
        ),
        Step(kind=StepKind.QUESTION, prompt="Does it drop on a cable too?", options=("Yes", "No")),
        Step(kind=StepKind.ACTION, prompt="Lower the MTU to 1350", answer_text="went from 1500 to 1350"),
    ),
)
_KNOWN = replace(
    NEW_FLOW.proposal,
    draft=replace(
        NEW_FLOW.proposal.draft,
        tree=FlowTree(
            TREE.root,
            {
                **TREE.nodes,
                "n1": replace(TREE.nodes["n1"], evidence=frozenset({Evidence(1, 0), Evidence(2, 0)})),
                "n3": replace(TREE.nodes["n3"], evidence=frozenset({Evidence(1, 1)})),
                "n4": replace(
                    TREE.nodes["n4"],
                    help="Gateway, profile, advanced",
                    expected="The tunnel stays up",
                    script="netsh interface ipv4 set subinterface vpn mtu=1350",
                    evidence=frozenset({Evidence(1, 2)}),
                ),
                "n6": replace(TREE.nodes["n6"], evidence=frozenset({Evidence(1, 3)})),
            },
        ),
    ),
)
WITH_EVIDENCE = replace(NEW_FLOW, proposal=_KNOWN)
STEP_SEEN = StepSeen(proposal=_KNOWN, node_id="n1", number=1, sessions=(SESSION_WITH_STEPS,))
ACTION_SEEN = StepSeen(proposal=_KNOWN, node_id="n4", number=4, sessions=(SESSION_WITH_STEPS,))
WRITTEN_SEEN = StepSeen(proposal=_KNOWN, node_id="n7", number=6)
SESSION_SEEN = SessionSeen(proposal=_KNOWN, session=SESSION_WITH_STEPS, engineer=BEN.name)
OPEN_SESSION_SEEN = SessionSeen(
    proposal=_KNOWN,
    session=replace(
        SESSION, ticket=None, status=SessionStatus.ACTIVE, resolved_at=None, resolution=None, engineer=None
    ),
)
SIMILAR = (
    SimilarFlow(FlowMention(3, "Wi-Fi <drops> at noon", 2), 0.86),
    SimilarFlow(FlowMention(9, "Gateway reboots", 1), 0.5),
    SimilarFlow(FlowMention(11, "Printer offline", 1), 0.02),
)
HISTORY = ProposalHistory(
    proposal=_KNOWN,
    events=(
        PastEvent(action="proposal.reopen", by=CHLOE.id, at=NOW),
        PastEvent(
            action="proposal.reject",
            by=ADA.id,
            at=NOW - timedelta(hours=1),
            detail={"reason_code": ReasonCode.OUTDATED, "reason": "We left <that> gateway."},
        ),
        PastEvent(
            action="proposal.expire",
            by=None,
            at=NOW - timedelta(days=1),
            detail={"because": "nobody decided in time"},
        ),
    ),
    names={ADA.id: ADA.name, CHLOE.id: CHLOE.name},
)
BY_HAND = replace(
    NEW_FLOW,
    sources=(),
    author=BEN.name,
    proposal=replace(
        NEW_FLOW.proposal,
        proposed_by=BEN.id,
        analyst="by hand",
        support=Support(),
        confidence=1.0,
        version=1,
        last_replay=None,
    ),
)
CHANGE_BY_HAND = replace(
    CHANGE,
    author=BEN.name,
    sources=(),
    proposal=replace(CHANGE.proposal, proposed_by=BEN.id, support=Support()),
)
WITHDRAWN = replace(
    BY_HAND,
    proposal=replace(
        BY_HAND.proposal,
        status=ProposalStatus.WITHDRAWN,
        decided_by=BEN.id,
        decided_at=NOW,
        version=2,
    ),
)
EXPIRED_BY_HAND = replace(
    CHANGE_BY_HAND,
    flow=FlowMention(3, "VPN drops", 5),
    proposal=replace(CHANGE_BY_HAND.proposal, status=ProposalStatus.EXPIRED, decided_at=NOW, version=2),
)
REJECTED_BY_HAND = replace(
    WITHDRAWN,
    proposal=replace(
        WITHDRAWN.proposal,
        status=ProposalStatus.REJECTED,
        decided_by=ADA.id,
        reason_code=ReasonCode.OUTDATED,
        reason="We left <that> gateway.",
    ),
)
