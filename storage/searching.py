"""Full-text search as a sieve: any word may match, the rows with the most telling ones come first.

It reads a table of words by equality, which row-level security lets an index serve (`@@` of PostgreSQL's own search it
does not), and of each word no more than the most telling rows. So ten thousand flows cost little more than a hundred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Select, TextualSelect, func, or_, text
from sqlalchemy.dialects.postgresql import TSQUERY

from bot.domain.sessions import ProblemDomain
from storage.tables import SearchPool
from storage.trees import LANGUAGE

MAX_QUERY = 5_000
"""Characters of a text that are searched for."""
MAX_WORDS = 60
"""Different words that are searched for, the first ones: a session begins with its problem."""
ROWS_OF_A_WORD = 250
"""Rows that are looked at for each word, those with it in the title before others. So a word that very many rows hold
counts for few of them, as it should: it tells little."""
ROWS_KEPT = 200
"""Rows that are still there when domain and rank decide."""
BY_LENGTH = 1
"""ts_rank's normalisation by the logarithm of the length: a large tree holds every word."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """What to look for. With a domain: rows of it and rows without one. Without: rows of any."""

    workspace_id: str
    words: str
    domain: ProblemDomain | None
    limit: int

    def best(
        self,
        rows: Select[Any],
        pool: SearchPool,
        *,
        search: Column[Any],
        domain: Column[Any],
        key: Column[Any],
    ) -> Select[Any]:
        """The rows that match, best first, equal ones by age."""
        found = self._found(pool).subquery("found")
        matching = rows.join(found, found.c.item_id == key)
        if self.domain is not None:
            matching = matching.where(or_(domain == self.domain, domain.is_(None)))
        rank = func.ts_rank(search, found.c.query, BY_LENGTH)
        return matching.order_by(rank.desc(), key).limit(self.limit)

    def _found(self, pool: SearchPool) -> TextualSelect:
        given = _FOUND.bindparams(
            workspace=self.workspace_id,
            pool=pool,
            words=self.words[:MAX_QUERY].replace("\\", " ").replace("\0", " "),
            max_words=MAX_WORDS,
            rows_of_a_word=max(ROWS_OF_A_WORD, self.limit),
            rows_kept=max(ROWS_KEPT, self.limit),
        )
        return given.columns(Column("item_id", BigInteger), Column("query", TSQUERY))


# What is kept for ts_rank to judge: a word counts by how few hold it, and by where it stands in the row.
_FOUND = text(
    f"""
    WITH asked AS MATERIALIZED (
        SELECT lexeme FROM unnest(to_tsvector('{LANGUAGE}', :words)) ORDER BY positions[1], lexeme LIMIT :max_words
    ), held AS (
        SELECT word.item_id, word.rank, count(*) OVER (PARTITION BY asked.lexeme) AS holders
        FROM asked
        CROSS JOIN LATERAL (
            SELECT item_id, rank FROM search_words
            WHERE workspace_id = :workspace AND pool = :pool AND lexeme = asked.lexeme
            ORDER BY rank, item_id LIMIT :rows_of_a_word
        ) AS word
    )
    SELECT item_id, (SELECT CAST(string_agg(quote_literal(lexeme), ' | ') AS tsquery) FROM asked) AS query
    FROM held
    GROUP BY item_id ORDER BY sum(ln(1 + CAST(:rows_of_a_word AS double precision) / holders) / rank) DESC, item_id LIMIT :rows_kept
    """  # noqa: S608  (a constant of ours)
)
