"""Forgetting a workspace that has left: its rows go in portions, because one DELETE of all of them takes as long as they are many."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, any_, delete, func, literal_column, select

from storage.statements import Statements
from storage.tables import (
    audit_events,
    digests,
    drafts,
    flows,
    gaps,
    home_views,
    proposals,
    rolled_spans,
    script_templates,
    scripts,
    search_words,
    sessions,
    slack_events,
    stale_hours,
    utterances,
    workspaces,
)

# A workspace that is installed again in the middle goes on with what is left, so that must make sense at each step:
# roll-ups before the sessions that they count (marks are of no use from then on, and triggers write none), sessions and
# flows each with all that hangs on them, proposals before the flows that they name, words after what they find. Tables
# that are not here hold few rows, which go with the workspace's own.
IN_THIS_ORDER: tuple[Table, ...] = (
    rolled_spans, stale_hours, sessions,
    scripts, script_templates, drafts, gaps, digests, utterances, slack_events, home_views,
    proposals, flows, search_words, audit_events,
)  # fmt: skip
PLACE: ColumnElement[object] = literal_column("ctid")
"""Where PostgreSQL has a row: rows found by one index are deleted without looking for them again."""


class Forgetting:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def forget_some(self, step: int, *, at_most: int) -> int | None:
        """Delete the next rows, beginning with step 0; the step to go on with, or None when the workspace is gone."""
        own = self._statements.workspace_id
        if step == len(IN_THIS_ORDER):
            await self._statements.run(delete(workspaces).where(workspaces.c.id == own))
            return None
        table = IN_THIS_ORDER[step]
        next_ones = select(PLACE).select_from(table).where(table.c.workspace_id == own)
        next_ones = next_ones.order_by(*table.primary_key.columns).limit(at_most)
        places = func.array(next_ones.scalar_subquery())
        deleted = await self._statements.changed(delete(table).where(any_(places) == PLACE))
        return step if deleted == at_most else step + 1
