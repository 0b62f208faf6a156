"""Domain values that the views' examples show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.domain.cards import ProposalCard
from bot.domain.dashboard import CoverageRow, Dashboard, DayRow, DomainRow, Knowledge, TierRow, Totals
from bot.domain.digests import Digest, QueueState
from bot.domain.flags import OpenFlag
from bot.domain.flow_pages import FlowList, FlowPage, FlowUse
from bot.domain.flow_use import NO_TREE_USE, NodeUse, TreeUse
from bot.domain.flows import Flow, FlowDraft, FlowMention, FlowOrigin, FlowVersion
from bot.domain.heat_maps import HeatMap
from bot.domain.members import Member, Role
from bot.domain.proposals import MessageRef, Proposal, ProposalKind, ProposalStatus, Support
from bot.domain.reasons import ReasonCode
from bot.domain.redactions import Redactable
from bot.domain.replay import ProposalReplay, ReplayedSession, ReplayOutcome
from bot.domain.sessions import ProblemDomain, Session, SessionSource, SessionStatus
from bot.domain.setting_changes import SettingsShown
from bot.domain.spending import SpendingTotal, Trouble
from bot.domain.statistics import Interval, Mean, Minutes, Rate
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.trust import Trust, TrustLevel
from bot.domain.windows import Window
from bot.domain.workspaces import DigestSection, WorkspaceSettings
from bot.slack.views.blocks import image

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
ADA = Member(id="U0ADMIN01", name="Ada Reyes", role=Role.ADMIN)
CHLOE = Member(id="U0ADMIN02", name="Chloe Marsh", role=Role.ADMIN)
BEN = Member(id="U0ENGIN01", name="Ben Okafor")
PICTURE = image("F0000000001", "Flow with 6 steps: first asks whether split tunnelling is on; 3 fixes.")

TREE = FlowTree(
    "n1",
    {
        "n1": Node(
            kind=NodeKind.QUESTION,
            text="Is split tunnelling on?",
            options=(Option("o1", "Yes", "n2"), Option("o2", "No", "n3")),
            evidence=frozenset({Evidence(1, 0)}),
        ),
        "n2": Node(kind=NodeKind.RESOLUTION, text="Turn split tunnelling off in the gateway profile"),
        "n3": Node(
            kind=NodeKind.QUESTION,
            text="Does it drop on a cable too?",
            options=(Option("o1", "Yes", "n4"), Option("o2", "No", "n5")),
        ),
        "n4": Node(
            kind=NodeKind.ACTION,
            text="Lower the MTU to 1350",
            options=(Option("o1", "It worked", "n6"), Option("o2", "It did not", "n7")),
        ),
        "n5": Node(kind=NodeKind.RESOLUTION, text="Move the access point to channel 36"),
        "n6": Node(kind=NodeKind.RESOLUTION, text="Keep the lower MTU"),
        "n7": Node(kind=NodeKind.ESCALATION, text="The network team looks at the gateway's logs"),
    },
)
SESSION = Session(
    id=1,
    external_id="T-1042",
    source=SessionSource.IMPORT,
    problem="VPN drops every ten minutes",
    status=SessionStatus.RESOLVED,
    created_at=NOW - timedelta(days=9),
    problem_domain=ProblemDomain.NETWORKING,
    engineer=BEN.id,
    ticket="1042",
    resolved_at=NOW - timedelta(days=9) + timedelta(minutes=37),
    resolution="Lowered the MTU to 1350 on the gateway profile.",
)

SOURCES = (
    SESSION,
    replace(
        SESSION,
        id=2,
        problem="vpn disconnects & comes back, <all day>",
        external_id="S-1",
        ticket=None,
        source=SessionSource.SLACK,
        channel="C0SUPPORT1",
        thread_ts="1795340000.000200",
    ),
)
LINKS = {2: "https://example.com/archives/C0SUPPORT1/p1795340000000200"}


def _replayed(numbers: range, *, dead_ends: int = 0, wrong_turns: int = 0) -> tuple[ReplayedSession, ...]:
    """The first ones run into a dead end, the next ones take a wrong turn, the others reach their fix."""
    ends = [(ReplayOutcome.DEAD_END, "n3")] * dead_ends + [(ReplayOutcome.WRONG_TURN, "n2")] * wrong_turns
    ends += [(ReplayOutcome.REACHED_FIX, "n5")] * (len(numbers) - len(ends))
    return tuple(ReplayedSession(number, *end) for number, end in zip(numbers, ends, strict=True))


REPLAY = ProposalReplay(
    version=2, others=_replayed(range(11, 20), dead_ends=1, wrong_turns=1), evidence=_replayed(range(1, 8))
)
_PROPOSAL = Proposal(
    id=7,
    kind=ProposalKind.NEW_FLOW,
    status=ProposalStatus.PENDING,
    version=2,
    draft=FlowDraft(
        title="VPN drops every ten minutes",
        summary="The tunnel drops at regular intervals; the MTU or the Wi-Fi channel is to blame.",
        tree=TREE,
        problem_domain=ProblemDomain.NETWORKING,
        keywords=("vpn", "mtu"),
    ),
    support=Support(
        session_ids=(1, 2, 3, 4, 5, 6, 7),
        engineers=4,
        imported=2,
        redacted=4,
        redactions={Redactable.PASSWORD: 2, Redactable.IP: 1},
    ),
    confidence=0.91,
    analyst="outline-1",
    created_at=NOW - timedelta(days=2),
    updated_at=NOW - timedelta(days=1),
    card=MessageRef("C0REVIEW01", "1795340000.000100"),
    last_replay=REPLAY,
)
NEW_FLOW = ProposalCard(proposal=_PROPOSAL, sources=SOURCES, reviewers=(ADA, CHLOE))
_PUBLISHED_TREE = FlowTree(
    "n1",
    {
        **{node_id: TREE.nodes[node_id] for node_id in ("n1", "n2")},
        "n3": replace(TREE.nodes["n3"], text="Is it on a cable?", options=(Option("o1", "Yes", "n8"),)),
        "n8": Node(kind=NodeKind.RESOLUTION, text="Replace the cable"),
    },
)
CHANGE = ProposalCard(
    proposal=replace(
        _PROPOSAL,
        id=8,
        kind=ProposalKind.ENHANCEMENT,
        flow_id=3,
        base_version=4,
        version=1,
        last_replay=ProposalReplay(version=1, evidence=_replayed(range(1, 8), dead_ends=2), flow_version=4),
    ),
    sources=(replace(SESSION, problem="VPN keeps dropping since the new access point"),),
    flow=FlowMention(3, "VPN drops", 4),
    before=_PUBLISHED_TREE,
    reviewers=(ADA, CHLOE),
)
WORSE = replace(
    CHANGE,
    proposal=replace(
        CHANGE.proposal,
        last_replay=ProposalReplay(
            version=1,
            others=_replayed(range(11, 20), dead_ends=1, wrong_turns=1),
            evidence=_replayed(range(1, 3), dead_ends=1),
            flow_version=4,
            before=(*_replayed(range(11, 20), dead_ends=1), *_replayed(range(1, 3))),
        ),
    ),
)
FORMING = replace(NEW_FLOW, proposal=replace(_PROPOSAL, status=ProposalStatus.FORMING))


def _decided(status: ProposalStatus, **why: Any) -> ProposalCard:
    decided = replace(_PROPOSAL, status=status, decided_by=ADA.id, decided_at=NOW, version=3, **why)
    return replace(NEW_FLOW, proposal=decided)


DISMISSED = _decided(ProposalStatus.DISMISSED)
PARKED = _decided(ProposalStatus.DISMISSED, reason_code=ReasonCode.TOO_RARE)
REJECTED = _decided(
    ProposalStatus.REJECTED,
    reason="We do not touch the MTU <any more>.",
    reason_code=ReasonCode.OUTDATED,
)
_APPROVED = _decided(ProposalStatus.APPROVED)
APPROVED = replace(
    _APPROVED,
    published=FlowMention(3, "VPN drops every ten minutes", 1),
    proposal=replace(_APPROVED.proposal, published_flow_id=3, published_version=1),
)
_CHANGED = replace(CHANGE.proposal, version=2, decided_at=NOW)
MODIFIED = replace(
    CHANGE,
    flow=FlowMention(3, "VPN drops", 5),
    published=FlowMention(3, "VPN drops", 5),
    proposal=replace(
        _CHANGED,
        status=ProposalStatus.MODIFIED,
        decided_by=ADA.id,
        published_flow_id=3,
        published_version=5,
    ),
)
EDITED = replace(
    APPROVED,
    edited=replace(
        _PROPOSAL.draft,
        title="VPN <drops>",
        tree=replace(
            TREE, nodes={**TREE.nodes, "n1": replace(TREE.nodes["n1"], text="Does <it> drop on a cable?")}
        ),
    ),
    published=FlowMention(3, "VPN <drops>", 1),
    proposal=replace(APPROVED.proposal, status=ProposalStatus.MODIFIED),
)
SUPERSEDED = replace(
    CHANGE, flow=FlowMention(3, "VPN drops", 5), proposal=replace(_CHANGED, status=ProposalStatus.EXPIRED)
)
_EXPIRED = _decided(ProposalStatus.EXPIRED)
EXPIRED = replace(_EXPIRED, proposal=replace(_EXPIRED.proposal, decided_by=None))
_MERGED = _decided(ProposalStatus.MERGED)
MERGED = replace(
    _MERGED,
    merged_into="VPN <drops>",
    proposal=replace(_MERGED.proposal, decided_by=None, merged_into=8, support=Support()),
    sources=(),
)
JOINING = replace(
    CHANGE,
    proposal=replace(CHANGE.proposal, id=9, support=Support(), absorbs=(5,)),
    absorbs=(FlowMention(5, "VPN & Wi-Fi drop together", 2),),
    sources=(),
)
_VERSIONS = tuple(
    FlowVersion(
        number=number,
        draft=_PROPOSAL.draft,
        published_by=by,
        published_at=NOW - timedelta(days=30 - 10 * number),
        change=change,
    )
    for number, by, change in (
        (2, CHLOE.id, "1 step added, 0 changed, 0 removed."),
        (1, ADA.id, "Learnt from 7 sessions."),
    )
)
_FLOW = Flow(id=3, origin=FlowOrigin.AI_ENHANCED, current=_VERSIONS[0])
_SCANNER = replace(_FLOW.current, draft=replace(_PROPOSAL.draft, title="Printer & scanner <offline>"))
VALIDATED = Trust(level=TrustLevel.VALIDATED, engineers=5, recent=Rate(8, 10))
DOUBTED = Trust(level=TrustLevel.DOUBTED, engineers=2, recent=Rate(3, 10), expected=0.9)
FLOWS = FlowList(
    words="vpn",
    page=0,
    flows=(_FLOW, replace(_FLOW, id=9, current=_SCANNER)),
    use={
        3: FlowUse(behind=7, followed=17, ended=16, resolved=14, trust=VALIDATED),
        9: FlowUse(behind=1, followed=12, ended=12, resolved=5, trust=DOUBTED),
    },
)
FLOWS_PAGE = replace(FLOWS, words="", page=1, has_more=True)
FLAGS = (
    OpenFlag(
        node="n1",
        asked="Does <it> drop on a *cable* too?",
        note="Nobody has <cables> any more",
        by=BEN.name,
        began_at=NOW - timedelta(days=2),
    ),
)
FLOW_PAGE = FlowPage(
    flow=_FLOW,
    versions=_VERSIONS,
    use=FLOWS.use[3],
    steps=TreeUse(
        nodes={
            "n1": NodeUse(asked=17, ended=16, resolved=14, minutes=3.5),
            "n3": NodeUse(asked=11, typed=4, skipped=1, left=1, ended=10, resolved=6, minutes=9.0),
        },
        sessions=17,
    ),
    names={ADA.id: ADA.name, CHLOE.id: CHLOE.name},
    flags=FLAGS,
    seen_by=ADA,
)
FLOW_FOR_ENGINEERS = replace(FLOW_PAGE, seen_by=BEN, flags=(), use=FLOWS.use[9])
ARCHIVED_FLOW = replace(FLOW_PAGE, flow=replace(_FLOW, archived=True), part_of="VPN & Wi-Fi <drop> together")
HEAT_MAP = HeatMap(flow=_FLOW, use=FLOW_PAGE.steps)
COLD_MAP = HeatMap(flow=FLOWS.flows[1], use=NO_TREE_USE)
_WINDOW = Window(start=datetime(2026, 10, 24, 22, tzinfo=UTC), end=NOW, zone="Europe/Berlin", days=30)
DASHBOARD = Dashboard(
    window=_WINDOW,
    totals=Totals(
        sessions=412,
        resolved=321,
        escalated=48,
        abandoned=20,
        steps=Mean(n=321, total=1_348, squares=6_300),
        ratings=Mean(n=137, total=562, squares=2_420),
    ),
    previous=Totals(sessions=398, resolved=262, escalated=70, abandoned=30),
    wall=Minutes(n=321, mean=44.0, median=31.2, p90=120.5, interval=Interval(29.0, 34.0)),
    previous_wall=Minutes(n=262, mean=46.0, median=32.5, p90=130.0, interval=Interval(29.5, 36.0)),
    active=Minutes(n=321, mean=40.0, median=28.0, p90=101.0, interval=Interval(26.0, 31.0)),
    trend=(DayRow(on=date(2026, 11, 23), resolved=9, mean_minutes=40, median_minutes=31, p90_minutes=90),),
    domains=(
        DomainRow(domain="networking", total=120, resolved=90, escalated=21, abandoned=4),
        DomainRow(domain="m365", total=98, resolved=84, escalated=6, abandoned=3),
        DomainRow(domain="unknown", total=21, resolved=9, escalated=6, abandoned=2),
    ),
    tiers=(
        TierRow(tier="guided", sessions=190, resolved=165),
        TierRow(tier="exploring", sessions=120, resolved=88),
        TierRow(tier="discovery", sessions=102, resolved=68),
    ),
    coverage=(
        CoverageRow(domain="networking", flows=4, sessions=120, guided=70),
        CoverageRow(domain="m365", flows=1, sessions=98, guided=20),
    ),
    knowledge=Knowledge(flows=34, ai_flows=29, pending=5, approved=8, rejected=1),
)
NO_SESSIONS = Dashboard(
    window=_WINDOW,
    totals=Totals(),
    previous=Totals(),
    wall=Minutes(),
    previous_wall=Minutes(),
    active=Minutes(),
)
QUEUE = QueueState(pending=5, oldest_at=NOW - timedelta(days=8), changes=2, overdue=1)
DIGEST = Digest(
    due_on=date(2026, 11, 23),
    dashboard=replace(DASHBOARD, window=replace(_WINDOW, days=7)),
    queue=QUEUE,
    rejected={ReasonCode.OUTDATED: 2, ReasonCode.UNSAFE: 1},
    published=(FlowMention(3, "VPN drops", 2), FlowMention(9, "Printer & scanner offline", 1)),
    spending=SpendingTotal(
        sessions=41, requests=42, cost_micros=1_124_300, troubles={Trouble.OVER_BUDGET: 3, Trouble.REFUSED: 1}
    ),
)
NOTHING = Digest(
    due_on=date(2026, 11, 23),
    dashboard=replace(NO_SESSIONS, window=replace(_WINDOW, days=7)),
    queue=QueueState(),
)
SETTINGS = SettingsShown(
    settings=WorkspaceSettings(
        time_zone="Europe/Berlin",
        review_channel="C0REVIEW01",
        digest_channel="C0DIGEST01",
        digest_left_out=(DigestSection.COSTS,),
        model_cents_per_day=300,
    ),
    reviewers=(ADA, CHLOE),
)
NEW_SETTINGS = SettingsShown(settings=WorkspaceSettings(analysis_enabled=False), reviewers=(ADA,))
