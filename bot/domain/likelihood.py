"""How likely a rate is high, and how likely a count is by chance alone."""

from __future__ import annotations

from math import exp, inf, lgamma, log, log1p

_TINY = 1e-300
_PRECISION = 1e-12
_MAX_TERMS = 10_000


def beta_survival(alpha: float, beta: float, above: float) -> float:
    """P(X > above) of a Beta(alpha, beta) distribution; both parameters at least 0, not both 0.

    One minus the regularised incomplete beta function, by its continued fraction (DLMF 8.17.22) with Lentz's method.
    A parameter of 0 is the limit: all probability at 0 or at 1.
    """
    if above >= 1 or (alpha <= 0 and above >= 0):
        return 0.0
    if above <= 0 or beta <= 0:
        return 1.0
    front = exp(
        lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta) + alpha * log(above) + beta * log1p(-above)
    )
    if above < (alpha + 1) / (alpha + beta + 2):  # where the fraction converges quickly
        return max(
            0.0, 1 - front * _fraction(alpha, beta, above) / alpha
        )  # rounding leaves less than nothing
    return min(1.0, front * _fraction(beta, alpha, 1 - above) / beta)


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MAX_TERMS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def chance_of_at_least(hits: int, n: int, all_hits: int, total: int) -> float:
    """P(at least `hits`) in a group of `n`, when `all_hits` fall on `total` at random (hypergeometric upper tail)."""
    lowest, highest = max(0, all_hits - (total - n)), min(n, all_hits)
    if hits <= lowest:
        return 1.0
    term, tail = _chance_of(hits, n, all_hits, total) if hits <= highest else 0.0, 0.0
    for k in range(hits, highest + 1):
        tail += term
        if term < tail * _PRECISION:
            break
        term *= (all_hits - k) * (n - k) / ((k + 1) * (total - all_hits - n + k + 1))
    return min(1.0, tail)


def _chance_of(hits: int, n: int, all_hits: int, total: int) -> float:
    return exp(_log_choose(all_hits, hits) + _log_choose(total - all_hits, n - hits) - _log_choose(total, n))


def _log_choose(n: int, k: int) -> float:
    return -inf if not 0 <= k <= n else lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def poisson_below(count: int, expected: float) -> float:
    """P(fewer than `count`) where `expected` come on average."""
    return sum(exp(k * log(expected) - expected - lgamma(k + 1)) for k in range(count)) if expected else 1.0
