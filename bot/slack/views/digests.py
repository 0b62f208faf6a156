"""The weekly digest in the digest channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.domain.dashboard import DomainRow
from bot.domain.digests import Digest, DoubtedFlow
from bot.domain.flow_effects import FlowEffect
from bot.domain.flows import FlowMention
from bot.domain.gaps import Gap
from bot.domain.reasons import REASON_WORDS, ReasonCode
from bot.domain.spending import TROUBLE_IN_WORDS, SpendingTotal
from bot.domain.statistics import Change
from bot.domain.words import counted, dollars, domain_name, duration, listed, share_of, window_words
from bot.domain.workspaces import DigestSection
from bot.slack.ids import Action, VersionedId
from bot.slack.mrkdwn import bold, escape, plain
from bot.slack.views import samples, samples_digests
from bot.slack.views.blocks import Json, actions, button, context, message, section
from bot.slack.views.gaps import gap_buttons, gap_line
from bot.slack.views.phrases import capitalised, doubt_words, overdue
from bot.slack.views.stats import NO_PICTURE, SHOWN_DOMAINS, change_sentences, headline_of

SHOWN_FLOWS = 3
SHOWN_EFFECTS = 3
SHOWN_GAPS = 3
SHOWN_DOUBTED = 3
TITLE_CHARACTERS = 120


def digest_message(digest: Digest, picture: Json | None) -> Json:
    """The digest as a message. `picture` is the block of its chart, None when it cannot be shown."""
    if digest.has_nothing_to_say:
        return message(_nothing(digest))
    opens_queue = digest.queue.pending and digest.shows(DigestSection.QUEUE)
    parts = [
        section(f"*{_headline(digest)}* {_changes(digest)}"),
        *(_numbers(digest, picture) if digest.has_chart else []),
        *(_gaps(digest) if digest.shows(DigestSection.GAPS) else []),
        *(_doubted(digest.doubted) if digest.shows(DigestSection.FLOWS) else []),
        *(section(paragraph) for paragraph in _paragraphs(digest)),
        context(escape(window_words(digest.dashboard.window))),
        *([actions([button("Open Queue", Action.QUEUE_OPEN, "queue")])] if opens_queue else []),
    ]
    return message(_heard(digest), parts)


def preview_answer() -> Json:
    return message("The digest as it would be today is on its way to your messages with FlowPilot.")


def _heard(digest: Digest) -> str:
    """What those hear who do not see the message: its headline, and how much stands below."""
    parts = [f"{_headline(digest)} {_changes(digest)}"]
    if digest.shows(DigestSection.GAPS):
        gaps = counted(len(digest.gaps), "knowledge gap") if digest.gaps else "no knowledge gap"
        parts.append(f"{capitalised(gaps)} {gap_period(digest)}.")
    if digest.doubted and digest.shows(DigestSection.FLOWS):
        parts.append(f"{capitalised(counted(len(digest.doubted), 'doubted flow'))}.")
    if digest.shows(DigestSection.QUEUE):
        parts.append(f"Review queue: {_queue(digest).removesuffix('.')}.")
    return " ".join(parts)


def week_of(digest: Digest) -> str:
    return f"FlowPilot week {(digest.due_on - timedelta(days=1)).isocalendar().week}"


def gap_period(digest: Digest) -> str:
    """Gaps are looked for over a longer time than the digest's week."""
    return f"in the last {digest.gap_days} days"


def _nothing(digest: Digest) -> str:
    return f"{week_of(digest)}: no sessions, and nothing waits for a review."


def _headline(digest: Digest) -> str:
    if digest.dashboard.is_empty:
        return f"{week_of(digest)}: no sessions."
    return f"{week_of(digest)}: {', '.join(headline_of(digest.dashboard))}."


def _changes(digest: Digest) -> str:
    return "" if digest.dashboard.is_empty else change_sentences(digest.dashboard, "the week before")


def _paragraphs(digest: Digest) -> Iterator[str]:
    if digest.shows(DigestSection.QUEUE):
        yield f"*Review queue*\n{_queue(digest)}"
    if digest.shows(DigestSection.FLOWS):
        yield from _flows(digest)
    if digest.rejected and digest.shows(DigestSection.REJECTIONS):
        yield f"*Rejected*\n{_rejected(digest.rejected)}"
    if not digest.spending.is_nothing and digest.shows(DigestSection.COSTS):
        yield f"*Analysis*\n{_analysis(digest.spending)}"


def _flows(digest: Digest) -> Iterator[str]:
    """What was published, and what flows did. Only a clear change is called one; the others are counted."""
    if digest.published:
        yield f"*Published*\n{_published(digest.published)}"
    unclear = [effect for effect in digest.effects_that(Change.UNCLEAR) if effect.guided]
    closing = [_without_change(unclear)] if unclear else []
    paid_off, worse = digest.effects_that(Change.DOWN), digest.effects_that(Change.UP)
    if paid_off:
        yield "\n".join(["*Paid off*", *_effects(paid_off), *([] if worse else closing)])
    if worse:
        yield "\n".join(["*Got worse*", *_effects(worse), *closing])
    if closing and not (paid_off or worse):
        yield f"*What flows did*\n{closing[0]}"


def _effects(effects: Sequence[FlowEffect]) -> Iterator[str]:
    yield from map(effect_line, effects[:SHOWN_EFFECTS])
    more = len(effects) - SHOWN_EFFECTS
    if more > 0:
        yield f"… {more} more"


def effect_line(effect: FlowEffect) -> str:
    """What a flow did, in one line of mrkdwn."""
    return f"• {bold(effect.flow.title)} {escape(effect.sentence)}"


def _without_change(effects: Sequence[FlowEffect]) -> str:
    named = bold(effects[0].flow.title) if len(effects) == 1 else f"{len(effects)} flows"
    guided = counted(sum(effect.guided for effect in effects), "session")
    return f"{named} guided {guided} without a clear change yet."


def _numbers(digest: Digest, picture: Json | None) -> Iterator[Json]:
    """The picture, and its numbers in words."""
    yield picture or context(NO_PICTURE)
    if domains := _domains(digest):
        yield section(f"*Sessions by domain*\n{domains}")


def _domains(digest: Digest) -> str:
    """The numbers of the picture, for those who cannot see it."""
    rows = sorted(digest.dashboard.domains, key=lambda row: (-row.total, row.domain))
    rows = [row for row in rows if row.total]
    more = len(rows) - SHOWN_DOMAINS
    shown = [_domain(row) for row in rows[:SHOWN_DOMAINS]]
    return " · ".join([*shown, *([f"{more} more"] if more > 0 else [])])


def _domain(row: DomainRow) -> str:
    """For example "Networking 120, 75 % resolved, 21 escalated"."""
    escalated = f", {row.escalated} escalated" if row.escalated else ""
    return escape(f"{domain_name(row.domain)} {row.total:,}, {share_of(row.resolution)} resolved{escalated}")


def _gaps(digest: Digest) -> Iterator[Json]:
    """Each of the most costly gaps with what to do about it."""
    for place, (gap, line) in enumerate(zip(digest.gaps, _gap_lines(digest), strict=False)):
        yield section(line if place else f"*Knowledge gaps {gap_period(digest)}*\n{line}")
        if buttons := gap_buttons(gap):
            yield actions(buttons)


def _gap_lines(digest: Digest) -> list[str]:
    return [
        f"{place}. {gap_line(gap)}{_cost_of(gap)}" for place, gap in enumerate(digest.gaps[:SHOWN_GAPS], 1)
    ]


def _cost_of(gap: Gap) -> str:
    return f", about {duration(gap.minutes_saved)} a month" if gap.minutes_saved >= 1 else ""


def _doubted(doubted: Sequence[DoubtedFlow]) -> Iterator[Json]:
    """Each doubted flow with the way to its page."""
    for place, each in enumerate(doubted[:SHOWN_DOUBTED]):
        seen = VersionedId(each.flow.flow_id, each.flow.version)
        view = button("View Flow", Action.FLOW_VIEW, str(seen), label=f"View: {each.flow.title}")
        yield section(doubt_line(each) if place else f"*Doubted flows*\n{doubt_line(each)}", view)
    more = len(doubted) - SHOWN_DOUBTED
    if more > 0:
        yield context(f"… and {counted(more, 'more doubted flow')}")


def doubt_line(doubted: DoubtedFlow) -> str:
    """Why a flow is doubted, in one line of mrkdwn."""
    return f"• {bold(plain(doubted.flow.title, TITLE_CHARACTERS))}: {doubt_words(doubted.trust)}"


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


def _published(published: Sequence[FlowMention]) -> str:
    """For example "*VPN drops* version 2 and *Printer offline* version 1"."""
    named = [f"{bold(flow.title)} version {flow.version}" for flow in published[:SHOWN_FLOWS]]
    more = len(published) - SHOWN_FLOWS
    return listed([*named, *([f"{more} more"] if more > 0 else [])])


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


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "digest": partial(digest_message, samples_digests.FULL, samples.PICTURE),
    "digest, picture missing": partial(digest_message, samples.DIGEST, None),
    "digest, nothing paid off": partial(digest_message, samples_digests.UNCLEAR, samples.PICTURE),
    "digest, much left out": partial(digest_message, samples_digests.SHORT, None),
    "nothing to say": partial(digest_message, samples.NOTHING, None),
    "preview asked": preview_answer,
}
