"""Example facts for the views of knowledge gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.flows import FlowMention
from bot.domain.gap_rule import GapLevel
from bot.domain.gaps import (
    Gap,
    GapDetails,
    GapEffect,
    GapFigures,
    GapKind,
    GapOutcome,
    GapReport,
    PublishedFor,
    StoredGap,
)
from bot.domain.sessions import ProblemDomain
from bot.domain.statistics import Rate
from bot.slack.views import samples

_FLOW = FlowMention(3, "Outlook profile repair", 2)


def _figures(hits: int, n: int, baseline: float, certainty: float = 0.98) -> GapFigures:
    return GapFigures(rate=Rate(hits, n), baseline=baseline, certainty=certainty, days=30)


ESCALATING = Gap(
    kind=GapKind.HIGH_ESCALATION,
    key="domain:networking",
    level=GapLevel.ALERT,
    subject="Networking",
    figures=_figures(9, 12, 0.18),
    engineers=4,
    minutes_saved=660.0,
    is_measured=True,
    domain=ProblemDomain.NETWORKING,
    session_ids=(samples.SESSION.id,),
    id=11,
    opened_at=samples.NOW,
)
PATTERN = Gap(
    kind=GapKind.REPEATED_PATTERN,
    key="pattern:40",
    level=GapLevel.ALERT,
    subject="Certificate of the guest Wi-Fi has expired",
    figures=_figures(7, 60, 0.0, 0.995),
    engineers=3,
    minutes_saved=245.0,
    domain=ProblemDomain.NETWORKING,
    examples=(
        "Guest Wi-Fi says the certificate has expired",
        "Phones refuse <!channel> the Wi-Fi certificate",
    ),
    id=12,
    opened_at=samples.NOW,
)
WEAK_STEP = Gap(
    kind=GapKind.WEAK_STEP,
    key="step:3:n2",
    level=GapLevel.ALERT,
    subject=_FLOW.title,
    figures=_figures(14, 20, 0.06),
    engineers=5,
    minutes_saved=40.0,
    flow=_FLOW,
    node_id="n2",
    step="Which build?",
    id=13,
    opened_at=samples.NOW,
)
UNCHARTED = Gap(
    kind=GapKind.UNCHARTED,
    key="domain:printing",
    level=GapLevel.WATCH,
    subject="Printing",
    figures=_figures(5, 6, 0.45, 0.85),
    engineers=2,
    minutes_saved=90.0,
    domain=ProblemDomain.PRINTING,
    id=14,
    opened_at=samples.NOW,
)
UNFINDABLE = Gap(
    kind=GapKind.UNFINDABLE,
    key="flow:3",
    level=GapLevel.WATCH,
    subject=_FLOW.title,
    figures=_figures(4, 9, 0.2, 0.8),
    engineers=2,
    minutes_saved=50.0,
    flow=_FLOW,
    id=15,
    opened_at=samples.NOW,
)
_PUBLISHED = PublishedFor(
    gap_id=9,
    kind=GapKind.HIGH_ESCALATION,
    key="domain:email",
    subject="Email",
    before=Rate(12, 20),
    flow=FlowMention(5, "Mail is delayed", 1),
    published_at=samples.NOW - timedelta(days=20),
    is_closed=True,
)
OUTCOMES = (
    GapOutcome(published=_PUBLISHED, since=Rate(3, 24), effect=GapEffect.CLOSED),
    GapOutcome(published=replace(_PUBLISHED, subject="Backup"), since=Rate(1, 2), effect=GapEffect.TOO_EARLY),
)
GAPS = GapReport(
    window=samples.DASHBOARD.window,
    gaps=(ESCALATING, PATTERN, WEAK_STEP, UNCHARTED, UNFINDABLE),
    outcomes=OUTCOMES,
    sessions=412,
    muted=1,
)
UNWRITTEN = replace(
    GAPS, gaps=tuple(replace(gap, id=None, opened_at=None) for gap in GAPS.gaps), outcomes=(), muted=0
)
ONLY_WATCHED = replace(GAPS, gaps=(UNCHARTED,), outcomes=())
NO_GAPS = replace(GAPS, gaps=(), outcomes=())
NO_SESSIONS = replace(NO_GAPS, sessions=0, muted=0)
STORED = StoredGap(
    id=11,
    kind=ESCALATING.kind,
    key=ESCALATING.key,
    subject=ESCALATING.subject,
    level=ESCALATING.level,
    opened_at=samples.NOW,
    figures=ESCALATING.figures,
    minutes_saved=ESCALATING.minutes_saved,
    session_ids=ESCALATING.session_ids,
    domain=ESCALATING.domain,
)
GAP_DETAILS = GapDetails(gap=STORED, sessions=(samples.SESSION,))
