"""When a share becomes an alert: what it needs, what it never does, and how often it is wrong."""

import random
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.gap_rule import (
    MARGIN,
    MIN_SESSIONS,
    OPENS_AT,
    GapLevel,
    Place,
    bar_for,
    certainty_of,
    judge_against,
    judge_among,
)
from bot.domain.likelihood import chance_of_at_least
from bot.domain.statistics import Rate

FALSE_ALERTS = 0.08


def a_place(key: str, hits: int, n: int, engineers: int = 3) -> Place:
    return Place(key=key, rate=Rate(hits, n), engineers=engineers)


REST = [a_place("rest", 200, 1000)]


def level_of(place: Place, others: list[Place] = REST, *, is_open: bool = False) -> GapLevel | None:
    keys = {place.key} if is_open else set()
    found = judge_among([place, *others], false_alerts=FALSE_ALERTS, open_keys=keys)
    return next((verdict.level for verdict in found if verdict.key == place.key), None)


def test_most_of_a_domain_escalating_is_an_alert() -> None:
    (verdict,) = judge_among([a_place("vpn", 9, 12), *REST], false_alerts=FALSE_ALERTS)
    assert (verdict.key, verdict.level, verdict.baseline) == ("vpn", GapLevel.ALERT, 0.2)
    assert verdict.certainty > 0.99


def test_somewhat_more_than_usual_is_watched_and_the_usual_is_nothing() -> None:
    assert level_of(a_place("vpn", 50, 200)) is None
    assert level_of(a_place("vpn", 54, 200)) is GapLevel.WATCH
    assert level_of(a_place("vpn", 40, 200)) is None


def test_one_engineer_is_no_gap() -> None:
    assert level_of(a_place("vpn", 12, 12, engineers=1)) is None


def test_four_sessions_are_too_few_for_an_alert() -> None:
    assert level_of(a_place("vpn", 4, 4)) is GapLevel.WATCH
    assert level_of(a_place("vpn", 5, 5)) is GapLevel.ALERT


def test_one_place_alone_has_nothing_to_compare_with() -> None:
    assert judge_among([a_place("vpn", 12, 12)], false_alerts=FALSE_ALERTS) == []
    assert judge_among([], false_alerts=FALSE_ALERTS) == []
    assert judge_among([a_place("vpn", 0, 0), a_place("mail", 1, 1)], false_alerts=FALSE_ALERTS) == []


def test_what_is_open_stays_down_to_half_a_certainty() -> None:
    assert level_of(a_place("vpn", 7, 20)) is not GapLevel.ALERT
    assert level_of(a_place("vpn", 7, 20), is_open=True) is GapLevel.ALERT
    assert level_of(a_place("vpn", 3, 20), is_open=True) is None


def test_many_places_need_more() -> None:
    many = [a_place(f"step {number}", 3, 15) for number in range(200)]
    lucky = a_place("step", 8, 15)
    assert level_of(lucky, many[:5]) is GapLevel.ALERT
    assert level_of(lucky, many) is GapLevel.WATCH
    assert level_of(a_place("step", 14, 15), many) is GapLevel.ALERT


def test_against_what_is_expected_a_place_stands_alone() -> None:
    (verdict,) = judge_against([a_place("flow", 8, 10)], 0.2)
    assert verdict.level is GapLevel.ALERT
    assert judge_against([a_place("flow", 2, 10)], 0.2) == []


@example(n=1, hits=0, baseline=1e-208, more=0.03)
@given(
    n=st.integers(1, 500),
    hits=st.integers(0, 499),
    baseline=st.floats(0.0, 0.9),
    more=st.floats(0.01, 0.05),
)
def test_certainty_grows_with_hits_and_falls_with_the_baseline(
    n: int, hits: int, baseline: float, more: float
) -> None:
    hits = min(hits, n - 1)
    here = certainty_of(Rate(hits, n), baseline)
    assert 0 <= here <= 1
    assert certainty_of(Rate(hits + 1, n), baseline) >= here - 1e-9
    if hits > (baseline + more + MARGIN) * n:
        assert certainty_of(Rate(hits, n), baseline + more) <= here + 1e-9


def usual_beside(rate: Rate, all_hits: int, total: int) -> float:
    if 2 * rate.n > total:
        return all_hits / total
    return (all_hits - rate.hits) / (total - rate.n)


@settings(max_examples=40)
@given(st.lists(st.integers(1, 80), min_size=2, max_size=20), st.floats(0.02, 0.6), st.floats(0.005, 0.1))
def test_chance_stays_within_what_is_allowed_whatever_the_sizes(
    sizes: list[int], share: float, allowed: float
) -> None:
    total = sum(sizes)
    all_hits = round(share * total)
    bar = bar_for(sizes, all_hits, total, allowed)
    assert bar >= OPENS_AT
    expected = 0.0
    for n in sizes:
        if n == total or n < MIN_SESSIONS:
            continue
        reaching = [
            hits
            for hits in range(min(n, all_hits) + 1)
            if all_hits - hits <= total - n
            and certainty_of(Rate(hits, n), usual_beside(Rate(hits, n), all_hits, total)) >= bar
        ]
        if reaching:
            expected += chance_of_at_least(reaching[0], n, all_hits, total)
    assert expected <= allowed + 1e-4


def test_a_stricter_promise_never_lowers_the_bar() -> None:
    bars = [bar_for([12] * 12, 30, 144, allowed) for allowed in (1.0, 0.1, 0.05, 0.01, 0.001)]
    assert all(lower <= higher for lower, higher in pairwise(bars))


def test_healthy_reports_are_quiet_and_a_bad_domain_is_found() -> None:
    """Seeded, so that it is the same simulation each time; benchmarks/gaps.py runs the large one."""
    dice = random.Random(7)  # noqa: S311  (a simulation)
    sizes = [60, 45, 35, 30, 25, 20, 15, 12, 12, 10]

    def drawn(rates: list[float]) -> set[str]:
        places = [
            a_place(str(at), sum(dice.random() < rate for _ in range(n)), n)
            for at, (n, rate) in enumerate(zip(sizes, rates, strict=True))
        ]
        found = judge_among(places, false_alerts=FALSE_ALERTS)
        return {verdict.key for verdict in found if verdict.level is GapLevel.ALERT}

    reports = 150
    assert sum(len(drawn([0.2] * 10)) for _ in range(reports)) / reports <= 0.1
    at_twenty = sum("5" in drawn([0.2] * 5 + [0.6] + [0.2] * 4) for _ in range(reports)) / reports
    at_twelve = sum("7" in drawn([0.2] * 7 + [0.6] + [0.2] * 2) for _ in range(reports)) / reports
    assert at_twenty >= 0.85
    assert at_twelve >= 0.6
