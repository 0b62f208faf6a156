"""The dashboard in words and one picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bot.domain.dashboard import UNKNOWN, CoverageRow, Dashboard, TierRow
from bot.domain.statistics import Change
from bot.domain.words import (
    MIN_FOR_PERCENT,
    counted,
    domain_name,
    duration,
    percent,
    share_of,
    share_out_of,
    window_words,
)
from bot.slack.ids import PERIOD_ACTIONS, Action, Callback, Field
from bot.slack.mrkdwn import escape, mention
from bot.slack.views import samples
from bot.slack.views.blocks import (
    Json,
    actions,
    button,
    channel_input,
    context,
    message,
    modal,
    section,
)

SHOWN_DOMAINS = 8
"""As many as the picture names."""
NO_PICTURE = "The picture could not be shown; the figures above are complete."
_TIERS = {"guided": "guided by a flow", "exploring": "exploring", "discovery": "in discovery"}


def dashboard_message(dashboard: Dashboard, picture: Json | None, *, asked_by: str) -> Json:
    """The report as a message of its own. `picture` is the block of the chart, None when it cannot be shown."""
    if dashboard.is_empty:
        return message(nothing_words(dashboard), [section(nothing_words(dashboard)), _buttons(dashboard)])
    parts = [
        section("\n".join([f"*{_headline(dashboard)}* {_changes(dashboard)}", *_figures(dashboard)])),
        picture or context(NO_PICTURE),
        context(" · ".join([f"Asked by {mention(asked_by)}", *_fine_print(dashboard)])),
        _buttons(dashboard),
    ]
    return message(f"{_headline(dashboard)} {_changes(dashboard)}", parts)


def dashboard_answer(dashboard: Dashboard, *, shared: bool) -> Json:
    """The headline for the person who asked, who alone sees it."""
    if dashboard.is_empty:
        return message(nothing_words(dashboard))
    where = "The picture is in this channel." if shared else "The picture is in your messages with FlowPilot."
    return message(f"*{_headline(dashboard)}* {_changes(dashboard)} {where}")


def share_modal(value: str) -> Json:
    """Asks for the channel; `value` is the report's period and domain, and comes back with the submission."""
    hint = "FlowPilot must be a member of the channel. Type /invite @FlowPilot there if it is not."
    return modal(
        "Share numbers",
        [channel_input(Field.CHANNEL, "Channel", hint=hint)],
        submit="Share",
        callback=Callback.STATS_SHARE.value,
        metadata=value,
    )


def nothing_words(dashboard: Dashboard) -> str:
    """One sentence for a window without a session."""
    return f"No sessions in the last {dashboard.window.days} days{_of_domain(dashboard)}."


def headline_of(dashboard: Dashboard) -> Iterator[str]:
    """The parts of a headline: sessions, resolved, median."""
    totals = dashboard.totals
    yield counted(totals.sessions, "session")
    if totals.sessions:
        yield f"{share_of(totals.resolution)} resolved"
    if dashboard.wall.median is not None:
        yield f"median {duration(dashboard.wall.median)} to resolve"


def change_sentences(dashboard: Dashboard, before: str) -> str:
    """How resolution and time to resolve moved; `before` names what they are compared with."""
    if not dashboard.previous.sessions:
        return f"There are no sessions in {before} to compare with."
    rate, minutes = dashboard.resolution_change, dashboard.minutes_change
    if rate is minutes is Change.UNCLEAR:
        return f"No clear change on {before}."
    return f"{_rate_change(dashboard, before)}; {_minutes_change(dashboard)}."


def period_value(days: int, domain: str | None) -> str:
    """What a button of the report carries: its period, and its domain if it has one."""
    return f"{days}:{domain or ''}"


def _headline(dashboard: Dashboard) -> str:
    return f"Last {dashboard.window.days} days{_of_domain(dashboard)}: {', '.join(headline_of(dashboard))}."


def _of_domain(dashboard: Dashboard) -> str:
    return f", {escape(domain_name(dashboard.domain))}" if dashboard.domain else ""


def _changes(dashboard: Dashboard) -> str:
    return change_sentences(dashboard, f"the {dashboard.window.days} days before")


def _rate_change(dashboard: Dashboard, before: str) -> str:
    now, was = dashboard.totals.resolution.value, dashboard.previous.resolution.value
    if dashboard.resolution_change is Change.UNCLEAR or now is None or was is None:
        return f"Resolution shows no clear change on {before}"
    points = round(abs(now - was) * 100)
    moved = f"{dashboard.resolution_change.value} {counted(points, 'point')}"
    return f"Resolution is {moved} on {before} ({percent(was)} to {percent(now)}, a clear change)"


def _minutes_change(dashboard: Dashboard) -> str:
    now, was = dashboard.wall.median, dashboard.previous_wall.median
    if dashboard.minutes_change is Change.UNCLEAR or now is None or was is None:
        return "time to resolve shows no clear change"
    return f"the median time to resolve is {dashboard.minutes_change.value} from {duration(was)} to {duration(now)}"


def _figures(dashboard: Dashboard) -> Iterator[str]:
    """The numbers of the picture, for those who cannot see it."""
    totals, knowledge = dashboard.totals, dashboard.knowledge
    yield _listed(
        "How they ended",
        [
            f"{totals.resolved} resolved",
            f"{totals.escalated} escalated",
            f"{totals.abandoned} abandoned",
            f"{totals.open} open",
        ],
    )
    yield from _times(dashboard)
    yield from _by_domain(dashboard)
    tiers = [_tier(row) for row in dashboard.tiers if row.sessions]
    if tiers:
        yield _listed("How well a flow matched", tiers)
    yield from _coverage(dashboard)
    flows = [counted(knowledge.flows, "flow"), f"{knowledge.pending} waiting for review"]
    yield _listed("Knowledge", [*flows, f"{knowledge.approved} approved", f"{knowledge.rejected} rejected"])


def _by_domain(dashboard: Dashboard) -> Iterator[str]:
    rows = [row for row in dashboard.domains if row.total]
    if dashboard.domain is None and rows:
        shown = [f"{domain_name(row.domain)} {share_out_of(row.resolution)}" for row in rows[:SHOWN_DOMAINS]]
        yield _listed("Resolved by domain", [*shown, *_more(len(rows))])


def _times(dashboard: Dashboard) -> Iterator[str]:
    wall = dashboard.wall
    if wall.median is not None and wall.p90 is not None and wall.n >= MIN_FOR_PERCENT:
        within = [f"half within {duration(wall.median)}", f"9 of 10 within {duration(wall.p90)}"]
        yield _listed("Time to resolve", within)


def _coverage(dashboard: Dashboard) -> Iterator[str]:
    """Where flows guide: the domains with most sessions."""
    rows = sorted(dashboard.coverage, key=lambda row: (-row.sessions, -row.flows, row.domain))
    rows = [row for row in rows if row.sessions or row.flows]
    if dashboard.domain is None and rows:
        shown = [_covered(row) for row in rows[:SHOWN_DOMAINS]]
        yield _listed("Guided by a flow", [*shown, *_more(len(rows))])


def _covered(row: CoverageRow) -> str:
    guided = share_of(row.guided_rate) if row.sessions else "no sessions"
    return f"{domain_name(row.domain)} {guided} ({counted(row.flows, 'flow')})"


def _more(count: int) -> list[str]:
    return [f"{count - SHOWN_DOMAINS} more"] if count > SHOWN_DOMAINS else []


def _tier(row: TierRow) -> str:
    name = _TIERS.get(row.tier, "not known")
    return f"{row.sessions} {name} ({share_of(row.resolution)} resolved)"


def _listed(label: str, parts: list[str]) -> str:
    return f"*{label}:* {escape(' · '.join(parts))}"


def _fine_print(dashboard: Dashboard) -> Iterator[str]:
    yield escape(window_words(dashboard.window))
    unknown = sum(row.total for row in dashboard.domains if row.domain == UNKNOWN)
    if unknown:
        yield f"{counted(unknown, 'session')} without a domain"


def _buttons(dashboard: Dashboard) -> Json:
    shown = dashboard.window.days
    periods = [
        button(
            f"{days} Days",
            action,
            period_value(days, dashboard.domain),
            primary=days == shown,
            label=f"Show {days} days" + (", shown now" if days == shown else ""),
        )
        for days, action in PERIOD_ACTIONS.items()
    ]
    gaps = button("Knowledge Gaps", Action.GAPS_OPEN, str(shown))
    share = button("Share", Action.STATS_SHARE, period_value(shown, dashboard.domain))
    return actions([*periods, gaps, share])


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "dashboard": partial(dashboard_message, samples.DASHBOARD, samples.PICTURE, asked_by=samples.ADA.id),
    "dashboard, picture missing": partial(
        dashboard_message, samples.DASHBOARD, None, asked_by=samples.ADA.id
    ),
    "empty dashboard": partial(dashboard_message, samples.NO_SESSIONS, None, asked_by=samples.ADA.id),
    "answer": partial(dashboard_answer, samples.DASHBOARD, shared=False),
    "shared answer": partial(dashboard_answer, samples.DASHBOARD, shared=True),
    "empty answer": partial(dashboard_answer, samples.NO_SESSIONS, shared=False),
    "share": partial(share_modal, "30:"),
}
