"""Sessions that the views' examples show."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.flow_pages import FlowUse
from bot.domain.flows import FlowMention
from bot.domain.guidance import Check, CheckSource, Guidance, leading_nowhere, options_of
from bot.domain.scripts import Language
from bot.domain.sessions import (
    AnalysisOutcome,
    ConfidenceTier,
    FlowPlace,
    ProblemDomain,
    Session,
    SessionSource,
    SessionStatus,
    Step,
    StepKind,
)
from bot.domain.spending import Trouble
from bot.domain.step_scripts import StepScript, TemplateName
from bot.domain.threads import Learnt, MySessions, SessionThread
from bot.domain.trees import Node, NodeKind, Option
from bot.domain.troubleshooting import Flag, Troubleshooting
from bot.slack.views.samples import ADA, BEN, DOUBTED, NOW, VALIDATED

STEP = Step(
    kind=StepKind.QUESTION,
    prompt="Is split tunnelling on?",
    options=("Yes", "No"),
    choice="No",
    at=NOW - timedelta(minutes=9),
    by=BEN.id,
    turn=1,
)
SKIPPED = replace(STEP, prompt="Does <it> drop on *cable* & Wi-Fi?", choice=None, turn=2)
FLAG = Flag(
    step=2,
    note="Nobody has <cables> any more",
    by=BEN.id,
    asked="Does it drop on a *cable* too?",
    place=FlowPlace(3, 4, "n3"),
)
_LIVE = Troubleshooting(
    session=Session(
        id=2,
        external_id="S-k3vq7m2x5a",
        source=SessionSource.SLACK,
        problem="VPN drops every ten minutes",
        status=SessionStatus.ACTIVE,
        created_at=NOW - timedelta(minutes=12),
        problem_domain=ProblemDomain.NETWORKING,
        engineer=BEN.id,
        ticket="1042",
        confidence_tier=ConfidenceTier.GUIDED,
        steps=(STEP,),
        channel="C0SUPPORT1",
        thread_ts="1795340000.000200",
    ),
    revision=2,
    turn=2,
    flow=(3, 4),
    node="n3",
    touched_at=NOW,
)
_QUESTION = Node(
    kind=NodeKind.QUESTION,
    text="Does it drop on a cable too?",
    help="Unplug the dock, plug the cable into the laptop",
    options=(Option("o1", "Yes", "n4"), Option("o2", "No", "n5"), Option("o3", "Not <sure> & *tired*", "n6")),
)
NAMES = {ADA.id: ADA.name, BEN.id: BEN.name}
GUIDED = SessionThread(
    live=_LIVE,
    node=_QUESTION,
    flow=FlowMention(3, "VPN drops", 4),
    use=FlowUse(behind=7, followed=11, ended=10, resolved=9, trust=VALIDATED),
    names=NAMES,
)


def _with(thread: SessionThread, status: SessionStatus, **changes: Any) -> SessionThread:
    live = replace(thread.live, **changes)
    return replace(thread, live=replace(live, session=replace(live.session, status=status)))


def _of_tier(tier: ConfidenceTier) -> Troubleshooting:
    return replace(_LIVE, session=replace(_LIVE.session, confidence_tier=tier, ticket=None))


DOUBTED_FLOW = replace(GUIDED, use=replace(GUIDED.use, trust=DOUBTED))
EXPLORING = replace(GUIDED, live=_of_tier(ConfidenceTier.EXPLORING), use=FlowUse(behind=7))
DISCOVERY = SessionThread(
    live=replace(_of_tier(ConfidenceTier.DISCOVERY), flow=None, node=None, turn=1, revision=1),
    names=NAMES,
)
OFFERED = replace(
    EXPLORING,
    live=replace(EXPLORING.live, node=None),
    node=None,
    offered=FlowMention(5, "Printer offline", 1),
)
_CHECKS = (
    Check(node=leading_nowhere(_QUESTION), source=CheckSource.SESSIONS, hits=4, of=6),
    Check(
        node=Node(
            kind=NodeKind.ACTION,
            text="Restart the *gateway* <now>",
            options=options_of(["It worked", "It did not"]),
        ),
        source=CheckSource.SESSIONS,
        hits=2,
        of=6,
    ),
    Check(
        node=replace(_QUESTION, text="Which of the <places> " + "and so on " * 40),
        source=CheckSource.SESSIONS,
        hits=1,
        of=6,
    ),
)


def _off_the_flow(guidance: Guidance) -> SessionThread:
    asked = guidance.asked.node if guidance.asked else None
    return replace(DISCOVERY, live=replace(DISCOVERY.live, guidance=guidance), node=asked)


SUGGESTED = _off_the_flow(Guidance(suggested=_CHECKS))
TAKEN_UP = _off_the_flow(Guidance(suggested=_CHECKS, asked=_CHECKS[0]))
THINKING = _off_the_flow(Guidance(suggested=_CHECKS, is_waiting=True))
NO_PROPOSAL = _off_the_flow(Guidance(suggested=_CHECKS, trouble=Trouble.OVER_BUDGET))
PROPOSED = _off_the_flow(Guidance(asked=Check(node=leading_nowhere(_QUESTION), source=CheckSource.MODEL)))
PROPOSED_FIX = _off_the_flow(
    Guidance(
        asked=Check(
            node=Node(kind=NodeKind.RESOLUTION, text="Lower the <MTU> to 1350"), source=CheckSource.MODEL
        )
    )
)
TEN_ANSWERS = replace(
    GUIDED,
    node=replace(
        _QUESTION, options=tuple(Option(f"o{n}", f"Answer {n} " + "and so on " * 6, "n4") for n in range(10))
    ),
)
_TO_DO = replace(
    GUIDED,
    node=Node(
        kind=NodeKind.ACTION,
        text="Restart the <spooler>",
        expected="The queue empties within a minute",
        options=options_of(["It empties", "It stays"]),
    ),
)
_NAME = TemplateName("Restart *the* <spooler>", Language.POWERSHELL)
WITH_TEMPLATE = replace(_TO_DO, script=StepScript(name=_NAME, key="w:12"))
WITHDRAWN_TEMPLATE = replace(_TO_DO, script=StepScript(name=_NAME, is_withdrawn=True))
UNKNOWN_TEMPLATE = replace(_TO_DO, script=StepScript(name=_NAME))
WITH_STATEMENTS = replace(_TO_DO, script=StepScript())
FIX = replace(GUIDED, node=Node(kind=NodeKind.RESOLUTION, text="Lower the MTU to 1350"))
HAND_OVER = replace(GUIDED, node=Node(kind=NodeKind.ESCALATION, text="The network team looks at the logs"))
PAUSED = _with(GUIDED, SessionStatus.PAUSED, paused_at=NOW)
WAITING = _with(
    GUIDED,
    SessionStatus.REQUESTING_ESCALATION,
    escalated_to=ADA.id,
    escalated_by=BEN.id,
    escalated_turn=2,
    escalation_reason="I may not change the gateway <!channel>",
)
TAKEN = _with(WAITING, SessionStatus.ESCALATED, taken_by=ADA.id, ended_by=ADA.id)
RESOLVED = replace(
    GUIDED,
    live=replace(
        _LIVE,
        ended_by=BEN.id,
        session=replace(
            _LIVE.session,
            status=SessionStatus.RESOLVED,
            resolution="Lowered the MTU to 1350 on the gateway profile.",
            resolved_at=NOW,
            rating=4,
        ),
    ),
)
GIVEN_UP = _with(GUIDED, SessionStatus.ABANDONED)
LEARNT = replace(
    RESOLVED, learnt=Learnt(outcome=AnalysisOutcome.PROPOSED, title="VPN drops every ten minutes")
)
_WAITS = replace(PAUSED.live, session=replace(PAUSED.live.session, problem="Scanner <offline>"))
MINE = MySessions(open=(GUIDED.live, _WAITS), ended=(RESOLVED.live,))
