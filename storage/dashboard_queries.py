"""The dashboard's SQL. Whole figures leave as integers; what is averaged leaves as sums and counts.

Parameters: workspace, domain (NULL: all), start (inclusive) and end (exclusive) of the window, and for what is counted span
by span `starts`, `ends`, `current` (of the window, or of the one before) and `rolled` (is in the roll-ups).
"""

# ruff: noqa: S608  (what is put into the SQL are constants of ours; what comes from outside are parameters)

from __future__ import annotations

from sqlalchemy import text

from bot.domain.dashboard import UNKNOWN
from bot.domain.proposals import ProposalStatus
from storage.durations import FEW, WIDTH
from storage.rollup_queries import (
    CREATED_COUNTS,
    CREATED_IN_SPANS,
    DURATIONS_IN_SPANS,
    EVERY_DOMAIN,
    PUSH_COUNTS,
    PUSHES_IN_SPANS,
)


def _of_domain(column: str = "problem_domain") -> str:
    return f"(CAST(:domain AS text) IS NULL OR coalesce({column}, '{UNKNOWN}') = :domain)"


_SPANS = """
    spans AS (
        SELECT * FROM unnest(
            CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]),
            CAST(:current AS boolean[]), CAST(:rolled AS boolean[])
        ) AS span (starts_at, ends_at, current, rolled)
    ),
    asked AS (SELECT starts_at, ends_at, current FROM spans WHERE NOT rolled)
"""

# Roll-ups that hold, from `first` on.
ROLLED = text(
    """
    SELECT starts_at, ends_at
    FROM rolled_spans AS span
    WHERE workspace_id = :workspace AND starts_at >= :first AND ends_at <= :end
      AND NOT EXISTS (
        SELECT FROM stale_hours AS stale
        WHERE stale.workspace_id = :workspace
          AND stale.hour < span.ends_at AND stale.hour > span.starts_at - interval '1 hour'
      )
    """
)

_SUMS = ", ".join(f"CAST(sum({name}) AS bigint) AS {name}" for name in CREATED_COUNTS)

# Sessions created in the window, by how they stand now: all, once by domain and once by tier; and those of the window
# before. The column that a row is not about is NULL.
CREATED = text(
    f"""
    WITH {_SPANS}
    SELECT
        current,
        CASE WHEN grouping(domain) = 0 THEN domain END AS domain,
        CASE WHEN grouping(tier) = 0 THEN tier END AS tier,
        coalesce(CAST(sum(sessions) FILTER (WHERE tier = 'guided') AS bigint), 0) AS guided,
        {_SUMS}
    FROM (
        SELECT starts_at, ends_at, current, domain, tier, {", ".join(CREATED_COUNTS)}
        FROM rolled_created JOIN spans USING (starts_at, ends_at)
        WHERE workspace_id = :workspace AND rolled
        UNION ALL
        {CREATED_IN_SPANS}
    ) AS cells
    WHERE CAST(:domain AS text) IS NULL OR domain = :domain
    GROUP BY GROUPING SETS ((current), (current, domain), (current, tier))
    """
)

# Durations of the sessions resolved in each of the spans: the posts where there are many and they are rolled up, else all.
RESOLVED = text(
    f"""
    WITH {_SPANS}
    SELECT
        starts_at, ends_at, current, resolved, wall_total, active_total, every,
        CASE WHEN every THEN walls ELSE wall_posts END AS walls,
        CASE WHEN every THEN actives ELSE active_posts END AS actives
    FROM (
        SELECT
            starts_at, ends_at, current, resolved, wall_total, active_total, walls, actives, wall_posts, active_posts,
            resolved <= {FEW} AS every
        FROM rolled_resolved JOIN spans USING (starts_at, ends_at)
        WHERE workspace_id = :workspace AND rolled AND domain = coalesce(CAST(:domain AS text), '{EVERY_DOMAIN}')
        UNION ALL
        SELECT durations.*, NULL, NULL, true FROM ({DURATIONS_IN_SPANS}) AS durations
    ) AS durations
    ORDER BY starts_at
    """
)

# Some durations out of the middle of roll-ups, in the order asked for.
SLICES = text(
    f"""
    SELECT substr(
        CASE clock WHEN 'wall' THEN walls ELSE actives END, {WIDTH} * first + 1, {WIDTH} * length
    ) AS durations
    FROM unnest(
        CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]),
        CAST(:clocks AS text[]), CAST(:firsts AS int[]), CAST(:lengths AS int[])
    ) WITH ORDINALITY AS slice (starts_at, ends_at, clock, first, length, place)
    JOIN rolled_resolved USING (starts_at, ends_at)
    WHERE workspace_id = :workspace AND domain = coalesce(CAST(:domain AS text), '{EVERY_DOMAIN}')
    ORDER BY place
    """
)

# Flows in use, as they are now.
FLOWS_BY_DOMAIN = text(
    f"""
    SELECT
        coalesce(problem_domain, '{UNKNOWN}') AS domain,
        count(*) AS flows,
        count(*) FILTER (WHERE origin IN ('ai_generated', 'ai_enhanced')) AS ai_flows
    FROM flows
    WHERE workspace_id = :workspace AND NOT archived AND {_of_domain()}
    GROUP BY 1
    """
)

_DECIDED = "decided_at >= :start AND decided_at < :end AND status"

# Proposals that wait now, and those decided in the window.
KNOWLEDGE = text(
    f"""
    SELECT
        count(*) FILTER (WHERE status = '{ProposalStatus.PENDING}') AS pending,
        count(*) FILTER (
            WHERE {_DECIDED} IN ('{ProposalStatus.APPROVED}', '{ProposalStatus.MODIFIED}')
        ) AS approved,
        count(*) FILTER (WHERE {_DECIDED} = '{ProposalStatus.REJECTED}') AS rejected
    FROM proposals
    WHERE workspace_id = :workspace AND {_of_domain()}
    """
)

_PUSH_SUMS = ", ".join(f"CAST(coalesce(sum({name}), 0) AS bigint) AS {name}" for name in PUSH_COUNTS[:-1])

# Pushes to the ticket system that ended in the window; those of the window before are not asked for.
PUSHES = text(
    f"""
    WITH {_SPANS}
    SELECT {_PUSH_SUMS}, CAST(coalesce(sum(hours), 0) AS double precision) AS hours
    FROM (
        SELECT starts_at, ends_at, current, domain, {", ".join(PUSH_COUNTS)}
        FROM rolled_pushes JOIN spans USING (starts_at, ends_at)
        WHERE workspace_id = :workspace AND rolled
        UNION ALL
        {PUSHES_IN_SPANS}
    ) AS cells
    WHERE current AND (CAST(:domain AS text) IS NULL OR domain = :domain)
    """
)
