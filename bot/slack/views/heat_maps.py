"""A flow's heat map: the takeaway, the picture, and the numbers of the steps that matter most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bot.domain.heat_maps import HeatMap, StepHeat, use_words
from bot.domain.words import counted
from bot.slack.ids import Action, VersionedId
from bot.slack.mrkdwn import bold, escape, plain
from bot.slack.views import samples
from bot.slack.views.blocks import Json, actions, button, context, modal, section, sections

TITLE_CHARACTERS = 120
STEP_CHARACTERS = 160
SHOWN_STEPS = 12
EXPLANATION = (
    "_Left_: answered in other words, skipped, or given up there. _Not helped_: the fix did not. "
    "Minutes are medians, of sessions without a pause."
)


def heat_modal(heat: HeatMap, picture: Json | None = None, *, leads_back: bool = False) -> Json:
    """`picture` is there as soon as it is drawn. It `leads_back` to the flow whose place it took."""
    title = bold(plain(heat.flow.title, TITLE_CHARACTERS) or f"Flow {heat.flow.id}")
    return modal(
        "Heat Map",
        [
            *_back(heat, leads_back=leads_back),
            section(f"*{escape(plain(heat.takeaway, 2 * STEP_CHARACTERS))}*\n{title} · {heat.basis}"),
            *([picture] if picture else []),
            *_numbers(heat),
        ],
    )


def heat_button(flow_id: int, version: int) -> Json:
    return button("Heat Map", Action.FLOW_HEAT_MAP, str(VersionedId(flow_id, version)))


def _back(heat: HeatMap, *, leads_back: bool) -> Iterator[Json]:
    if leads_back:
        seen = VersionedId(heat.flow.id, heat.flow.current.number)
        yield actions([button("Back to Flow", Action.FLOW_VIEW, str(seen))])


def _numbers(heat: HeatMap) -> Iterator[Json]:
    """The steps that somebody came to: those first that lose most."""
    came = [step for step in heat.steps if step.use.asked]
    if not came:
        return
    yield from sections("Steps", [_line(step) for step in came[:SHOWN_STEPS]])
    hidden, unseen = max(0, len(came) - SHOWN_STEPS), len(heat.steps) - len(came)
    rest = [f"{counted(hidden, 'more step')} with less to tell"] * bool(hidden)
    rest += [f"{counted(unseen, 'step')} that nobody came to yet"] * bool(unseen)
    if rest:
        yield context(f"… and {' and '.join(rest)}.")
    yield context(EXPLANATION)


def _line(step: StepHeat) -> str:
    text = bold(plain(f"{step.number}. {step.text}", STEP_CHARACTERS))
    return f"{text}\n{' · '.join(use_words(step.use))}"


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "heat map": partial(heat_modal, samples.HEAT_MAP, samples.PICTURE),
    "instead of the flow": partial(heat_modal, samples.HEAT_MAP, leads_back=True),
    "nobody followed it": partial(heat_modal, samples.COLD_MAP),
}
