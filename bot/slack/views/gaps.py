"""Knowledge gaps: the ranked list, what is behind one, and why one is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bot.domain.gaps import (
    MAX_MUTE_REASON,
    MUTE_WORDS,
    Gap,
    GapAction,
    GapDetails,
    GapOutcome,
    GapReport,
    StoredGap,
)
from bot.domain.words import counted, duration, window_words
from bot.slack.ids import Action, Callback, Field, VersionedId
from bot.slack.mrkdwn import bold, day, escape, plain
from bot.slack.views import samples_gaps as samples
from bot.slack.views.blocks import (
    Json,
    actions,
    button,
    choice_input,
    context,
    message,
    modal,
    section,
    sections,
    text_input,
)
from bot.slack.views.phrases import session_name

SHOWN_ALERTS = 10
SHOWN_WATCHED = 5
NAMED = 3
PROBLEM_CHARACTERS = 160
EXAMPLE_CHARACTERS = 120
DRAFTING = "The analyst works on these sessions now. FlowPilot tells you when the card is there."


def gaps_message(report: GapReport) -> Json:
    """The list for the person who asked, the most costly first."""
    if not report.gaps:
        return message(_nothing(report), [section(escape(_nothing(report))), *_closing(report)])
    parts = [section(f"*{escape(_headline(report))}*")]
    for place, gap in enumerate(report.alerts[:SHOWN_ALERTS], 1):
        parts += gap_blocks(gap, place)
    more = len(report.alerts) - SHOWN_ALERTS
    parts += [context(f"… and {more} more")] if more > 0 else []
    parts += list(_watched(report))
    return message(_heard(report), [*parts, *_closing(report)])


def gap_blocks(gap: Gap, place: int) -> list[Json]:
    """A gap with its numbers and what to do about it."""
    lines = [f"{place}. {gap_line(gap)}", escape(gap.numbers)]
    lines += [f"• “{escape(plain(example, EXAMPLE_CHARACTERS))}”" for example in gap.examples]
    buttons = gap_buttons(gap)
    return [section("\n".join(lines)), *([actions(buttons)] if buttons else [])]


def gap_line(gap: Gap) -> str:
    """The gap in one line of mrkdwn."""
    return f"{bold(gap.name)}: {escape(gap.sentence)}"


def gap_buttons(gap: Gap) -> list[Json]:
    """What to do about it; nothing but the flow while it is not written down."""
    buttons = []
    if gap.flow is not None:
        words = "Open Step" if gap.action is GapAction.OPEN_STEP else "Open Flow"
        seen = VersionedId(gap.flow.flow_id, gap.flow.version)
        buttons.append(button(words, Action.FLOW_VIEW, str(seen), label=f"{words}: {gap.name}"))
    if gap.id is not None:
        buttons += _deeds(gap.id, gap.name, is_draftable=gap.action is GapAction.DRAFT_FLOW)
    return buttons


def stored_gap_line(gap: StoredGap) -> str:
    """A gap as it was last written down, in one line of mrkdwn."""
    rate = gap.figures.rate
    cost = f", about {duration(gap.minutes_saved)} a month" if gap.minutes_saved >= 1 else ""
    return f"{bold(gap.name)}: {rate.hits} of {counted(rate.n, 'session')}{cost}"


def stored_gap_buttons(gap: StoredGap) -> list[Json]:
    return list(_deeds(gap.id, gap.name, is_draftable=gap.flow_id is None))


def _deeds(gap_id: int, name: str, *, is_draftable: bool) -> Iterator[Json]:
    words = {Action.GAP_DRAFT: "Draft a Flow"} if is_draftable else {}
    for action, shown in {**words, Action.GAP_VIEW: "Details", Action.GAP_MUTE: "Not a Gap"}.items():
        yield button(shown, action, str(gap_id), primary=action is Action.GAP_DRAFT, label=f"{shown}: {name}")


def gap_modal(details: GapDetails, links: Mapping[int, str]) -> Json:
    """The sessions in which the gap shows; `links` leads to their threads by their ids."""
    gap, sessions = details.gap, details.sessions
    lines = []
    for session in sessions:
        problem = escape(plain(session.problem, PROBLEM_CHARACTERS))
        facts = f"{day(session.created_at)}, {session_name(session, links.get(session.id))}, {session.status}"
        lines.append(f"• “{problem}”, {facts}")
    more = gap.figures.rate.hits - len(sessions)
    note = [context(f"… and {more} more")] if more > 0 else []
    opened = f"{bold(gap.subject)}\nSeen since {day(gap.opened_at)}"
    return modal("Knowledge gap", [section(opened), *sections("Sessions", lines), *note])


def mute_modal(gap: StoredGap) -> Json:
    """Asks why it is no gap."""
    words = {code.value: shown for code, shown in MUTE_WORDS.items()}
    return modal(
        "Not a gap",
        [
            section(f"Reports leave out {bold(gap.subject)} until clearly more goes wrong there."),
            choice_input(Field.REASON_CODE, "Why is it none?", words),
            text_input(
                Field.REASON,
                "In your own words",
                multiline=True,
                limit=MAX_MUTE_REASON,
                hint="Needed for another reason.",
                optional=True,
            ),
        ],
        submit="Leave Out",
        callback=Callback.GAP_MUTE.value,
        metadata=str(gap.id),
    )


def muted_message(gap: StoredGap) -> Json:
    return message(f"{bold(gap.subject)} is left out of reports until clearly more goes wrong there.")


def drafting_message() -> Json:
    return message(DRAFTING)


def _headline(report: GapReport) -> str:
    days = f"the last {report.window.days} days"
    if not report.alerts:
        return f"No knowledge gap is certain in {days}."
    order = ", the most costly first" if len(report.alerts) > 1 else ""
    return f"{counted(len(report.alerts), 'knowledge gap')} in {days}{order}."


def _heard(report: GapReport) -> str:
    """The headline and what it counts, for those who hear the message."""
    named = "; ".join(gap_line(gap) for gap in report.alerts[:NAMED])
    return f"{_headline(report)} {named}." if named else _headline(report)


def _nothing(report: GapReport) -> str:
    days = report.window.days
    if not report.sessions:
        return f"No sessions ended in the last {days} days, so there is nothing to compare."
    ended = counted(report.sessions, "session")
    return f"No knowledge gap in the last {days} days: in {ended}, no place stands out from the others."


def _watched(report: GapReport) -> Iterator[Json]:
    if report.watched:
        lines = [f"• {gap_line(gap)}" for gap in report.watched[:SHOWN_WATCHED]]
        more = len(report.watched) - SHOWN_WATCHED
        yield section("\n".join(["*Not certain yet*", *lines, *([f"… and {more} more"] if more > 0 else [])]))


def _closing(report: GapReport) -> Iterator[Json]:
    if report.outcomes:
        yield section(
            "\n".join(["*Flows for earlier gaps*", *(outcome_line(each) for each in report.outcomes)])
        )
    parts = [window_words(report.window)]
    parts += [f"{counted(report.muted, 'place')} left out, for they are no gaps"] if report.muted else []
    yield context(escape(" · ".join(parts)))


def outcome_line(outcome: GapOutcome) -> str:
    """What a flow did for a gap, in one line of mrkdwn."""
    return f"• {bold(outcome.published.subject)}: {escape(outcome.sentence)}"


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "gaps": partial(gaps_message, samples.GAPS),
    "gaps not written down": partial(gaps_message, samples.UNWRITTEN),
    "nothing certain": partial(gaps_message, samples.ONLY_WATCHED),
    "no gap": partial(gaps_message, samples.NO_GAPS),
    "no sessions": partial(gaps_message, samples.NO_SESSIONS),
    "details": partial(gap_modal, samples.GAP_DETAILS, {}),
    "mute": partial(mute_modal, samples.STORED),
    "muted": partial(muted_message, samples.STORED),
    "drafting": drafting_message,
}
