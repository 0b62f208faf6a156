"""Chances against values worked out by hand or known from tables."""

from math import comb, exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.likelihood import beta_survival, chance_of_at_least, poisson_below


@pytest.mark.parametrize(
    ("alpha", "beta", "above", "expected"),
    [
        (1, 1, 0.3, 0.7),  # uniform
        (2, 3, 0.4, 0.4752),  # polynomial
        (0.5, 0.5, 0.25, 2 / 3),  # arcsine
        (5, 1, 0.9, 1 - 0.9**5),
        (3, 2, 0.0, 1.0),
        (3, 2, 1.0, 0.0),
        (0, 2, 0.1, 0.0),  # all at 0
        (2, 0, 0.9, 1.0),  # all at 1
    ],
)
def test_beta(alpha: float, beta: float, above: float, expected: float) -> None:
    assert beta_survival(alpha, beta, above) == pytest.approx(expected, abs=1e-10)


@given(hits=st.integers(1, 60), n=st.integers(1, 60), above=st.floats(0.01, 0.99))
def test_beta_of_whole_numbers_is_a_binomial_tail(hits: int, n: int, above: float) -> None:
    alpha, beta = hits, n
    tosses = alpha + beta - 1
    tail = sum(comb(tosses, k) * above**k * (1 - above) ** (tosses - k) for k in range(alpha))
    assert beta_survival(alpha, beta, above) == pytest.approx(tail, abs=1e-9)


@given(st.data())
def test_hypergeometric_tail_counts_the_ways(data: st.DataObject) -> None:
    total = data.draw(st.integers(1, 40))
    n, all_hits = data.draw(st.integers(0, total)), data.draw(st.integers(0, total))
    hits = data.draw(st.integers(0, n))
    ways = sum(comb(all_hits, k) * comb(total - all_hits, n - k) for k in range(hits, n + 1))
    assert chance_of_at_least(hits, n, all_hits, total) == pytest.approx(ways / comb(total, n), abs=1e-9)


def test_poisson() -> None:
    assert poisson_below(3, 2.0) == pytest.approx(sum(2.0**k * exp(-2) / factorial(k) for k in range(3)))
    assert poisson_below(1, 0.0) == 1.0
