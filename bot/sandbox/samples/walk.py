"""One way through a chart, told in an engineer's and a user's words."""

from dataclasses import dataclass
from random import Random

from bot.sandbox.samples.chart import Answer, Ask, Chart, Ending

_MIDWAY = 0.5  # weight of a problem text that answers questions, beside one that does not
_WITH_DETAIL = 0.35
_CASUAL = 0.25
_SKIPPED = 0.03
_OWN_WORDS = 0.04
_CHOICE_EXPLAINED = 0.8

_DETAILS = (
    "Started this morning.",
    "Customer calls for the second time.",
    "User {email}, in the office today.",
    "Call back on {phone} please.",
    "Since yesterday afternoon.",
    "Works from home.",
    "Two people in the same room have it.",
    "Urgent, month-end closing.",
    "Nothing was changed, they say.",
)
# Names under example.com, numbers set aside for fiction and networks set aside for documentation: nobody's.
_PERSONAL = {
    "{email}": (
        "j.doe@example.com",
        "front.desk@example.com",
        "p.sample@example.com",
        "trainee2@example.com",
    ),
    "{ip}": ("192.0.2.14", "192.0.2.87", "198.51.100.23", "198.51.100.9", "203.0.113.54"),
    "{phone}": ("+1 202 555 0142", "+1 202 555 0117", "+44 20 7946 0321"),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One step as it went: neither choice nor answer_text means that it was skipped."""

    ask: Ask
    prompt: str
    choice: str | None = None
    answer_text: str | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """A problem and everything that was asked until the ending."""

    problem: str
    turns: tuple[Turn, ...]
    ending: Ending


def walk(chart: Chart, rng: Random) -> Walk:
    """Return a session's way through the chart, without the questions that its problem text answers."""
    weights = [_MIDWAY if opening.answered else 1 for opening in chart.openings]
    opening = rng.choices(chart.openings, weights=weights)[0]
    turns = []
    at = chart.start
    while at in chart.asks:
        ask = chart.asks[at]
        known = opening.answered.get(at)
        answer = ask.answer(known) if known else _answer(ask, rng)
        if not known:
            turns.append(_turn(ask, answer, rng))
        at = answer.to
    return Walk(_problem(opening.problem, rng), tuple(turns), chart.endings[at])


def told(wordings: tuple[str, ...], rng: Random) -> str:
    """Return one of the wordings with pretend personal data filled in."""
    text = rng.choice(wordings)
    for placeholder, values in _PERSONAL.items():
        text = text.replace(placeholder, rng.choice(values))
    return text


def _answer(ask: Ask, rng: Random) -> Answer:
    return rng.choices(ask.answers, weights=[answer.often for answer in ask.answers])[0]


def _turn(ask: Ask, answer: Answer, rng: Random) -> Turn:
    prompt = _typed(told(ask.wordings, rng), rng)
    if rng.random() < ask.leaves:
        return Turn(ask, prompt, answer_text=told(ask.asides, rng))
    roll = rng.random()
    if roll < _SKIPPED:
        return Turn(ask, prompt)
    says = told(answer.says, rng)
    if roll < _SKIPPED + _OWN_WORDS:
        return Turn(ask, prompt, answer_text=says)
    return Turn(ask, prompt, answer.label, says if rng.random() < _CHOICE_EXPLAINED else None)


def _problem(text: str, rng: Random) -> str:
    if rng.random() >= _WITH_DETAIL:
        return _typed(text, rng)
    stop = "" if text.endswith(("?", "!", ".")) else "."
    return f"{_typed(text, rng)}{stop} {told(_DETAILS, rng)}"


def _typed(text: str, rng: Random) -> str:
    """Return the text as somebody in a hurry types it, now and then: no capital, no full stop."""
    if rng.random() >= _CASUAL:
        return text
    acronym = text[:2].isupper()
    return (text if acronym else text[0].lower() + text[1:]).rstrip(".?")
