from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain, pairwise
from random import Random
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.samples import ENGINEERS, sample_sessions
from bot.sandbox.samples.chart import Ask, Chart, charts
from bot.sandbox.samples.walk import walk

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
STATUSES = {"active", "paused", "resolved", "escalated", "abandoned"}
DOMAINS = {
    "active_directory",
    "networking",
    "m365",
    "hardware",
    "endpoint",
    "virtualization",
    "security",
    "backup",
    "email",
    "printing",
}
Record = Mapping[str, Any]
FIELDS: dict[str, Any] = {
    "external_id": str,
    "problem": str,
    "problem_domain": str,
    "status": str,
    "engineer": str,
    "ticket": str,
    "rating": int,
    "confidence_tier": str,
    "created_at": str,
    "resolved_at": str,
    "paused_minutes": int,
    "steps": list,
    "resolution": str,
}
STEP_FIELDS: dict[str, Any] = {
    "kind": str,
    "prompt": str,
    "options": list,
    "choice": str,
    "answer_text": str,
    "help": str,
    "at": str,
}


@cache
def records(seed: int = 7, count: int = 200) -> tuple[Record, ...]:
    return tuple(sample_sessions(now=NOW, seed=seed, count=count))


def faults(record: Record, now: datetime = NOW) -> Iterator[str]:
    """Yield what an import would refuse, or a reader would not believe, in this record."""
    yield from misfits(
        record, FIELDS, {"external_id", "problem", "status", "created_at", "steps", "engineer"}
    )
    if record["status"] not in STATUSES:
        yield f"status {record['status']}"
    if record.get("problem_domain", "email") not in DOMAINS:
        yield f"domain {record['problem_domain']}"
    if record.get("confidence_tier", "guided") not in {"guided", "exploring", "discovery"}:
        yield f"tier {record['confidence_tier']}"
    if not 1 <= record.get("rating", 1) <= 5:
        yield f"rating {record['rating']}"
    if not 1 <= len(record["steps"]) <= 30:
        yield f"{len(record['steps'])} steps"
    yield from chain.from_iterable(step_faults(step) for step in record["steps"])
    yield from time_faults(record, now)


def step_faults(step: Record) -> Iterator[str]:
    yield from misfits(step, STEP_FIELDS, {"kind", "prompt", "options", "at"})
    if step["kind"] not in {"question", "action"}:
        yield f"kind {step['kind']}"
    if "choice" in step and step["choice"] not in step["options"]:
        yield f"choice {step['choice']} not in {step['options']}"


def misfits(found: Record, fields: Mapping[str, Any], required: set[str]) -> Iterator[str]:
    yield from (f"{name} is missing" for name in required - found.keys())
    for name, value in found.items():
        if name not in fields or not isinstance(value, fields[name]) or value == "":
            yield f"{name} is {value!r}"


def time_faults(record: Record, now: datetime) -> Iterator[str]:
    stamps = [record["created_at"], *(step["at"] for step in record["steps"])]
    stamps += [record["resolved_at"]] if "resolved_at" in record else []
    moments = [datetime.fromisoformat(stamp) for stamp in stamps]
    if any(moment.utcoffset() != moment.astimezone(now.tzinfo).utcoffset() for moment in moments):
        yield f"offset of {stamps}"
    if any(later < earlier for earlier, later in pairwise(moments)) or moments[-1] > now:
        yield f"order of {stamps}"
    if ("resolved_at" in record) != (record["status"] == "resolved"):
        yield f"{record['status']} and resolved_at"
    if "resolved_at" in record and not 0 <= record["paused_minutes"] < minutes(record):
        yield f"paused {record['paused_minutes']}"


def minutes(record: Record) -> float:
    resolved_at = datetime.fromisoformat(record["resolved_at"])
    return (resolved_at - created(record)) / timedelta(minutes=1)


def created(record: Record) -> datetime:
    return datetime.fromisoformat(record["created_at"])


def escalation_rate(sessions: list[Record]) -> float:
    return sum(1 for session in sessions if session["status"] == "escalated") / len(sessions)


def steps_of(sessions: tuple[Record, ...]) -> list[Record]:
    return [step for session in sessions for step in session["steps"]]


def by_domain(sessions: tuple[Record, ...]) -> dict[str | None, list[Record]]:
    groups: dict[str | None, list[Record]] = defaultdict(list)
    for session in sessions:
        groups[session.get("problem_domain")].append(session)
    return groups


# Records


def test_same_arguments_give_the_same_records() -> None:
    assert sample_sessions(now=NOW) == sample_sessions(now=NOW)
    assert sample_sessions(now=NOW) != sample_sessions(now=NOW, seed=8)


@pytest.mark.parametrize("count", [0, 1, 7, 200, 333])
def test_as_many_as_asked_for_with_ids_of_their_own(count: int) -> None:
    ids = [record["external_id"] for record in sample_sessions(now=NOW, count=count)]
    assert ids == [f"SAMPLE-{number:04}" for number in range(1, count + 1)]


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_every_record_can_be_imported(seed: int) -> None:
    found = {record["external_id"]: list(faults(record)) for record in records(seed)}
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_times_carry_the_offset_of_the_reader_across_a_clock_change() -> None:
    now = NOW.astimezone(ZoneInfo("Europe/Berlin"))
    sessions = sample_sessions(now=now)
    assert [fault for session in sessions for fault in faults(session, now)] == []
    offsets = {str(session["created_at"])[-6:] for session in sessions}
    assert offsets == {"+01:00", "+02:00"}


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        sample_sessions(now=NOW.replace(tzinfo=None))


def test_engineers_can_be_named() -> None:
    assert {record["engineer"] for record in sample_sessions(now=NOW, engineers=["U1", "U2"])} == {"U1", "U2"}
    assert {record["engineer"] for record in records()} == set(ENGINEERS)
    assert {"U0ADMIN01", "U0ENGIN01"} <= set(ENGINEERS)


# The team they show


def test_every_status_and_domain_occurs() -> None:
    statuses = Counter(record["status"] for record in records())
    assert statuses.keys() == STATUSES
    assert statuses["resolved"] > 120
    assert statuses["active"] + statuses["paused"] == 4
    assert by_domain(records()).keys() == DOMAINS | {None}


def test_open_sessions_are_of_today() -> None:
    still_open = [record for record in records() if record["status"] in {"active", "paused"}]
    assert all(NOW - created(record) < timedelta(hours=6) for record in still_open)


def test_sessions_fill_the_working_days_of_ninety_days() -> None:
    moments = [created(record) for record in records()]
    assert moments == sorted(moments)
    assert all(NOW - timedelta(days=90) <= moment < NOW for moment in moments)
    assert len({moment.date() for moment in moments}) > 50
    assert sum(moment.weekday() >= 5 for moment in moments) < 20
    assert sum(8 <= moment.hour < 18 for moment in moments) > 160


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_printing_is_escalated_clearly_more_often(seed: int) -> None:
    groups = by_domain(records(seed))
    others = [session for domain, group in groups.items() if domain != "printing" for session in group]
    assert escalation_rate(groups["printing"]) > escalation_rate(others) + 0.1


def test_time_to_resolve_has_a_long_tail_and_improves() -> None:
    taken = [
        minutes(record) - record["paused_minutes"]
        for record in records(count=2000)
        if "resolved_at" in record
    ]
    half = len(taken) // 2
    assert median(taken[half:]) < 0.95 * median(taken[:half])
    assert 1.2 * median(taken) < sum(taken) / len(taken)


def test_tickets_and_ratings_are_there_for_about_three_in_five() -> None:
    resolved = [record for record in records() if record["status"] == "resolved"]
    assert 0.5 < sum("ticket" in record for record in records()) / 200 < 0.7
    assert 0.5 < sum("rating" in record for record in resolved) / len(resolved) < 0.7


def test_problems_are_frequent_or_rare() -> None:
    chart_of = {
        plain(wording): chart.id
        for chart in charts()
        for ask in chart.asks.values()
        for wording in ask.wordings
    }
    sizes = Counter(chart_of[plain(record["steps"][0]["prompt"])] for record in records())
    assert sum(size >= 18 for size in sizes.values()) >= 4
    assert sum(size <= 3 for size in sizes.values()) >= 2


def plain(wording: str) -> str:
    return wording.lower().rstrip(".?")


def test_the_same_question_comes_in_different_words() -> None:
    scope = next(chart.asks["scope"] for chart in charts() if chart.id == "printer-offline")
    seen = {step["prompt"] for step in steps_of(records()) if step["options"] == labels(scope)}
    assert len(seen) >= 4


def test_some_steps_leave_the_options_and_some_are_skipped() -> None:
    steps = steps_of(records())
    own_words = [step for step in steps if "choice" not in step and "answer_text" in step]
    skipped = [step for step in steps if "choice" not in step and "answer_text" not in step]
    assert 0.02 < len(own_words) / len(steps) < 0.15
    assert 0.01 < len(skipped) / len(steps) < 0.08


def test_there_is_something_to_redact_and_it_belongs_to_nobody() -> None:
    texts = " ".join([str(record) for record in records()])
    assert not any(placeholder in texts for placeholder in ("{email}", "{ip}", "{phone}"))
    assert "@example.com" in texts
    assert "192.0.2." in texts
    assert "+1 202 555 01" in texts


# Charts


def labels(ask: Ask) -> list[str]:
    return [answer.label for answer in ask.answers]


def each_chart() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("chart", charts(), ids=lambda chart: chart.id)


def ways(chart: Chart, at: str) -> Iterator[list[str]]:
    """Yield the ids along every way from here to an ending; a cycle exhausts the stack and fails the test."""
    if at in chart.endings:
        yield [at]
        return
    for answer in chart.asks[at].answers:
        for way in ways(chart, answer.to):
            yield [at, *way]


@each_chart()
def test_chart_leads_everywhere_and_ends(chart: Chart) -> None:
    found = list(ways(chart, chart.start))
    assert set(chain.from_iterable(found)) == chart.asks.keys() | chart.endings.keys()
    assert max(len(way) for way in found) <= 10
    assert 4 <= len(chart.asks) <= 9
    assert sum(not ending.escalates for ending in chart.endings.values()) >= 3


@each_chart()
def test_chart_speaks_in_several_voices(chart: Chart) -> None:
    assert all(4 <= len(set(ask.wordings)) <= 6 for ask in chart.asks.values())
    assert all(2 <= len(set(ending.wordings)) <= 3 for ending in chart.endings.values())
    assert len({opening.problem for opening in chart.openings}) >= 4
    assert chart.stuck


@each_chart()
def test_chart_offers_distinct_options(chart: Chart) -> None:
    for ask in chart.asks.values():
        assert 2 <= len(ask.answers) == len(set(labels(ask)))
        assert all(len(label) <= 75 for label in labels(ask))
        assert all(answer.says and answer.often > 0 for answer in ask.answers)
        assert bool(ask.asides) == (ask.leaves > 0)


@each_chart()
def test_problem_words_answer_the_first_questions_only(chart: Chart) -> None:
    for opening in chart.openings:
        at = chart.start
        for _ in opening.answered:
            at = chart.asks[at].answer(opening.answered[at]).to
        assert at in chart.asks


@each_chart()
def test_every_walk_asks_something_and_ends(chart: Chart) -> None:
    rng = Random(1)  # noqa: S311  (samples, not secrets)
    found = [walk(chart, rng) for _ in range(50)]
    assert all(way.turns for way in found)
    assert len({way.ending.id for way in found}) >= 3


def test_domains_are_the_known_ones_and_two_problems_have_none() -> None:
    assert {chart.domain for chart in charts()} - {None} == DOMAINS
    assert sum(chart.domain is None for chart in charts()) == 2
