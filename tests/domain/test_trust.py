"""When a flow has proved itself, and when it is doubted."""

from math import comb

import pytest

from bot.domain.statistics import Rate
from bot.domain.trust import (
    DOUBTED_AT,
    EXPECTED,
    NO_TRUST,
    RECENT,
    Outcome,
    TrustLevel,
    certainty_of_fall,
    trust_of,
)


def of(*pattern: str) -> list[Outcome]:
    """Sessions, newest first: the engineer's letter, upper case for a success."""
    return [Outcome(letter.lower(), letter.isupper()) for letter in "".join(pattern)]


@pytest.mark.parametrize(
    ("sessions", "level", "engineers"),
    [
        (of("AAAA"), TrustLevel.NOT_VALIDATED, 1),
        (of("AB"), TrustLevel.NOT_VALIDATED, 2),
        (of("ABA"), TrustLevel.VALIDATED, 2),
        (of("aBaBC"), TrustLevel.VALIDATED, 2),
        (of("abab"), TrustLevel.NOT_VALIDATED, 0),
        (of("ababab"), TrustLevel.DOUBTED, 0),
        (of("abaBabaBab", "ABCABCABCA"), TrustLevel.DOUBTED, 3),
        (of("AbABabABAb", "ABCABCABCa"), TrustLevel.VALIDATED, 3),
        (of("AbaBabAbAb", "abCaBcabCa"), TrustLevel.VALIDATED, 3),
    ],
)
def test_trust_is_earned_by_several_and_lost_by_a_fall(
    sessions: list[Outcome], level: TrustLevel, engineers: int
) -> None:
    trust = trust_of(sessions)
    assert (trust.level, trust.engineers) == (level, engineers)


def test_a_flow_that_nobody_followed_is_not_validated() -> None:
    assert trust_of([]) == NO_TRUST


def test_recent_sessions_are_measured_by_those_before_them() -> None:
    trust = trust_of(of("AbAbAbAbAb", "AAAAAAAAAb"))
    assert (trust.recent, trust.expected) == (Rate(5, 10), 0.9)
    assert trust_of(of("AbAbAbAbAb", "AAAAAAA")).expected == EXPECTED


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.8, 0.9])
def test_a_flow_that_is_as_it_was_is_rarely_doubted_and_one_that_broke_is(share: float) -> None:
    def doubted(truth: float) -> float:
        return sum(
            comb(RECENT, hits) * truth**hits * (1 - truth) ** (RECENT - hits)
            for hits in range(RECENT + 1)
            if certainty_of_fall(Rate(hits, RECENT), share) >= DOUBTED_AT
        )

    assert doubted(share) <= 1 / 500
    assert share < 0.7 or doubted(share / 3) >= 0.5
