"""What asking a model costs, and how far a budget reaches."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.prices import LONG_PROMPT_TOKENS, PRICES, Tokens, cost_micros
from bot.domain.spending import NO_SPENDING, Spending, SpendingTotal, Trouble, local_day, spending_document
from bot.domain.words import dollars

SOME = Tokens(fresh=1_000, output=200, cache_write=100, cache_read=3_000)


@pytest.mark.parametrize(
    ("model", "micros"),
    [
        ("claude-sonnet-5-5", 2_000 + 2_000 + 250 + 300),
        ("claude-sonnet-5-5-20260924", 4_550),
        ("claude-haiku-5-5", 100 + 100 + 13 + 30),
        ("claude-opus-5-5", 4_000 + 4_000 + 500 + 600),
        ("claude-sonnet-5-9", None),
        ("claude-sonnet", None),
        ("", None),
    ],
)
def test_cost_is_the_tables_or_unknown(model: str, micros: int | None) -> None:
    assert cost_micros(model, SOME) == micros


def test_batch_costs_half_and_a_prompt_of_another_price_band_is_unknown() -> None:
    assert cost_micros("claude-sonnet-5-5", SOME, batched=True) == 2_275
    assert cost_micros("claude-haiku-5-5", Tokens(cache_read=LONG_PROMPT_TOKENS + 1)) is None


@pytest.mark.parametrize("price", PRICES.values(), ids=PRICES)
def test_prices_keep_their_proportions(price: object) -> None:
    """A slip of the finger in the table: the service's cache writes cost a quarter more, its answers five times."""
    fresh, output, write, read = (
        getattr(price, name) for name in ("fresh", "output", "cache_write", "cache_read")
    )
    assert (output, write) == (5 * fresh, 1.25 * fresh)
    assert 0.02 * fresh < read <= 0.1 * fresh


def test_requests_add_up_and_one_of_unknown_price_makes_the_whole_unknown() -> None:
    twice = Spending(model="claude-sonnet-5-5").with_request(SOME).with_request(SOME)
    assert (twice.requests, twice.tokens, twice.cost_micros) == (2, SOME + SOME, 9_100)
    assert twice.with_request(Tokens(fresh=LONG_PROMPT_TOKENS + 1)).cost_micros is None


def test_budget_reckons_with_the_dearest_where_the_price_is_unknown() -> None:
    known = SpendingTotal(requests=1, cost_micros=999_999)
    assert known.leaves_something_of(100)
    assert not SpendingTotal(cost_micros=1_000_000).leaves_something_of(100)
    unknown = SpendingTotal(requests=1, unpriced_requests=1, unpriced=Tokens(output=20_000))
    assert unknown.leaves_something_of(101)
    assert not unknown.leaves_something_of(100)
    assert not NO_SPENDING.leaves_something_of(0)


def test_day_is_the_workspaces_own_even_when_its_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start, end = local_day(datetime(2026, 10, 24, 22, 30, tzinfo=UTC), zone)
    assert (start.isoformat(), end.isoformat()) == ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00")


def test_document_says_null_where_nothing_has_a_price() -> None:
    nothing = spending_document(NO_SPENDING)
    assert (nothing["cost_micro_dollars"], nothing["analysed_by_rules_instead"]) == (0, {})
    unknown = SpendingTotal(requests=2, unpriced_requests=2, troubles={Trouble.REFUSED: 1})
    assert spending_document(unknown)["cost_micro_dollars"] is None
    assert spending_document(unknown)["analysed_by_rules_instead"] == {"refused": 1}
    partly = SpendingTotal(requests=2, unpriced_requests=1, cost_micros=5)
    assert spending_document(partly)["cost_micro_dollars"] == 5


@pytest.mark.parametrize(
    ("micros", "words"),
    [(0, "$0.00"), (1, "less than $0.01"), (10_000, "$0.01"), (1_124_300, "$1.12"), (5e9, "$5,000.00")],
)
def test_dollars_are_told_in_cents(micros: int, words: str) -> None:
    assert dollars(micros) == words
