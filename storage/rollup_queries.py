"""What the dashboard counts, read from sessions and pushes span by span: for the roll-ups, and for spans without one.

Parameters: workspace, and the spans as arrays `starts` and `ends`.
"""

# ruff: noqa: S608  (what is put into the SQL are constants of ours; what comes from outside are parameters)

from __future__ import annotations

from sqlalchemy import text

from bot.domain.dashboard import UNKNOWN
from storage.durations import SPACING, WIDTH

EVERY_DOMAIN = "*"
"""Of the roll-up that holds the sessions of all domains."""

_DOMAIN = f"coalesce(problem_domain, '{UNKNOWN}')"
_SPANS = "unnest(CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[])) AS asked (starts_at, ends_at)"

CREATED_COUNTS = (
    "sessions", "resolved", "escalated", "abandoned", "steps", "steps_squared",
    "rated", "ratings", "ratings_squared", "with_ticket",
)  # fmt: skip
PUSH_COUNTS = ("ended", "first_try", "after_retry", "time_entries", "hours")

# Laterally, so that each span is read by its index: a join would be planned as if every session were in some span.
# The columns of `asked` come first.

# Sessions created in each of `asked`, by domain and tier.
CREATED_IN_SPANS = f"""
    SELECT asked.*, counted.*
    FROM asked, LATERAL (
        SELECT
            {_DOMAIN} AS domain,
            coalesce(confidence_tier, '{UNKNOWN}') AS tier,
            CAST(count(*) AS integer) AS sessions,
            CAST(count(*) FILTER (WHERE status = 'resolved') AS integer) AS resolved,
            CAST(count(*) FILTER (WHERE status = 'escalated') AS integer) AS escalated,
            CAST(count(*) FILTER (WHERE status = 'abandoned') AS integer) AS abandoned,
            CAST(coalesce(sum(step_count) FILTER (WHERE status = 'resolved'), 0) AS integer) AS steps,
            CAST(coalesce(sum(step_count * step_count) FILTER (WHERE status = 'resolved'), 0) AS integer)
                AS steps_squared,
            CAST(count(rating) AS integer) AS rated,
            CAST(coalesce(sum(rating), 0) AS integer) AS ratings,
            CAST(coalesce(sum(rating * rating), 0) AS integer) AS ratings_squared,
            CAST(count(ticket) AS integer) AS with_ticket
        FROM sessions
        WHERE workspace_id = :workspace AND created_at >= asked.starts_at AND created_at < asked.ends_at
        GROUP BY 1, 2
    ) AS counted
"""

# Sessions resolved from starts_at to ends_at; wall-clock and active time in microseconds.
_RESOLVED = f"""
    SELECT domain, wall, greatest(wall - CAST(round(paused_seconds * 1000000) AS bigint), 0) AS active
    FROM (
        SELECT
            {_DOMAIN} AS domain, paused_seconds,
            CAST(extract(epoch FROM resolved_at - created_at) * 1000000 AS bigint) AS wall
        FROM sessions
        WHERE workspace_id = :workspace AND resolved_at >= asked.starts_at AND resolved_at < asked.ends_at
          AND status = 'resolved'
    ) AS resolved
"""
_DURATIONS = """
            CAST(count(*) AS integer) AS resolved,
            sum(wall) AS wall_total,
            sum(active) AS active_total,
            string_agg(int8send(wall), '' ORDER BY wall) AS walls,
            string_agg(int8send(active), '' ORDER BY active) AS actives
"""

# Of the domain :domain alone, or of all when it is NULL; no row for a span without any.
DURATIONS_IN_SPANS = f"""
    SELECT asked.*, durations.*
    FROM asked, LATERAL (
        SELECT {_DURATIONS}
        FROM ({_RESOLVED}) AS resolved
        WHERE CAST(:domain AS text) IS NULL OR domain = :domain
        HAVING count(*) > 0
    ) AS durations
"""

# Pushes that ended in each of `asked`, by the domain of their session; one that was tried again counts once.
PUSHES_IN_SPANS = f"""
    SELECT asked.*, counted.*
    FROM asked, LATERAL (
        SELECT
            {_DOMAIN} AS domain,
            CAST(count(*) AS integer) AS ended,
            CAST(count(*) FILTER (WHERE pushes.status = 'succeeded' AND attempts = 1) AS integer) AS first_try,
            CAST(count(*) FILTER (WHERE pushes.status = 'succeeded' AND attempts > 1) AS integer) AS after_retry,
            CAST(count(*) FILTER (WHERE pushes.status = 'succeeded' AND kind = 'time_entry') AS integer)
                AS time_entries,
            coalesce(
                sum(CAST(hours AS numeric)) FILTER (WHERE pushes.status = 'succeeded' AND kind = 'time_entry'), 0
            ) AS hours
        FROM pushes
        JOIN sessions ON sessions.workspace_id = pushes.workspace_id AND sessions.id = pushes.session_id
        WHERE pushes.workspace_id = :workspace
          AND pushes.ended_at >= asked.starts_at AND pushes.ended_at < asked.ends_at
        GROUP BY 1
    ) AS counted
"""

# Looks at no more of them than it has to.
HAS_SESSIONS = text(
    """
    SELECT EXISTS (
        SELECT FROM sessions WHERE workspace_id = :workspace AND created_at >= :since OFFSET :more_than
    )
    """
)

# Whoever else rolls this workspace up meanwhile would write what was read earlier over what was read later.
TAKE_TURN = text("SELECT pg_try_advisory_xact_lock(:number, hashtext(:workspace))")

# Before anything is read anew: what changes from here on leaves marks of its own.
DROP_STALE_SPANS = text(
    """
    WITH taken AS (DELETE FROM stale_hours WHERE workspace_id = :workspace RETURNING hour)
    DELETE FROM rolled_spans AS span
    USING (SELECT DISTINCT hour FROM taken) AS stale
    WHERE span.workspace_id = :workspace
      AND stale.hour < span.ends_at AND stale.hour > span.starts_at - interval '1 hour'
    """
)

# Spans that nobody asks for any more: too long ago, or of another time zone.
DROP_OTHER_SPANS = text(
    f"""
    DELETE FROM rolled_spans AS span
    WHERE workspace_id = :workspace
      AND NOT EXISTS (
        SELECT FROM {_SPANS} WHERE asked.starts_at = span.starts_at AND asked.ends_at = span.ends_at
      )
    """
)

# The newest of the spans asked for that are not there.
ADD_SPANS = text(
    f"""
    INSERT INTO rolled_spans (workspace_id, starts_at, ends_at)
    SELECT :workspace, starts_at, ends_at
    FROM {_SPANS}
    WHERE NOT EXISTS (
        SELECT FROM rolled_spans AS span
        WHERE span.workspace_id = :workspace AND span.starts_at = asked.starts_at AND span.ends_at = asked.ends_at
    )
    ORDER BY starts_at DESC
    LIMIT :at_most
    RETURNING starts_at, ends_at
    """
)

ADD_CREATED = text(
    f"""
    INSERT INTO rolled_created (workspace_id, starts_at, ends_at, domain, tier, {", ".join(CREATED_COUNTS)})
    WITH asked AS (SELECT * FROM {_SPANS})
    SELECT :workspace, counted.* FROM ({CREATED_IN_SPANS}) AS counted
    """
)


def _posts(durations: str) -> str:
    return f"""coalesce(
        (
            SELECT string_agg(substr({durations}, {WIDTH} * (post * {SPACING} - 1) + 1, {WIDTH}), '' ORDER BY post)
            FROM generate_series(1, resolved / {SPACING}) AS post
        ),
        ''
    )"""


ADD_RESOLVED = text(
    f"""
    INSERT INTO rolled_resolved (
        workspace_id, starts_at, ends_at, domain, resolved, wall_total, active_total, walls, actives,
        wall_posts, active_posts
    )
    WITH asked AS (SELECT * FROM {_SPANS})
    SELECT :workspace, asked.*, of_span.*, {_posts("walls")}, {_posts("actives")}
    FROM asked, LATERAL (
        SELECT CASE WHEN grouping(domain) = 0 THEN domain ELSE '{EVERY_DOMAIN}' END, {_DURATIONS}
        FROM ({_RESOLVED}) AS resolved
        GROUP BY GROUPING SETS ((), (domain))
        HAVING count(*) > 0
    ) AS of_span
    """
)

ADD_PUSHES = text(
    f"""
    INSERT INTO rolled_pushes (workspace_id, starts_at, ends_at, domain, {", ".join(PUSH_COUNTS)})
    WITH asked AS (SELECT * FROM {_SPANS})
    SELECT :workspace, counted.* FROM ({PUSHES_IN_SPANS}) AS counted
    """
)
