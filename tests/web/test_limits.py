"""How often something may happen in a minute."""

from collections import deque
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.web.api.limits import WINDOW, RateLimiter
from tests.conftest import NOW

SECOND = timedelta(seconds=1)


def test_ten_thousand_in_a_minute_are_let_through_as_often_as_allowed() -> None:
    limiter = RateLimiter(15)
    waits = [limiter.take("token", NOW + number * timedelta(minutes=1) / 10_000) for number in range(10_000)]
    assert waits.count(0) == 15
    assert limiter.take("token", NOW + WINDOW) == 0


def test_who_waits_as_long_as_told_is_let_through() -> None:
    limiter = RateLimiter(2)
    assert [limiter.take("token", NOW + second * SECOND) for second in (0, 20, 21)] == [0, 0, 39]
    assert limiter.take("token", NOW + 60 * SECOND) == 0
    assert limiter.take("token", NOW + 61 * SECOND) == 19


def test_keys_do_not_share_and_the_oldest_is_forgotten() -> None:
    limiter = RateLimiter(1, max_keys=3)
    assert [limiter.take(key, NOW) for key in "abc"] == [0, 0, 0]
    assert limiter.take("a", NOW) == 60
    assert limiter.take("d", NOW) == 0
    assert (len(limiter), limiter.wait_seconds("a", NOW), limiter.wait_seconds("b", NOW)) == (3, 60, 0)


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    limiter = RateLimiter(1)
    assert limiter.take("token", NOW + timedelta(hours=1)) == 0
    assert limiter.take("token", NOW) == 0


def test_looking_does_not_count() -> None:
    limiter = RateLimiter(1)
    assert [limiter.wait_seconds("token", NOW) for _ in range(9)] == [0] * 9
    assert limiter.take("token", NOW) == 0


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 5))
def test_no_minute_ever_has_more(gaps: list[int], limit: int) -> None:
    limiter, moment, let = RateLimiter(limit), NOW, deque[float]()
    for gap in gaps:
        moment += gap * SECOND
        if limiter.take("token", moment) == 0:
            let.append(moment.timestamp())
        assert sum(moment.timestamp() - each < 60 for each in let) <= limit
