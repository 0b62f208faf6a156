"""The weekly digest in the digest channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.domain.digests import Digest
from bot.domain.flows import FlowMention
from bot.domain.gaps import Gap
from bot.domain.reasons import REASON_WORDS, ReasonCode
from bot.domain.spending import TROUBLE_IN_WORDS, SpendingTotal
from bot.domain.words import counted, dollars, duration, listed
from bot.slack.ids import Action
from bot.slack.mrkdwn import bold
from bot.slack.views import samples, samples_gaps
from bot.slack.views.blocks import Json, actions, button, context, message, section
from bot.slack.views.gaps import gap_buttons, gap_line
from bot.slack.views.phrases import overdue
from bot.slack.views.stats import NO_PICTURE, change_sentences, headline_of

SHOWN_FLOWS = 5
SHOWN_GAPS = 3
GAPS = "Knowledge gaps"


def digest_message(digest: Digest, picture: Json | None) -> Json:
    """The digest as a message. `picture` is the block of its chart, None when it cannot be shown."""
    if digest.has_nothing_to_say:
        return message(_nothing(digest))
    parts = [
        section(f"*{_headline(digest)}* {_changes(digest)}"),
        *([] if digest.dashboard.is_empty else [picture or context(NO_PICTURE)]),
        *_gaps(digest),
        *(section(paragraph) for paragraph in _paragraphs(digest)),
        *([actions([button("Open Queue", Action.QUEUE_OPEN, "queue")])] if digest.queue.pending else []),
    ]
    return message(f"{_headline(digest)} {_changes(digest)}", parts)


def digest_preview(digest: Digest) -> Json:
    """What the digest would say today, for the person who asked."""
    if digest.has_nothing_to_say:
        return message(_nothing(digest))
    note = "This is what the digest would say today; the picture comes with the real one."
    parts = [section(f"*{_headline(digest)}* {_changes(digest)}")]
    parts += [section(f"*{GAPS}*\n{lines}")] if (lines := "\n".join(_gap_lines(digest))) else []
    parts += [section(paragraph) for paragraph in _paragraphs(digest)]
    return message(f"{_headline(digest)} {_changes(digest)}", [*parts, context(note)])


def _week(digest: Digest) -> str:
    return f"FlowPilot week {(digest.due_on - timedelta(days=1)).isocalendar().week}"


def _nothing(digest: Digest) -> str:
    return f"{_week(digest)}: no sessions, and nothing waits for a review."


def _headline(digest: Digest) -> str:
    if digest.dashboard.is_empty:
        return f"{_week(digest)}: no sessions."
    return f"{_week(digest)}: {', '.join(headline_of(digest.dashboard))}."


def _changes(digest: Digest) -> str:
    return "" if digest.dashboard.is_empty else change_sentences(digest.dashboard, "the week before")


def _paragraphs(digest: Digest) -> Iterator[str]:
    yield f"*Review queue*\n{_queue(digest)}"
    if digest.published:
        yield f"*Published*\n{_flows(digest.published)}"
    if digest.rejected:
        yield f"*Rejected*\n{_rejected(digest.rejected)}"
    if not digest.spending.is_nothing:
        yield f"*Analysis*\n{_analysis(digest.spending)}"


def _gaps(digest: Digest) -> Iterator[Json]:
    """Each of the most costly gaps with what to do about it."""
    for place, (gap, line) in enumerate(zip(digest.gaps, _gap_lines(digest), strict=False)):
        yield section(line if place else f"*{GAPS}*\n{line}")
        if buttons := gap_buttons(gap):
            yield actions(buttons)


def _gap_lines(digest: Digest) -> list[str]:
    return [
        f"{place}. {gap_line(gap)}{_cost_of(gap)}" for place, gap in enumerate(digest.gaps[:SHOWN_GAPS], 1)
    ]


def _cost_of(gap: Gap) -> str:
    return f", about {duration(gap.minutes_saved)} a month" if gap.minutes_saved >= 1 else ""


def _queue(digest: Digest) -> str:
    queue = digest.queue
    if not queue.pending:
        return "Nothing waits for a review."
    words = f"{queue.pending} waiting"
    if queue.oldest_at is not None:
        zone = ZoneInfo(digest.dashboard.window.zone)
        age = (digest.due_on - queue.oldest_at.astimezone(zone).date()).days
        words += f", {'the oldest ' if queue.pending > 1 else ''}{_age(age)}"
    return ". ".join([words, *overdue(queue, digest.remind_after_days)])


def _age(days: int) -> str:
    return f"for {counted(days, 'day')}" if days > 0 else "since today"


def _flows(published: tuple[FlowMention, ...]) -> str:
    lines = [f"• {bold(flow.title)} version {flow.version}" for flow in published[:SHOWN_FLOWS]]
    more = len(published) - SHOWN_FLOWS
    return "\n".join([*lines, *([f"… {more} more"] if more > 0 else [])])


def _rejected(rejected: Mapping[ReasonCode, int]) -> str:
    """For example "3 rejected: 2 outdated, 1 unsafe"."""
    reasons = ", ".join(f"{count} {REASON_WORDS[code]}" for code, count in rejected.items())
    return f"{sum(rejected.values())} rejected: {reasons}"


def _analysis(spending: SpendingTotal) -> str:
    asked = counted(spending.sessions, "session")
    sentences = [f"Claude was asked about {asked}, {_cost(spending)}."] if spending.requests else []
    if spending.by_rules:
        reasons = listed([TROUBLE_IN_WORDS[trouble] for trouble in spending.troubles])
        sentences.append(f"Rules analysed {counted(spending.by_rules, 'session')} instead: {reasons}.")
    return " ".join(sentences)


def _cost(spending: SpendingTotal) -> str:
    if spending.known_cost_micros is None:
        return "at a price that FlowPilot does not know"
    more = ", and more at a price that FlowPilot does not know" if spending.unpriced_requests else ""
    return f"for {dollars(spending.known_cost_micros)}{more}"


_WITH_GAPS = replace(samples.DIGEST, gaps=samples_gaps.GAPS.alerts)

EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "digest": partial(digest_message, _WITH_GAPS, samples.PICTURE),
    "digest, picture missing": partial(digest_message, samples.DIGEST, None),
    "nothing to say": partial(digest_message, samples.NOTHING, None),
    "preview": partial(digest_preview, _WITH_GAPS),
}
