"""Every table. A tenant's table has `workspace_id` first in its primary key and in every foreign key."""

from storage.tables.batches import batch_items, batches
from storage.tables.drafts import drafts
from storage.tables.homes import home_views
from storage.tables.knowledge import SearchPool, digests, flow_versions, flows, gaps, proposals, search_words
from storage.tables.metadata import metadata
from storage.tables.rollups import rolled_created, rolled_pushes, rolled_resolved, rolled_spans, stale_hours
from storage.tables.scripts import script_templates, scripts
from storage.tables.sessions import pushes, sessions
from storage.tables.spending import spendings
from storage.tables.threads import threads
from storage.tables.workspaces import (
    api_tokens,
    audit_events,
    installations,
    members,
    oauth_states,
    slack_events,
    utterances,
    workspaces,
)

__all__ = [
    "SearchPool",
    "api_tokens",
    "audit_events",
    "batch_items",
    "batches",
    "digests",
    "drafts",
    "flow_versions",
    "flows",
    "gaps",
    "home_views",
    "installations",
    "members",
    "metadata",
    "oauth_states",
    "proposals",
    "pushes",
    "rolled_created",
    "rolled_pushes",
    "rolled_resolved",
    "rolled_spans",
    "script_templates",
    "scripts",
    "search_words",
    "sessions",
    "slack_events",
    "spendings",
    "stale_hours",
    "threads",
    "utterances",
    "workspaces",
]
