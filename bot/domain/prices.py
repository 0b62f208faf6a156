"""What models cost, in one place.

Source: https://platform.claude.com/docs/en/about-claude/pricing, as of 24 October 2026. Dollars for a million tokens are
micro-dollars for one, so the figures are both. Prompts are cached for five minutes; a batch costs half.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil

BATCH_SHARE = 0.5
LONG_PROMPT_TOKENS = 100_000
"""Prompts above it have other prices with some models, which are not in the table; ours stay far below."""

_DATED = re.compile(r"-\d{8}$")


@dataclass(frozen=True, slots=True)
class Tokens:
    """`fresh` are tokens of the prompt that were neither written to the cache nor read from it."""

    fresh: int = 0
    output: int = 0
    cache_write: int = 0
    cache_read: int = 0

    @property
    def prompt(self) -> int:
        return self.fresh + self.cache_write + self.cache_read

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(
            self.fresh + other.fresh,
            self.output + other.output,
            self.cache_write + other.cache_write,
            self.cache_read + other.cache_read,
        )


@dataclass(frozen=True, slots=True)
class Price:
    """Micro-dollars a token."""

    fresh: float
    output: float
    cache_write: float
    cache_read: float

    def of(self, tokens: Tokens) -> int:
        """Micro-dollars, rounded up."""
        exact = (
            tokens.fresh * self.fresh
            + tokens.output * self.output
            + tokens.cache_write * self.cache_write
            + tokens.cache_read * self.cache_read
        )
        return ceil(round(exact, 6))


_OPUS_5 = Price(5, 25, 6.25, 0.5)
_SONNET_4 = Price(3, 15, 3.75, 0.3)

PRICES = {
    "claude-fable-5-1": Price(10, 50, 12.5, 0.25),
    "claude-fable-5": Price(10, 50, 12.5, 1),
    "claude-opus-5-5": Price(4, 20, 5, 0.2),
    "claude-opus-5": _OPUS_5,
    "claude-opus-4-8": _OPUS_5,
    "claude-opus-4-7": _OPUS_5,
    "claude-opus-4-6": _OPUS_5,
    "claude-opus-4-5": _OPUS_5,
    "claude-sonnet-5-5": Price(2, 10, 2.5, 0.1),
    "claude-sonnet-5": Price(2, 10, 2.5, 0.2),
    "claude-sonnet-4-6": _SONNET_4,
    "claude-sonnet-4-5": _SONNET_4,
    "claude-haiku-5-5": Price(0.1, 0.5, 0.125, 0.01),
    "claude-haiku-4-5": Price(1, 5, 1.25, 0.1),
}
"""By the model's name without its date."""

DEAREST = Price(10, 50, 12.5, 1)
"""What a budget reckons with where the price is unknown."""


def is_priced(model: str) -> bool:
    return _undated(model) in PRICES


def cost_micros(model: str, tokens: Tokens, *, batched: bool = False) -> int | None:
    """What the tokens of one request cost, in micro-dollars; None when the model's price is not known here."""
    price = PRICES.get(_undated(model))
    if price is None or tokens.prompt > LONG_PROMPT_TOKENS:
        return None
    whole = price.of(tokens)
    return ceil(whole * BATCH_SHARE) if batched else whole


def _undated(model: str) -> str:
    return _DATED.sub("", model)
