"""What stands in the thread of a digest: the longer lists behind its sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from bot.domain.dashboard import Dashboard, DomainRow
from bot.domain.digests import Digest
from bot.domain.gaps import Gap
from bot.domain.reasons import REASON_WORDS
from bot.domain.statistics import Change, Rate
from bot.domain.words import counted, domain_name, duration, listed, share_of
from bot.domain.workspaces import DigestSection
from bot.slack.mrkdwn import bold, escape
from bot.slack.views import samples, samples_digests
from bot.slack.views.blocks import Json, message, section, sections
from bot.slack.views.digests import doubt_line, effect_line, gap_period, week_of
from bot.slack.views.gaps import gap_line

SHOWN_LINES = 25
"""Of one list."""


def digest_details(digest: Digest) -> Json:
    """The numbers with those of the week before, each domain, all gaps and flows, and why proposals were rejected."""
    title = f"{week_of(digest)} in detail"
    lists = [(label, lines) for label, lines in _lists(digest) if lines]
    shown = [block for label, lines in lists for block in sections(label, _at_most(lines))]
    heard = f"{title}: {listed([label.lower() for label, _ in lists])}."
    return message(heard, [section(f"*{title}*"), *shown])


def _lists(digest: Digest) -> Iterator[tuple[str, Sequence[str]]]:
    if not digest.dashboard.is_empty:
        yield "Numbers against the week before", list(_numbers(digest.dashboard))
        yield "Sessions by domain", list(_domains(digest.dashboard))
    if digest.shows(DigestSection.GAPS):
        yield (
            f"Knowledge gaps {gap_period(digest)}",
            [_gap(gap, place) for place, gap in enumerate(digest.gaps, 1)],
        )
        yield f"Gaps {gap_period(digest)} that are not certain yet", [_gap(gap) for gap in digest.watched]
    if digest.shows(DigestSection.FLOWS):
        yield (
            "Published",
            [f"• {bold(flow.title)} version {flow.version}" for flow in digest.published],
        )
        yield "Doubted flows", [doubt_line(doubted) for doubted in digest.doubted]
        yield "What flows of the last 90 days did", [effect_line(effect) for effect in digest.effects]
    if digest.shows(DigestSection.REJECTIONS):
        yield "Why proposals were rejected", _rejections(digest)


def _at_most(lines: Sequence[str]) -> list[str]:
    more = len(lines) - SHOWN_LINES
    return [*lines[:SHOWN_LINES], *([f"… and {more} more"] if more > 0 else [])]


class _Figure(NamedTuple):
    """A line of the comparison; `now` and `before` are in words, None of nothing."""

    name: str
    now: str | None
    before: str | None
    change: str


def _numbers(dashboard: Dashboard) -> Iterator[str]:
    changes = dashboard.changes
    for figure in _figures(dashboard):
        if figure.now is None:
            continue
        if figure.before is None:
            yield f"• {figure.name}: {figure.now}"
            continue
        change = changes[figure.change]
        moved = "no clear change" if change is Change.UNCLEAR else f"clearly {change.value}"
        yield f"• {figure.name}: {figure.now}, before {figure.before} ({moved})"


def _figures(dashboard: Dashboard) -> Iterator[_Figure]:
    now, before = dashboard.totals, dashboard.previous
    yield _Figure("Sessions", f"{now.sessions:,}", f"{before.sessions:,}", "sessions")
    yield _Figure("Resolved", _share(now.resolution), _share(before.resolution), "resolution_rate")
    yield _Figure(
        "Resolved of those that ended",
        _share(now.closed_resolution),
        _share(before.closed_resolution),
        "closed_resolution_rate",
    )
    yield _Figure(
        "Escalated of those that ended", _share(now.escalation), _share(before.escalation), "escalation_rate"
    )
    wall, active = dashboard.wall, dashboard.active
    yield _Figure("Median time to resolve", _time(wall.median), _time(dashboard.previous_wall.median), "mttr")
    yield _Figure(
        "The same without pauses",
        _time(active.median),
        _time(dashboard.previous_active.median),
        "mttr_active",
    )
    yield _Figure(
        "Steps to resolve, on average",
        _mean(now.steps.value),
        _mean(before.steps.value),
        "steps_to_resolution",
    )
    yield _Figure("Rating, on average", _mean(now.ratings.value), _mean(before.ratings.value), "rating")


def _share(rate: Rate) -> str | None:
    return share_of(rate) if rate.n else None


def _time(minutes: float | None) -> str | None:
    return None if minutes is None else duration(minutes)


def _mean(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _domains(dashboard: Dashboard) -> Iterator[str]:
    guided = {row.domain: row.guided_rate for row in dashboard.coverage}
    for row in dashboard.domains:
        if row.total:
            yield _domain(row, guided.get(row.domain, Rate(0, 0)))


def _domain(row: DomainRow, guided: Rate) -> str:
    facts = [counted(row.total, "session"), f"{share_of(row.resolution)} resolved"]
    facts += [f"{row.escalated:,} escalated"] if row.escalated else []
    facts += [f"{share_of(guided)} guided by a flow"] if guided.n else []
    return f"• {escape(domain_name(row.domain))}: {', '.join(facts)}"


def _gap(gap: Gap, place: int | None = None) -> str:
    return f"{f'{place}.' if place else '•'} {gap_line(gap)}\n{escape(gap.numbers)}"


def _rejections(digest: Digest) -> list[str]:
    return [
        f"• {count:,} {REASON_WORDS[code]}"
        for code, count in sorted(digest.rejected.items(), key=lambda each: -each[1])
    ]


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "details": partial(digest_details, samples_digests.FULL),
    "details, much left out": partial(digest_details, samples_digests.SHORT),
    "details of a quiet week": partial(digest_details, samples.DIGEST),
}
