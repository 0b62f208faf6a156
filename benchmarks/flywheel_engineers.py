"""Engineers who know what is wrong in the session before them, and answer whatever is asked accordingly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from bot.domain.session_acts import Act, Answer, LogStep, NoHelp, Resolve, SayElse
from bot.domain.sessions import StepKind
from bot.domain.trees import FlowTree, Node, NodeKind
from bot.domain.troubleshooting import NOT_WORKED, WORKED, Troubleshooting
from bot.sandbox.samples.chart import Answer as Given
from bot.sandbox.samples.chart import Ask, Chart, Ending
from bot.sandbox.samples.walk import told

TYPED_LABEL = 0.5
"""How often a logged finding is as short as an option; else it is in own words."""
NOT_HERE = "That has nothing to do with it"
DETOUR = 0.35
"""How often engineers who find their own way check something first that has nothing to do with the problem."""

_PLACEHOLDER = re.compile(r"<[^>]*>|\{\w+\}")
_NO_LETTER = re.compile(r"\W+")
_PERSONAL = re.compile(r"\d+\.\d+\.\d+\.\d+|\S+@\S+|\+\d[\d ]+")

NOTICED = 0.7
"""How often they say so when they resolve the session."""


def _detour(number: int, asked: str, found: str) -> Ask:
    answers = tuple(Given(label, "", 1.0, (label.lower(),)) for label in found.split(" | "))
    return Ask(f"detour {number}", "question", tuple(asked.split(" | ")), None, 0.0, (), answers)


DETOURS = {
    ask.id: ask
    for ask in (
        _detour(1, "Is Windows up to date? | Are all updates installed?", "Yes | Some were missing"),
        _detour(2, "When was the last restart? | How long has the PC been on?", "Today | Days ago"),
        _detour(
            3,
            "Is the antivirus quiet? | Does the virus scanner report anything?",
            "Nothing there | An old warning",
        ),
        _detour(4, "Is there enough space on the disk? | How full is drive C?", "Plenty | Nearly full"),
        _detour(5, "Has anything been installed lately? | Any new software?", "Nothing | A new browser"),
        _detour(6, "Does the user work from home? | Is the user in the office?", "At home | In the office"),
    )
}
"""What people check out of habit. What is found says nothing about the problem."""


@dataclass
class Case:
    """A problem as it came in. `truth` is the true answer to everything that its chart asks."""

    chart: Chart
    problem: str
    truth: dict[str, str]
    known: frozenset[str]
    answered: set[str]
    was_led_astray: bool = False

    @property
    def ending(self) -> Ending:
        at = self.chart.start
        while at in self.chart.asks:
            at = self.chart.asks[at].answer(self.truth[at]).to
        return self.chart.endings[at]

    @property
    def needed(self) -> list[str]:
        """What has to be asked to come to the fix, in order, without what the problem's words answer."""
        way, at = [], self.chart.start
        while at in self.chart.asks:
            way += [] if at in self.known else [at]
            at = self.chart.asks[at].answer(self.truth[at]).to
        return way


def a_case(charts: list[Chart], rng: Random) -> Case:
    """A problem that ends in a fix; frequent ones come often."""
    while True:
        chart = rng.choices(charts, weights=[chart.sessions for chart in charts])[0]
        opening = rng.choice(chart.openings)
        truth = {
            ask.id: opening.answered.get(ask.id)
            or rng.choices(ask.answers, weights=[answer.often for answer in ask.answers])[0].label
            for ask in (*chart.asks.values(), *DETOURS.values())
        }
        known = frozenset(opening.answered)
        case = Case(chart, told((opening.problem,), rng), truth, known, set(known))
        if not case.ending.escalates:
            return case


def next_act(case: Case, live: Troubleshooting, tree: FlowTree | None, by: str, rng: Random) -> Act:
    """What the engineer does now."""
    node = tree.nodes.get(live.node) if tree and live.node else None
    if node is None:
        return _on_their_own(case, live, by, rng)
    if node.kind is NodeKind.RESOLUTION:
        if is_fix(case, node.text):
            return Resolve(by=by, resolution=node.text, flow_was_right=True, beside=_noticed(live, rng))
        return NoHelp(by=by, turn=live.turn)
    return _asked(case, live, node, by, rng)


def steps_alone(case: Case, rng: Random) -> int:
    """How many steps the engineer would take without any flow."""
    steps, habits = len(case.needed), len(DETOURS)
    for _ in case.needed:
        while habits and rng.random() < DETOUR:
            steps, habits = steps + 1, habits - 1
    return steps


def is_fix(case: Case, text: str) -> bool:
    return _bare(text) in {_bare(words) for words in case.ending.wordings}


def is_about(case: Case, title: str) -> bool:
    """Whether the title is one of the ways to tell this problem."""
    return any(_same(title, opening.problem) for opening in case.chart.openings)


def _asked(case: Case, live: Troubleshooting, node: Node, by: str, rng: Random) -> Act:
    known = (*case.chart.asks.values(), *DETOURS.values())
    asks = [ask for ask in known if _bare(node.text) in set(map(_bare, ask.wordings))]
    if not asks and (trial := node.option_labelled(WORKED if is_fix(case, node.text) else NOT_WORKED)):
        return Answer(by=by, turn=live.turn, option=node.options.index(trial))
    if not asks:
        case.was_led_astray = True
        return SayElse(by=by, turn=live.turn, text=NOT_HERE)
    ask = next((each for each in asks if each.id not in case.answered), asks[0])
    case.answered.add(ask.id)
    for number, option in enumerate(node.options):
        if _means(ask, option.label, case.truth[ask.id]):
            return Answer(by=by, turn=live.turn, option=number)
    return SayElse(by=by, turn=live.turn, text=_finding(case, ask, rng))


def _on_their_own(case: Case, live: Troubleshooting, by: str, rng: Random) -> Act:
    missing = [ask for ask in case.needed if ask not in case.answered]
    if not missing:
        right = False if case.was_led_astray else None
        return Resolve(
            by=by,
            resolution=told(case.ending.wordings, rng),
            flow_was_right=right,
            beside=_noticed(live, rng),
        )
    habits = [ask for ask in DETOURS.values() if ask.id not in case.answered]
    strays = bool(habits) and rng.random() < DETOUR
    ask = rng.choice(habits) if strays else case.chart.asks[missing[0]]
    case.answered.add(ask.id)
    return LogStep(
        by=by,
        turn=live.turn,
        kind=StepKind(ask.kind),
        checked=told(ask.wordings, rng),
        found=_finding(case, ask, rng),
    )


def _noticed(live: Troubleshooting, rng: Random) -> frozenset[int]:
    """The turns of those steps that the engineer says did not matter."""
    habits = {_bare(words) for ask in DETOURS.values() for words in ask.wordings}
    strays = [step for step in live.session.steps if _bare(step.prompt) in habits]
    return frozenset(step.turn for step in strays if step.turn and rng.random() < NOTICED)


def _finding(case: Case, ask: Ask, rng: Random) -> str:
    label = case.truth[ask.id]
    return label if rng.random() < TYPED_LABEL else told(ask.answer(label).says, rng)


def _means(ask: Ask, label: str, true: str) -> bool:
    """Whether the option says what is true."""
    answer = ask.answer(true)
    return any(_same(label, words) for words in (answer.label, *answer.says))


def _same(shown: str, words: str) -> bool:
    if shown.endswith("…"):
        return _bare(words).startswith(_bare(shown))
    return _bare(shown) == _bare(words)


def _bare(text: str) -> str:
    """The letters alone: what is personal was taken out or not, and capitals and stops come and go."""
    return _NO_LETTER.sub("", _PLACEHOLDER.sub("", _PERSONAL.sub("", text)).casefold())
