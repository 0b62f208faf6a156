"""Sample sessions: ninety days of an IT-support team, for trying the product without a team."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from bot.sandbox.samples.chart import Chart, Ending, charts
from bot.sandbox.samples.rhythm import active_minutes, pause_minutes, progress, spaced, working_moment
from bot.sandbox.samples.walk import Turn, Walk, told, walk

ENGINEERS = (
    "U0ENGIN01",
    "U0ENGIN02",
    "U0ENGIN03",
    "U0ADMIN01",
    "U0ENGIN04",
    "U0ENGIN05",
    "U0ENGIN06",
    "U0ENGIN07",
)

_OPEN_EVERY = 50  # one session in so many is still open
_OPEN_STATUSES = ("active", "paused", "active")
_ABANDONED = 0.06
_ESCALATED_MIDWAY = {"printing": 0.32, "networking": 0.12}
_ESCALATED_MIDWAY_ELSEWHERE = 0.07
_FAMILIAR = 8  # sessions of one problem from which published guidance is common
_WITHOUT_TIER = 0.04
_WITH_TICKET = 0.6
_RATED = 0.6
_RATINGS = {1: 2, 2: 3, 3: 8, 4: 16, 5: 14}
_FIRST_TICKET = 41_000
_TICKETS_BETWEEN = 9
_SHORTEST = 2.0  # minutes
# How guidance tells: time taken, and how often a session ends without a fix, beside no influence (1).
_PACE = {"guided": 0.8, "exploring": 1.0, "discovery": 1.15, None: 1.0}
_FAILS = {"guided": 0.6, "exploring": 1.0, "discovery": 1.3, None: 1.0}


@dataclass(frozen=True, slots=True)
class _Session:
    chart: Chart
    problem: str
    turns: tuple[Turn, ...]
    status: str
    tier: str | None
    created_at: datetime
    turn_times: list[datetime]
    ended_at: datetime | None
    paused_minutes: int
    resolution: str | None


def sample_sessions(
    *, now: datetime, engineers: Sequence[str] = ENGINEERS, seed: int = 7, count: int = 200
) -> list[dict[str, object]]:
    """Return session records of the 90 days before `now`, oldest first, in the format of JSON Lines imports.

    The same arguments give the same records. Times carry the offset of `now`. A fix or the reason of an
    escalation stands in `resolution`; `resolved_at` is there for resolved sessions alone.

    Raises:
        ValueError: `now` is without a time zone.
    """
    if now.utcoffset() is None:
        raise ValueError("now needs a time zone.")
    rng = Random(seed)  # noqa: S311  (samples, not secrets)
    sessions = sorted(_sessions(now, count, rng), key=lambda session: session.created_at)
    return [
        dict(_record(session, number, now, engineers, rng))
        for number, session in enumerate(sessions, start=1)
    ]


def _sessions(now: datetime, count: int, rng: Random) -> Iterator[_Session]:
    dealt = _dealt(charts(), count)
    rng.shuffle(dealt)
    still_open = count // _OPEN_EVERY
    for index, chart in enumerate(dealt):
        if index < still_open:
            yield _open(chart, _OPEN_STATUSES[index % len(_OPEN_STATUSES)], now, rng)
        else:
            yield _closed(chart, now, rng)


def _dealt(pack: Sequence[Chart], count: int) -> list[Chart]:
    """Return `count` charts in proportion to their sizes, by largest remainder."""
    whole = sum(chart.sessions for chart in pack)
    shares = [count * chart.sessions / whole for chart in pack]
    numbers = [int(share) for share in shares]
    by_remainder = sorted(range(len(pack)), key=lambda index: numbers[index] - shares[index])
    for index in by_remainder[: count - sum(numbers)]:
        numbers[index] += 1
    return [chart for chart, number in zip(pack, numbers, strict=True) for _ in range(number)]


def _closed(chart: Chart, now: datetime, rng: Random) -> _Session:
    created_at = working_moment(now, rng)
    through = progress(created_at, now)
    tier = _tier(chart, through, rng)
    way = walk(chart, rng)
    status = _outcome(chart.domain, way.ending, tier, rng)
    finished = status == "resolved" or (status == "escalated" and way.ending.escalates)
    turns = way.turns if finished else _cut(way, rng)
    minutes, paused = _time_taken(chart.minutes * _PACE[tier], created_at, now, rng)
    *turn_times, ended_at = spaced(created_at, turns=len(turns), minutes=minutes, paused=paused, rng=rng)
    return _Session(
        chart=chart,
        problem=way.problem,
        turns=turns,
        status=status,
        tier=tier,
        created_at=created_at,
        turn_times=turn_times,
        ended_at=ended_at,
        paused_minutes=paused,
        resolution=_last_word(chart, status, way.ending, rng),
    )


def _open(chart: Chart, status: str, now: datetime, rng: Random) -> _Session:
    way = walk(chart, rng)
    turns = _cut(way, rng)
    age = rng.uniform(40, 300)
    minutes = age * rng.uniform(0.3, 0.8)
    created_at = now.astimezone(UTC) - timedelta(minutes=age)
    *turn_times, _ = spaced(created_at, turns=len(turns), minutes=minutes, paused=0, rng=rng)
    return _Session(
        chart=chart,
        problem=way.problem,
        turns=turns,
        status=status,
        tier=_tier(chart, 1, rng),
        created_at=created_at,
        turn_times=turn_times,
        ended_at=None,
        paused_minutes=int(age - minutes) if status == "paused" else 0,
        resolution=None,
    )


def _tier(chart: Chart, through: float, rng: Random) -> str | None:
    """Return how well guidance matched; it grows over the period, and for frequent problems most."""
    if rng.random() < _WITHOUT_TIER:
        return None
    familiar = 1.0 if chart.sessions >= _FAMILIAR else 0.4
    weights = {
        "guided": (0.1 + 0.6 * through) * familiar,
        "exploring": 0.3,
        "discovery": 0.8 - 0.5 * through * familiar,
    }
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def _outcome(domain: str | None, ending: Ending, tier: str | None, rng: Random) -> str:
    abandoned = _ABANDONED * _FAILS[tier]
    escalated = _ESCALATED_MIDWAY.get(domain or "", _ESCALATED_MIDWAY_ELSEWHERE) * _FAILS[tier]
    roll = rng.random()
    if roll < abandoned:
        return "abandoned"
    return "escalated" if ending.escalates or roll < abandoned + escalated else "resolved"


def _cut(way: Walk, rng: Random) -> tuple[Turn, ...]:
    """Return the turns up to somewhere in the middle, at least one."""
    return way.turns[: rng.randint(1, max(1, len(way.turns) - 1))]


def _last_word(chart: Chart, status: str, ending: Ending, rng: Random) -> str | None:
    if status == "abandoned":
        return None
    stopped_midway = status == "escalated" and not ending.escalates
    return told(chart.stuck if stopped_midway else ending.wordings, rng)


def _time_taken(usual: float, created_at: datetime, now: datetime, rng: Random) -> tuple[float, int]:
    """Return minutes of work and of pause that both fit between creation and `now`."""
    room = (now - created_at) / timedelta(minutes=1)
    active = active_minutes(usual, through=progress(created_at, now), rng=rng)
    minutes = min(max(active, _SHORTEST), room)
    paused = pause_minutes(created_at, rng)
    return minutes, paused if minutes + paused <= room else 0


def _record(
    session: _Session, number: int, now: datetime, engineers: Sequence[str], rng: Random
) -> Iterator[tuple[str, object]]:
    """Yield the fields of the record in their usual order, without those that have no value."""
    yield "external_id", f"SAMPLE-{number:04}"
    yield "problem", session.problem
    if session.chart.domain:
        yield "problem_domain", session.chart.domain
    yield "status", session.status
    # The first engineers of the list take more sessions than the last ones.
    yield "engineer", rng.choices(engineers, weights=range(len(engineers) + 3, 3, -1))[0]
    if rng.random() < _WITH_TICKET:
        yield "ticket", str(_FIRST_TICKET + number * _TICKETS_BETWEEN + rng.randrange(_TICKETS_BETWEEN))
    if session.status == "resolved" and rng.random() < _RATED:
        yield "rating", rng.choices(list(_RATINGS), weights=list(_RATINGS.values()))[0]
    if session.tier:
        yield "confidence_tier", session.tier
    yield "created_at", _stamp(session.created_at, now)
    if session.status == "resolved" and session.ended_at:
        yield "resolved_at", _stamp(session.ended_at, now)
    yield "paused_minutes", session.paused_minutes
    yield (
        "steps",
        [_step(turn, _stamp(at, now)) for turn, at in zip(session.turns, session.turn_times, strict=True)],
    )
    if session.resolution:
        yield "resolution", session.resolution


def _step(turn: Turn, at: str) -> dict[str, object]:
    fields: dict[str, object | None] = {
        "kind": turn.ask.kind,
        "prompt": turn.prompt,
        "options": [answer.label for answer in turn.ask.answers],
        "choice": turn.choice,
        "answer_text": turn.answer_text,
        "help": turn.ask.help,
        "at": at,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _stamp(moment: datetime, now: datetime) -> str:
    return moment.astimezone(now.tzinfo).isoformat(timespec="seconds")
