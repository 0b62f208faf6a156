"""Full-text search as a sieve: any word may match, the best first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, cast, func, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY

from bot.domain.sessions import ProblemDomain
from storage.trees import LANGUAGE

MAX_QUERY = 5_000
"""Characters of a problem that are searched for; more would only match more."""
BY_LENGTH = 1
"""ts_rank's normalisation by the logarithm of the length: a large tree holds every word."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """What to look for. With a domain: rows of it and rows without one. Without: rows of any."""

    words: str
    domain: ProblemDomain | None
    limit: int

    def best(
        self, rows: Select[Any], *, search: Column[Any], domain: Column[Any], key: Column[Any]
    ) -> Select[Any]:
        """The rows that match, best first, equal ones by age."""
        query = _any_word(self.words)
        matching = rows.where(search.op("@@")(query))
        if self.domain is not None:
            matching = matching.where(or_(domain == self.domain, domain.is_(None)))
        rank = func.ts_rank(search, query, BY_LENGTH)
        return matching.order_by(rank.desc(), key).limit(self.limit)


def _any_word(words: str) -> ColumnElement[Any]:
    """A query for any of the words' stems; NULL, which matches nothing, when there are only stop words."""
    searched = words[:MAX_QUERY].replace("\\", " ").replace("\0", " ")
    stems = func.unnest(func.to_tsvector(LANGUAGE, searched)).table_valued("lexeme", "positions", "weights")
    joined = func.string_agg(func.quote_literal(stems.c.lexeme), " | ")
    return select(cast(joined, TSQUERY)).scalar_subquery()
