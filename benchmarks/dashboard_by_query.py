"""A dashboard as a careful backend reads it without roll-ups: one aggregating query a figure, over the same tables.

Parameters: workspace, start, end, zone.
"""

# ruff: noqa: S608  (what is put into the SQL are constants of ours; what comes from outside are parameters)

from __future__ import annotations

from sqlalchemy import TextClause, text

_CREATED = "workspace_id = :workspace AND created_at >= :start AND created_at < :end"
_MINUTES = "extract(epoch FROM resolved_at - created_at) / 60"
_PUSHED = "workspace_id = :workspace AND created_at >= :start AND created_at < :end"

FIGURES: tuple[TextClause, ...] = tuple(
    map(
        text,
        (
            f"SELECT count(*) FROM sessions WHERE {_CREATED}",
            f"SELECT count(*) FROM sessions WHERE {_CREATED} AND status = 'resolved'",
            f"SELECT count(*) FROM sessions WHERE {_CREATED} AND status = 'escalated'",
            f"SELECT count(*) FROM sessions WHERE {_CREATED} AND status = 'abandoned'",
            f"SELECT avg(step_count) FROM sessions WHERE {_CREATED} AND status = 'resolved'",
            f"SELECT avg({_MINUTES} - paused_seconds / 60) FROM sessions WHERE {_CREATED} AND resolved_at IS NOT NULL",
            f"SELECT avg(rating) FROM sessions WHERE {_CREATED} AND rating IS NOT NULL",
            f"SELECT avg({_MINUTES}) FROM sessions WHERE {_CREATED} AND status = 'resolved'",
            f"""
            SELECT CAST(created_at AT TIME ZONE :zone AS date) AS day, avg({_MINUTES}), count(*)
            FROM sessions WHERE {_CREATED} AND status = 'resolved' GROUP BY 1 ORDER BY 1
            """,
            f"""
            SELECT problem_domain, count(*), count(*) FILTER (WHERE status = 'resolved'),
                count(*) FILTER (WHERE status = 'escalated')
            FROM sessions WHERE {_CREATED} AND problem_domain IS NOT NULL GROUP BY 1
            """,
            f"""
            SELECT confidence_tier, count(*), count(*) FILTER (WHERE status = 'resolved')
            FROM sessions WHERE {_CREATED} AND confidence_tier IS NOT NULL GROUP BY 1
            """,
            "SELECT count(*), count(*) FILTER (WHERE origin = 'ai_generated') FROM flows WHERE workspace_id = :workspace",
            """
            SELECT count(*) FILTER (WHERE status = 'pending'),
                count(*) FILTER (WHERE status = 'approved' AND decided_at >= :start AND decided_at < :end),
                count(*) FILTER (WHERE status = 'rejected' AND decided_at >= :start AND decided_at < :end)
            FROM proposals WHERE workspace_id = :workspace
            """,
            f"""
            SELECT problem_domain, count(*), count(*) FILTER (WHERE confidence_tier = 'guided')
            FROM sessions WHERE {_CREATED} AND problem_domain IS NOT NULL GROUP BY 1
            """,
            f"SELECT count(*) FROM sessions WHERE {_CREATED} AND ticket IS NOT NULL",
            f"""
            SELECT count(*), count(*) FILTER (WHERE status = 'succeeded' AND attempts = 1),
                count(*) FILTER (WHERE status = 'succeeded' AND attempts > 1)
            FROM pushes WHERE {_PUSHED}
            """,
            f"SELECT count(*), sum(hours) FROM pushes WHERE {_PUSHED} AND kind = 'time_entry' AND status = 'succeeded'",
        ),
    )
)  # fmt: skip
