"""What a team knows: flows with their versions, proposals, gaps, and the digest that reports on them."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from bot.domain.flows import FlowOrigin
from bot.domain.gap_rule import GapLevel
from bot.domain.gaps import GapKind, MuteCode
from bot.domain.proposals import ProposalKind, ProposalStatus
from bot.domain.reasons import ReasonCode
from bot.domain.sessions import ProblemDomain
from storage.tables.metadata import (
    found_by,
    metadata,
    moment,
    number,
    of_workspace,
    one_of,
    refers,
    text,
    workspace_key,
)


class SearchPool(StrEnum):
    """What is searched together: flows in use, proposals that may grow, proposals that were rejected."""

    FLOWS = "flows"
    GROWING = "growing"
    REJECTED = "rejected"


# Conditions of the queries too, word for word and without parameters: only so does a partial index serve them.
FLOW_NOT_COMPARED = sql("NOT archived AND compared_version < current_version")
PROPOSAL_NOT_COMPARED = sql("status IN ('forming', 'pending') AND compared_version < version")
PROPOSAL_CHANGES_A_FLOW = sql("flow_id IS NOT NULL AND status IN ('dismissed', 'forming', 'pending')")

flows = Table(
    "flows",
    metadata,
    workspace_key(),
    number(),
    text("origin"),
    Column("current_version", Integer, nullable=False),
    Column("archived", Boolean, nullable=False, server_default=false()),
    # The version that was last compared with all others: whether two flows are about one problem.
    Column("compared_version", Integer, nullable=False, server_default=sql("0")),
    text("title"),
    text("problem_domain", nullable=True),
    Column("search", TSVECTOR, nullable=False),
    moment("created_at"),
    moment("updated_at"),
    of_workspace(),
    one_of("origin", FlowOrigin),
    one_of("problem_domain", ProblemDomain),
    Index("ix_flows_not_compared", "workspace_id", "id", postgresql_where=FLOW_NOT_COMPARED),
)

proposals = Table(
    "proposals",
    metadata,
    workspace_key(),
    number(),
    text("kind"),
    text("status"),
    Column("version", Integer, nullable=False),
    text("title"),
    text("summary"),
    text("problem_domain", nullable=True),
    Column("keywords", JSONB, nullable=False),
    Column("tree", JSONB, nullable=False),
    Column("search", TSVECTOR, nullable=False),
    Column("flow_id", BigInteger),
    Column("base_version", Integer),
    Column("confidence", Double, nullable=False),
    text("analyst"),
    text("proposed_by", nullable=True),
    text("decided_by", nullable=True),
    moment("decided_at", nullable=True),
    text("reason", nullable=True),
    text("reason_code", nullable=True),
    Column("published_flow_id", BigInteger),
    Column("published_version", Integer),
    text("card_channel", nullable=True),
    text("card_ts", nullable=True),
    moment("shown_at", nullable=True),
    moment("pending_since", nullable=True),
    Column("absorbs", ARRAY(BigInteger), nullable=False, server_default=sql("'{}'::bigint[]")),
    Column("merged_into", BigInteger),
    Column("compared_version", Integer, nullable=False, server_default=sql("0")),
    # What its tree does with other sessions, and the version that this was found for.
    Column("replay", JSONB),
    moment("created_at"),
    moment("updated_at"),
    of_workspace(),
    refers("flow_id", "flows"),
    refers("published_flow_id", "flows"),
    refers("merged_into", "proposals", set_null=True),
    one_of("kind", ProposalKind),
    one_of("status", ProposalStatus),
    one_of("reason_code", ReasonCode),
    one_of("problem_domain", ProblemDomain),
    CheckConstraint("(kind = 'new_flow') = (flow_id IS NULL)", name="flow_id"),
    CheckConstraint("(flow_id IS NULL) = (base_version IS NULL)", name="base_version"),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
    Index("ix_proposals_status", "workspace_id", "status", "id"),
    Index("ix_proposals_shown_at", "workspace_id", "shown_at"),
    Index("ix_proposals_not_compared", "workspace_id", "id", postgresql_where=PROPOSAL_NOT_COMPARED),
    Index("ix_proposals_changing", "workspace_id", "flow_id", postgresql_where=PROPOSAL_CHANGES_A_FLOW),
    found_by("proposals", "flow_id"),
    found_by("proposals", "published_flow_id"),
    found_by("proposals", "merged_into"),
)

search_words = Table(
    "search_words",
    metadata,
    workspace_key(),
    Column("pool", Text, primary_key=True),
    Column("lexeme", Text, primary_key=True),
    Column("rank", SmallInteger, primary_key=True, autoincrement=False),
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    of_workspace(),
    one_of("pool", SearchPool),
)
"""Each word that a row of `flows` or `proposals` can be found by. Triggers on these keep it as their column `search` is.

`rank` is 1 for a word of the title or a keyword, 2 for the summary, 3 for the steps: of many rows with a word the index
gives the telling ones first.
"""

flow_versions = Table(
    "flow_versions",
    metadata,
    workspace_key(),
    Column("flow_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    text("title"),
    text("summary"),
    text("problem_domain", nullable=True),
    Column("keywords", JSONB, nullable=False),
    Column("tree", JSONB, nullable=False),
    text("published_by"),
    moment("published_at"),
    text("change"),
    Column("proposal_id", BigInteger),
    refers("flow_id", "flows", cascade=True),
    refers("proposal_id", "proposals", set_null=True),
    one_of("problem_domain", ProblemDomain),
    CheckConstraint("number >= 1", name="number"),
    Index("ix_flow_versions_published_at", "workspace_id", "published_at"),
    found_by("flow_versions", "proposal_id"),
)

gaps = Table(
    "gaps",
    metadata,
    workspace_key(),
    number(),
    text("kind"),
    text("key"),
    text("level"),
    text("subject"),
    text("problem_domain", nullable=True),
    Column("flow_id", BigInteger),
    Column("figures", JSONB, nullable=False),
    Column("session_ids", JSONB, nullable=False),
    Column("minutes_saved", Double, nullable=False),
    moment("opened_at"),
    moment("seen_at"),
    moment("closed_at", nullable=True),
    # Who called it no gap, why, and the figures at which that was so.
    moment("muted_at", nullable=True),
    text("muted_by", nullable=True),
    text("muted_code", nullable=True),
    text("muted_reason", nullable=True),
    Column("muted_figures", JSONB),
    # What was drafted for it, and the figures at that time: a later report says what it did.
    Column("proposal_id", BigInteger),
    Column("drafted_figures", JSONB),
    of_workspace(),
    refers("flow_id", "flows", cascade=True),
    refers("proposal_id", "proposals"),
    UniqueConstraint("workspace_id", "kind", "key", name="key"),
    one_of("kind", GapKind),
    one_of("level", GapLevel),
    one_of("muted_code", MuteCode),
    CheckConstraint("(muted_at IS NULL) = (muted_figures IS NULL)", name="muted"),
    one_of("problem_domain", ProblemDomain),
)

digests = Table(
    "digests",
    metadata,
    workspace_key(),
    number(),
    Column("due_on", Date, nullable=False),
    text("status"),
    text("channel", nullable=True),
    text("ts", nullable=True),
    moment("opened_at"),
    moment("posted_at", nullable=True),
    of_workspace(),
    UniqueConstraint("workspace_id", "due_on", name="due_on"),
    one_of("status", ("open", "posted")),
)
