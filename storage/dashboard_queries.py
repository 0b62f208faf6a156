"""The dashboard's SQL. Figures leave as integers and double precision, never as numeric.

Parameters: workspace, start (inclusive), end (exclusive), domain (NULL: all), zone.
"""

# ruff: noqa: S608  (what is put into the SQL are constants of ours; what comes from outside are parameters)

from __future__ import annotations

from sqlalchemy import text

from bot.domain.dashboard import UNKNOWN
from bot.domain.proposals import ProposalStatus

Z_HALF = 0.98
"""Half of the normal quantile 1.96: the median's interval reaches 0.98 sqrt(n) ranks to either side (Conover 3.2)."""


def _of_domain(column: str = "problem_domain") -> str:
    return f"(CAST(:domain AS text) IS NULL OR coalesce({column}, '{UNKNOWN}') = :domain)"


_CREATED = f"workspace_id = :workspace AND created_at >= :start AND created_at < :end AND {_of_domain()}"
_RESOLVED = (
    "workspace_id = :workspace AND resolved_at >= :start AND resolved_at < :end"
    f" AND status = 'resolved' AND {_of_domain()}"
)
_WALL = "CAST(extract(epoch FROM resolved_at - created_at) AS double precision) / 60"

# Sessions created in the window, by how they stand now.
TOTALS = text(
    f"""
    SELECT
        count(*) AS sessions,
        count(*) FILTER (WHERE status = 'resolved') AS resolved,
        count(*) FILTER (WHERE status = 'escalated') AS escalated,
        count(*) FILTER (WHERE status = 'abandoned') AS abandoned,
        CAST(avg(step_count) FILTER (WHERE status = 'resolved') AS double precision) AS steps_to_resolution,
        CAST(avg(rating) AS double precision) AS rating,
        count(ticket) AS with_ticket
    FROM sessions
    WHERE {_CREATED}
    """
)

# The same sessions, once by domain and once by tier; the column that a row is not about is NULL.
CREATED = text(
    f"""
    SELECT
        CASE WHEN grouping(domain) = 0 THEN coalesce(domain, '{UNKNOWN}') END AS domain,
        CASE WHEN grouping(tier) = 0 THEN coalesce(tier, '{UNKNOWN}') END AS tier,
        count(*) AS sessions,
        count(*) FILTER (WHERE status = 'resolved') AS resolved,
        count(*) FILTER (WHERE status = 'escalated') AS escalated,
        count(*) FILTER (WHERE status = 'abandoned') AS abandoned,
        count(*) FILTER (WHERE tier = 'guided') AS guided
    FROM (
        SELECT status, problem_domain AS domain, confidence_tier AS tier FROM sessions WHERE {_CREATED}
    ) AS created
    GROUP BY GROUPING SETS ((domain), (tier))
    """
)

_SPREAD = ", ".join(
    f"""
        avg({clock}) AS {clock}_mean,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY {clock}) AS {clock}_median,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY {clock}) AS {clock}_p90,
        (array_agg({clock} ORDER BY {clock}))[CAST(ceil(count(*) / 2.0 - {Z_HALF} * sqrt(count(*))) AS int)]
            AS {clock}_low,
        (array_agg({clock} ORDER BY {clock}))[CAST(ceil(count(*) / 2.0 + {Z_HALF} * sqrt(count(*))) AS int)]
            AS {clock}_high
    """
    for clock in ("wall", "active")
)

# Minutes from creation to resolution of the sessions resolved in the window, with and without pauses. Of too few
# sessions the interval's ranks fall outside: NULL.
DURATIONS = text(
    f"""
    SELECT count(*) AS n, {_SPREAD}
    FROM (
        SELECT {_WALL} AS wall, greatest({_WALL} - paused_seconds / 60, 0) AS active
        FROM sessions
        WHERE {_RESOLVED}
    ) AS resolved
    """
)

# The same sessions by the local day of their resolution; days without any are missing.
DAYS = text(
    f"""
    SELECT
        CAST(resolved_at AT TIME ZONE :zone AS date) AS "on",
        count(*) AS resolved,
        avg({_WALL}) AS mean_minutes,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY {_WALL}) AS median_minutes,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY {_WALL}) AS p90_minutes
    FROM sessions
    WHERE {_RESOLVED}
    GROUP BY 1
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

# Pushes to the ticket system that ended in the window; one that was tried again counts once.
PUSHES = text(
    f"""
    SELECT
        count(*) AS ended,
        count(*) FILTER (WHERE pushes.status = 'succeeded' AND attempts = 1) AS first_try,
        count(*) FILTER (WHERE pushes.status = 'succeeded' AND attempts > 1) AS after_retry,
        count(*) FILTER (WHERE pushes.status = 'succeeded' AND kind = 'time_entry') AS time_entries,
        coalesce(sum(hours) FILTER (WHERE pushes.status = 'succeeded' AND kind = 'time_entry'), 0.0) AS hours
    FROM pushes
    JOIN sessions ON sessions.workspace_id = pushes.workspace_id AND sessions.id = pushes.session_id
    WHERE pushes.workspace_id = :workspace
      AND pushes.ended_at >= :start AND pushes.ended_at < :end
      AND {_of_domain()}
    """
)
