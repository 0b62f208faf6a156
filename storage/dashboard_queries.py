"""The dashboard's SQL. Whole figures leave as integers; what is averaged leaves as sums and counts.

Parameters: workspace, domain (NULL: all), start (inclusive) and end (exclusive) of the window, and for what is counted by
day `starts`, `ends`, `current` (of the window, or of the one before) and `rolled` (is in the roll-ups).
"""

# ruff: noqa: S608  (what is put into the SQL are constants of ours; what comes from outside are parameters)

from __future__ import annotations

from sqlalchemy import text

from bot.domain.dashboard import UNKNOWN
from bot.domain.proposals import ProposalStatus
from storage.durations import MEDIAN, NINTH_DECILE, WIDTH
from storage.rollup_queries import (
    CREATED_COUNTS,
    CREATED_ON_DAYS,
    DURATIONS_ON_DAYS,
    EVERY_DOMAIN,
    PUSH_COUNTS,
    PUSHES_ON_DAYS,
)


def _of_domain(column: str = "problem_domain") -> str:
    return f"(CAST(:domain AS text) IS NULL OR coalesce({column}, '{UNKNOWN}') = :domain)"


_DAYS = """
    days AS (
        SELECT * FROM unnest(
            CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]),
            CAST(:current AS boolean[]), CAST(:rolled AS boolean[])
        ) AS day (starts_at, ends_at, current, rolled)
    ),
    asked AS (SELECT starts_at, ends_at FROM days WHERE NOT rolled)
"""

# Which of the days have a roll-up that holds.
ROLLED = text(
    """
    SELECT day.starts_at
    FROM unnest(CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[])) AS asked (starts_at, ends_at)
    JOIN rolled_days AS day ON day.workspace_id = :workspace
        AND day.starts_at = asked.starts_at AND day.ends_at = asked.ends_at
    WHERE NOT EXISTS (
        SELECT FROM stale_hours AS stale
        WHERE stale.workspace_id = :workspace
          AND stale.hour < day.ends_at AND stale.hour > day.starts_at - interval '1 hour'
    )
    """
)

_SUMS = ", ".join(f"CAST(sum({name}) AS bigint) AS {name}" for name in CREATED_COUNTS)

# Sessions created in the window, by how they stand now: all, once by domain and once by tier; and all of the window
# before. The column that a row is not about is NULL.
CREATED = text(
    f"""
    WITH {_DAYS}
    SELECT
        current,
        CASE WHEN grouping(domain) = 0 THEN domain END AS domain,
        CASE WHEN grouping(tier) = 0 THEN tier END AS tier,
        coalesce(CAST(sum(sessions) FILTER (WHERE tier = 'guided') AS bigint), 0) AS guided,
        {_SUMS}
    FROM days
    JOIN (
        SELECT starts_at, domain, tier, {", ".join(CREATED_COUNTS)}
        FROM rolled_created JOIN days USING (starts_at)
        WHERE workspace_id = :workspace AND rolled
        UNION ALL
        SELECT counted.* FROM ({CREATED_ON_DAYS}) AS counted
    ) AS cells USING (starts_at)
    WHERE CAST(:domain AS text) IS NULL OR domain = :domain
    GROUP BY GROUPING SETS ((current), (current, domain), (current, tier))
    """
)


def _two(durations: str, percent: int) -> str:
    """The durations at the quantile's first rank and the next."""
    return f"substr({durations}, {WIDTH} * ({percent} * (resolved - 1) / 100) + 1, 2 * {WIDTH})"


# Durations of the sessions resolved on each of the days: of rolled days the posts, of the others all of them.
RESOLVED = text(
    f"""
    WITH {_DAYS}
    SELECT
        starts_at, current, rolled, resolved, wall_total, active_total,
        CASE WHEN rolled THEN wall_posts ELSE walls END AS walls,
        CASE WHEN rolled THEN active_posts ELSE actives END AS actives,
        {_two("walls", MEDIAN)} AS median, {_two("walls", NINTH_DECILE)} AS p90
    FROM days
    JOIN (
        SELECT starts_at, resolved, wall_total, active_total, walls, actives, wall_posts, active_posts
        FROM rolled_resolved JOIN days USING (starts_at)
        WHERE workspace_id = :workspace AND rolled AND domain = coalesce(CAST(:domain AS text), '{EVERY_DOMAIN}')
        UNION ALL
        SELECT of_day.*, CAST('' AS bytea), CAST('' AS bytea) FROM ({DURATIONS_ON_DAYS}) AS of_day
    ) AS durations USING (starts_at)
    ORDER BY starts_at
    """
)

# Some durations out of the middle of rolled days, in the order asked for.
SLICES = text(
    f"""
    SELECT substr(
        CASE clock WHEN 'wall' THEN walls ELSE actives END, {WIDTH} * first + 1, {WIDTH} * length
    ) AS durations
    FROM unnest(
        CAST(:starts AS timestamptz[]), CAST(:clocks AS text[]), CAST(:firsts AS int[]), CAST(:lengths AS int[])
    ) WITH ORDINALITY AS slice (starts_at, clock, first, length, place)
    JOIN rolled_resolved USING (starts_at)
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

# Pushes to the ticket system that ended in the window.
PUSHES = text(
    f"""
    WITH {_DAYS}
    SELECT {_PUSH_SUMS}, CAST(coalesce(sum(hours), 0) AS double precision) AS hours
    FROM days
    JOIN (
        SELECT starts_at, domain, {", ".join(PUSH_COUNTS)}
        FROM rolled_pushes JOIN days USING (starts_at)
        WHERE workspace_id = :workspace AND rolled
        UNION ALL
        SELECT counted.* FROM ({PUSHES_ON_DAYS}) AS counted
    ) AS cells USING (starts_at)
    WHERE current AND (CAST(:domain AS text) IS NULL OR domain = :domain)
    """
)
