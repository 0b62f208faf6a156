"""Knowledge gaps on the wire."""

from __future__ import annotations

from pydantic import Field

from bot.domain.gap_rule import GapLevel
from bot.domain.gaps import GapAction, GapEffect, GapKind, Severity
from bot.domain.sessions import ProblemDomain
from bot.domain.windows import Period
from bot.web.api.models import Strict, UtcTime


class GapsQuery(Strict):
    period: Period = Period.MONTH


class Share(Strict):
    """`hits` of `n` went wrong; the interval is that of 95 %."""

    hits: int
    n: int
    rate: float | None
    interval: tuple[float, float]


class KnowledgeGap(Share):
    """`baseline` is the share that is usual elsewhere; `minutes_saved` is what a good flow would save in a month."""

    id: int | None
    type: GapKind
    key: str
    level: GapLevel
    severity: Severity
    subject: str
    sentence: str
    problem_domain: ProblemDomain | None
    flow_id: int | None
    node_id: str | None
    baseline: float
    certainty: float
    engineers: int
    minutes_saved: float
    saving_is_measured: bool
    suggested_action: GapAction
    session_ids: tuple[int, ...]
    examples: tuple[str, ...]
    opened_at: UtcTime | None


class PublishedForGap(Strict):
    """What became of a gap after a flow was published for it."""

    gap_id: int
    type: GapKind
    subject: str
    flow_id: int
    published_at: UtcTime
    effect: GapEffect
    before: Share
    since: Share


class KnowledgeGaps(Strict):
    """Alerts first, the largest first; `muted` is how many people have called none."""

    period: Period
    start: UtcTime = Field(alias="from")
    end: UtcTime = Field(alias="to")
    time_zone: str
    sessions: int
    muted: int
    gaps: tuple[KnowledgeGap, ...]
    published_for_gaps: tuple[PublishedForGap, ...]
