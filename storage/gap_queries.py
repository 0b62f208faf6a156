"""The SQL behind gaps: sessions of a window, counted by what may have gone wrong.

Parameters: workspace, start (inclusive), end (exclusive); `kept` is how many session ids are named, `at_most` rows.
"""

# ruff: noqa: S608  (what is put into the SQL are constants of ours; what comes from outside are parameters)

from __future__ import annotations

from sqlalchemy import text

_CREATED = "sessions.workspace_id = :workspace AND created_at >= :start AND created_at < :end"
_ENDED = "status IN ('resolved', 'escalated', 'abandoned')"
_UNGUIDED = "followed_flow_id IS NULL AND coalesce(confidence_tier, 'discovery') = 'discovery'"
_MINUTES = "greatest(CAST(extract(epoch FROM resolved_at - created_at) AS double precision) - paused_seconds, 0) / 60"


def _hits(name: str, condition: str) -> str:
    """How many sessions meet the condition, of how many engineers, and the newest of them."""
    return f"""
        count(*) FILTER (WHERE {condition}) AS {name},
        count(DISTINCT engineer) FILTER (WHERE {condition}) AS {name}_engineers,
        (array_agg(id ORDER BY created_at DESC, id DESC) FILTER (WHERE {condition}))[1:CAST(:kept AS int)]
            AS {name}_ids
    """


def _timing(name: str, condition: str) -> str:
    timed = f"status = 'resolved' AND resolved_at IS NOT NULL AND {condition}"
    return f"""
        count(*) FILTER (WHERE {timed}) AS {name}_n,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) FILTER (WHERE {timed}) AS {name}_minutes
    """


# Each domain, and in the row that is marked so all of them. Sessions without a domain have their own row.
DOMAINS = text(
    f"""
    SELECT
        problem_domain AS domain,
        grouping(problem_domain) = 1 AS is_overall,
        count(*) FILTER (WHERE {_ENDED}) AS ended,
        {_hits("escalated", "status = 'escalated'")},
        {_hits("unguided", "status = 'resolved' AND unguided")},
        {_timing("with_flow", "NOT unguided")},
        {_timing("without_flow", "unguided")}
    FROM (
        SELECT id, created_at, resolved_at, problem_domain, status, engineer, {_UNGUIDED} AS unguided,
            {_MINUTES} AS minutes
        FROM sessions
        WHERE {_CREATED}
    ) AS created
    GROUP BY GROUPING SETS ((problem_domain), ())
    """
)

FLOWS_OF_DOMAINS = text(
    """
    SELECT problem_domain AS domain, count(*) AS flows
    FROM flows
    WHERE workspace_id = :workspace AND NOT archived AND problem_domain IS NOT NULL
    GROUP BY 1
    """
)

# Flows in use; those that nobody followed in the window have zeros.
FLOWS = text(
    f"""
    WITH counted AS (
        SELECT
            followed_flow_id AS flow_id,
            count(*) AS followed,
            count(*) FILTER (WHERE {_ENDED}) AS ended,
            {_hits("escalated", "status = 'escalated'")}
        FROM sessions
        WHERE {_CREATED} AND followed_flow_id IS NOT NULL
        GROUP BY 1
    )
    SELECT
        flows.id, flows.title, flows.current_version AS version, flows.problem_domain AS domain,
        coalesce(followed, 0) AS followed,
        coalesce(ended, 0) AS ended,
        coalesce(escalated, 0) AS escalated,
        coalesce(escalated_engineers, 0) AS escalated_engineers,
        escalated_ids
    FROM flows
    LEFT JOIN counted ON counted.flow_id = flows.id
    WHERE flows.workspace_id = :workspace AND NOT archived
    ORDER BY coalesce(followed, 0) DESC, flows.id
    LIMIT :at_most
    """
)

# The newest sessions of each flow that they followed, or else taught.
WALKED = text(
    f"""
    SELECT * FROM (
        SELECT
            sessions.*,
            coalesce(followed_flow_id, learned_flow_id) AS walked_flow_id,
            row_number() OVER (
                PARTITION BY coalesce(followed_flow_id, learned_flow_id) ORDER BY created_at DESC, id DESC
            ) AS place
        FROM sessions
        WHERE {_CREATED} AND coalesce(followed_flow_id, learned_flow_id) = ANY(CAST(:flows AS bigint[]))
    ) AS newest
    WHERE place <= :at_most
    ORDER BY walked_flow_id, place
    """
)

# Sessions that no flow guided and that taught none, newest first.
UNMATCHED = text(
    f"""
    SELECT
        sessions.id, problem, sessions.problem_domain AS domain, engineer, people, sessions.status,
        sessions.created_at, confidence_tier IS NOT NULL AS was_matched,
        coalesce(proposals.status IN ('pending', 'dismissed', 'rejected'), false) AS is_proposed
    FROM sessions
    LEFT JOIN proposals ON proposals.workspace_id = sessions.workspace_id AND proposals.id = proposal_id
    WHERE sessions.workspace_id = :workspace AND sessions.created_at >= :start AND sessions.created_at < :end
      AND sessions.status IN ('resolved', 'escalated', 'abandoned')
      AND {_UNGUIDED} AND learned_flow_id IS NULL
    ORDER BY sessions.created_at DESC, sessions.id DESC
    LIMIT :at_most
    """
)

# Sessions for which no flow was found, though they then went the way of one that was published before they began.
TAUGHT_LATER = text(
    f"""
    SELECT sessions.id, learned_flow_id AS flow_id, engineer
    FROM sessions
    JOIN flow_versions AS first
      ON first.workspace_id = sessions.workspace_id AND first.flow_id = learned_flow_id AND first.number = 1
    WHERE {_CREATED} AND followed_flow_id IS NULL AND confidence_tier = 'discovery'
      AND sessions.created_at > first.published_at
    """
)

PUBLISHED_AT = text(
    """
    SELECT flow_id, published_at
    FROM flow_versions
    WHERE workspace_id = :workspace AND number = 1 AND flow_id = ANY(CAST(:flows AS bigint[]))
    """
)

# Gaps for which a flow was published, with when that was; the newest first.
PUBLISHED_FOR = text(
    """
    SELECT gaps.id, gaps.kind, key, subject, coalesce(drafted_figures, figures) AS figures,
        closed_at IS NOT NULL AS is_closed, flows.id AS flow_id, flows.title, flows.current_version AS version, published_at
    FROM gaps
    JOIN proposals ON proposals.workspace_id = gaps.workspace_id AND proposals.id = gaps.proposal_id
    JOIN flow_versions
      ON flow_versions.workspace_id = gaps.workspace_id
     AND flow_versions.flow_id = published_flow_id AND flow_versions.number = published_version
    JOIN flows ON flows.workspace_id = gaps.workspace_id AND flows.id = published_flow_id AND NOT archived
    WHERE gaps.workspace_id = :workspace AND published_at >= :start
    ORDER BY published_at DESC, gaps.id
    LIMIT :at_most
    """
)

# Resolved sessions of a domain from whose own words a flow may be learnt, newest first.
TEACHING = text(
    """
    SELECT id FROM sessions
    WHERE workspace_id = :workspace AND problem_domain = :domain AND created_at >= :start
      AND status = 'resolved' AND coalesce(resolution, '') <> '' AND step_count > 0 AND learned_flow_id IS NULL
    ORDER BY created_at DESC, id DESC
    LIMIT :at_most
    """
)
