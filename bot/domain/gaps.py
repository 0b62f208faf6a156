"""Gaps: places where the team lacks knowledge, with their evidence, their size, and what to do about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import FlowPilotError
from bot.domain.flows import FlowMention
from bot.domain.gap_rule import GapLevel
from bot.domain.sessions import ProblemDomain, Session
from bot.domain.statistics import Change, Rate, change_of_rate
from bot.domain.windows import Window
from bot.domain.words import MIN_FOR_PERCENT, counted, duration, one_line, percent, share_of

HIGH_FROM_MINUTES = 5 * 60.0
"""Minutes a month that an alert of high severity would save: an afternoon."""
MEDIUM_FROM_MINUTES = 60.0
SHOWN_WORDS = 80
MAX_MUTE_REASON = 500
MORE_HITS_TO_WAKE = 5
"""A muted gap is heard again when twice as many sessions a month go wrong there, at least so many more."""
DAYS_OF_MONTH = 30


class MuteNeedsReasonError(FlowPilotError):
    """Another reason has to be said in words."""

    def __init__(self) -> None:
        super().__init__("Say in your own words why this is no gap.")


class GapKind(StrEnum):
    WEAK_STEP = "weak_step"  # people leave the options of a flow's step
    HIGH_ESCALATION = "high_escalation"  # by domain or by flow
    UNCHARTED = "uncharted"  # a domain without any flow
    REPEATED_PATTERN = "repeated_pattern"  # sessions alike that no flow knows
    UNFINDABLE = "unfindable"  # a flow would have fitted and was not used


class Severity(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class GapAction(StrEnum):
    DRAFT_FLOW = "draft_flow"
    OPEN_STEP = "open_step"
    OPEN_FLOW = "open_flow"


class MuteCode(StrEnum):
    """Why something that looks like a gap is none."""

    BY_DESIGN = "by_design"
    MISFILED = "misfiled"
    ONE_OFF = "one_off"
    HANDLED = "handled"
    OTHER = "other"


MUTE_WORDS = {
    MuteCode.BY_DESIGN: "It is meant to be so",
    MuteCode.MISFILED: "The sessions are filed in the wrong place",
    MuteCode.ONE_OFF: "It was a single event",
    MuteCode.HANDLED: "Somebody works on it already",
    MuteCode.OTHER: "Another reason",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFigures:
    """`rate` of the sessions went wrong; `baseline` is the share elsewhere or to be expected, between 0 and 1.

    `certainty` is how sure the gap is (0 to 1), `days` the length of the window that was counted.
    """

    rate: Rate
    baseline: float
    certainty: float
    days: int

    @property
    def hits_a_month(self) -> float:
        return self.rate.hits * DAYS_OF_MONTH / self.days

    def is_material_against(self, muted: GapFigures) -> bool:
        """Whether so much more goes wrong than when somebody called it no gap, that it is worth saying again."""
        is_higher = change_of_rate(self.rate, muted.rate) is Change.UP
        more = self.hits_a_month - muted.hits_a_month
        return is_higher or (more >= MORE_HITS_TO_WAKE and self.hits_a_month >= 2 * muted.hits_a_month)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """`key` tells it from others of its kind. `subject` is what it is about: a domain's, flow's or pattern's name.

    `minutes_saved` is what a good flow would save in a month; `is_measured` says that the saving of one session was
    measured, and not assumed. `session_ids` are (some of) the sessions that went wrong, newest first. `node_id` and
    `step` name the step of `flow`. `id` and `opened_at` are None until it was written down.
    """

    kind: GapKind
    key: str
    level: GapLevel
    subject: str
    figures: GapFigures
    engineers: int
    minutes_saved: float
    is_measured: bool = False
    domain: ProblemDomain | None = None
    flow: FlowMention | None = None
    node_id: str | None = None
    step: str | None = None
    session_ids: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()
    id: int | None = None
    opened_at: datetime | None = None

    @property
    def severity(self) -> Severity:
        if self.level is GapLevel.WATCH or self.minutes_saved < MEDIUM_FROM_MINUTES:
            return Severity.LOW
        return Severity.HIGH if self.minutes_saved >= HIGH_FROM_MINUTES else Severity.MEDIUM

    @property
    def action(self) -> GapAction:
        if self.node_id is not None:
            return GapAction.OPEN_STEP
        return GapAction.DRAFT_FLOW if self.flow is None else GapAction.OPEN_FLOW

    @property
    def name(self) -> str:
        """What it is about, on a line."""
        return one_line(self.subject, SHOWN_WORDS)

    @property
    def sentence(self) -> str:
        """What is wrong, in plain text, to be read behind the name."""
        rate, usual = self.figures.rate, _usual(self.figures.baseline)
        match self.kind:
            case GapKind.WEAK_STEP:
                asked = one_line(self.step or "a step", SHOWN_WORDS)
                return f"engineers leave the options at “{asked}” in {rate.hits} of {rate.n} (other steps {usual})"
            case GapKind.HIGH_ESCALATION if self.flow is not None:
                return f"{rate.hits} of {rate.n} sessions that follow it escalated (other flows {usual})"
            case GapKind.HIGH_ESCALATION:
                return f"{rate.hits} of {rate.n} escalated (elsewhere {usual})"
            case GapKind.UNCHARTED:
                return f"{rate.hits} of {rate.n} sessions resolved without guidance, and there is no flow"
            case GapKind.REPEATED_PATTERN:
                return f"{rate.hits} of {counted(rate.n, 'session')} without a flow are alike"
        return f"fits {rate.hits} of {rate.n} sessions in which it was not used"

    @property
    def numbers(self) -> str:
        """The figures behind the sentence, with their uncertainty."""
        parts = []
        if self.kind is not GapKind.REPEATED_PATTERN and self.figures.rate.value is not None:
            low, high = self.figures.rate.interval.low, self.figures.rate.interval.high
            parts.append(
                f"{percent(self.figures.rate.value)} (95 % interval {low * 100:.0f} to {high * 100:.0f} %)"
            )
        parts.append(f"{percent(min(0.99, self.figures.certainty))} certain")
        parts.append(counted(self.engineers, "engineer"))
        if self.minutes_saved >= 1:
            parts.append(f"about {duration(self.minutes_saved)} a month")
        return " · ".join(parts)


def _usual(share: float) -> str:
    return percent(share) if share >= 1 / (10 * MIN_FOR_PERCENT) else "less than 1 %"


class GapEffect(StrEnum):
    CLOSED = "closed"
    NO_EFFECT = "no_effect"
    WORSE = "worse"
    TOO_EARLY = "too_early"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFor:
    """A gap for which a flow was published, with its share when the flow was drafted."""

    gap_id: int
    kind: GapKind
    key: str
    subject: str
    before: Rate
    flow: FlowMention
    published_at: datetime
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GapOutcome:
    """What became of a gap after a flow was published for it: its share `since` then."""

    published: PublishedFor
    since: Rate
    effect: GapEffect

    @property
    def sentence(self) -> str:
        """What the flow did, in plain text, to be read behind the gap's name."""
        before, since = self.published.before, self.since
        if self.effect is GapEffect.TOO_EARLY:
            return f"too early to say, {counted(since.n, 'session')} since the flow was published"
        low, high = since.interval.low * 100, since.interval.high * 100
        moved = f"{share_of(before)} before, {share_of(since)} since ({low:.0f} to {high:.0f} %)"
        words = {
            GapEffect.CLOSED: "closed",
            GapEffect.NO_EFFECT: "no clear effect yet",
            GapEffect.WORSE: "worse than before",
        }
        return f"{words[self.effect]}: {moved}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReport:
    """The gaps of one workspace and window: alerts first, then what is watched, each by the minutes that it costs.

    `sessions` is how many sessions ended in the window, `muted` how many gaps people have called none.
    """

    window: Window
    gaps: tuple[Gap, ...] = ()
    outcomes: tuple[GapOutcome, ...] = ()
    sessions: int = 0
    muted: int = 0

    @property
    def alerts(self) -> tuple[Gap, ...]:
        return tuple(gap for gap in self.gaps if gap.level is GapLevel.ALERT)

    @property
    def watched(self) -> tuple[Gap, ...]:
        return tuple(gap for gap in self.gaps if gap.level is GapLevel.WATCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGap:
    """A gap that was written down. `muted` are the figures at which somebody called it none.

    `minutes_saved` counts a month, as in `Gap`.
    """

    id: int
    kind: GapKind
    key: str
    subject: str
    level: GapLevel
    opened_at: datetime
    figures: GapFigures
    minutes_saved: float = 0.0
    session_ids: tuple[int, ...] = ()
    closed_at: datetime | None = None
    muted: GapFigures | None = None
    proposal_id: int | None = None
    domain: ProblemDomain | None = None
    flow_id: int | None = None

    @property
    def is_open_alert(self) -> bool:
        return self.closed_at is None and self.level is GapLevel.ALERT

    @property
    def name(self) -> str:
        """What it is about, on a line."""
        return one_line(self.subject, SHOWN_WORDS)

    @property
    def is_quiet(self) -> bool:
        """Whether somebody called it no gap, and no more goes wrong since."""
        return self.muted is not None and not self.figures.is_material_against(self.muted)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapDetails:
    """A gap as it was last written down, with the sessions in which it showed, newest first, without secrets."""

    gap: StoredGap
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GapHistory:
    """What was written down before."""

    stored: tuple[StoredGap, ...] = field(default_factory=tuple)

    def find(self, kind: GapKind, key: str) -> StoredGap | None:
        return next((each for each in self.stored if each.kind is kind and each.key == key), None)

    def open_keys(self, kind: GapKind) -> frozenset[str]:
        """The alerts that stay open for less than it takes to open one."""
        return frozenset(each.key for each in self.stored if each.kind is kind and each.is_open_alert)

    def is_quiet(self, gap: Gap) -> bool:
        """Whether somebody called it none, and nothing has changed since."""
        known = self.find(gap.kind, gap.key)
        if known is None or known.muted is None:
            return False
        return not gap.figures.is_material_against(known.muted)

    def remembered(self, gap: Gap) -> Gap:
        """The gap with its id, and since when it is open."""
        known = self.find(gap.kind, gap.key)
        if known is None:
            return gap
        return replace(gap, id=known.id, opened_at=None if known.closed_at else known.opened_at)
