"""What asking a model costs, what a day may cost, and why a model's answer was not used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.prices import DEAREST, Tokens, cost_micros

MICROS_PER_CENT = 10_000
NO_TOKENS = Tokens()


class Trouble(StrEnum):
    """Why a session was analysed by rules although a model was to do it."""

    REFUSED = "refused"
    TRUNCATED = "truncated"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    MISCONFIGURED = "misconfigured"
    OVER_BUDGET = "over_budget"


TROUBLE_IN_WORDS = {
    Trouble.REFUSED: "the model declined",
    Trouble.TRUNCATED: "the answer was cut off",
    Trouble.UNREADABLE: "the answer made no sense",
    Trouble.TOO_LARGE: "the session was too large",
    Trouble.BUSY: "the service was busy",
    Trouble.UNREACHABLE: "the service was out of reach",
    Trouble.MISCONFIGURED: "the service did not accept the key or the model",
    Trouble.OVER_BUDGET: "the day's budget was spent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What the analysis of one session used of a model.

    `requests` are those that were answered. `cost_micros` None: the price is not known. `trouble` is set when rules did
    the analysis in the end.
    """

    model: str
    requests: int = 0
    tokens: Tokens = NO_TOKENS
    cost_micros: int | None = 0
    trouble: Trouble | None = None

    def with_request(self, tokens: Tokens, *, batched: bool = False) -> Spending:
        cost = cost_micros(self.model, tokens, batched=batched)
        known = self.cost_micros is not None and cost is not None
        return replace(
            self,
            requests=self.requests + 1,
            tokens=self.tokens + tokens,
            cost_micros=(self.cost_micros or 0) + (cost or 0) if known else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingTotal:
    """What a workspace used of models in a period.

    `cost_micros` is the part whose price is known; `unpriced` and `unpriced_requests` are the rest. `troubles` counts
    sessions that rules analysed instead, by the reason.
    """

    sessions: int = 0
    requests: int = 0
    tokens: Tokens = NO_TOKENS
    cost_micros: int = 0
    unpriced: Tokens = NO_TOKENS
    unpriced_requests: int = 0
    troubles: Mapping[Trouble, int] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        return not self.requests and not self.troubles

    @property
    def known_cost_micros(self) -> int | None:
        """None when nothing that was used has a known price."""
        return (
            None if self.unpriced_requests and self.unpriced_requests == self.requests else self.cost_micros
        )

    @property
    def by_rules(self) -> int:
        """Analyses that rules did instead."""
        return sum(self.troubles.values())

    def leaves_something_of(self, cents: int) -> bool:
        """Whether a budget of so many cents is not spent; what has no known price counts as the dearest there is."""
        return self.cost_micros + DEAREST.of(self.unpriced) < cents * MICROS_PER_CENT


NO_SPENDING = SpendingTotal()


def local_day(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end of the day that `now` belongs to in that zone."""
    today = now.astimezone(zone).date()
    return datetime.combine(today, time(), zone), datetime.combine(today + timedelta(days=1), time(), zone)


def spending_document(total: SpendingTotal) -> dict[str, object]:
    """For JSON. Costs are micro-dollars; null means that the price of the model is not known."""
    return {
        "sessions": total.sessions,
        "requests": total.requests,
        "input_tokens": total.tokens.fresh,
        "output_tokens": total.tokens.output,
        "cache_write_tokens": total.tokens.cache_write,
        "cache_read_tokens": total.tokens.cache_read,
        "cost_micro_dollars": total.known_cost_micros,
        "unpriced_requests": total.unpriced_requests,
        "analysed_by_rules_instead": {trouble.value: count for trouble, count in total.troubles.items()},
    }
