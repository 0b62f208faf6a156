"""Drafts that people work on before they publish them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from bot.domain.sessions import ProblemDomain
from storage.tables.metadata import (
    metadata,
    moment,
    number,
    of_workspace,
    one_of,
    refers,
    text,
    workspace_key,
)

drafts = Table(
    "drafts",
    metadata,
    workspace_key(),
    number(),
    Column("proposal_id", BigInteger),
    Column("flow_id", BigInteger),
    Column("base_version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    text("member_id"),
    text("title"),
    text("summary"),
    text("problem_domain", nullable=True),
    Column("keywords", JSONB, nullable=False),
    Column("tree", JSONB, nullable=False),
    Column("base", JSONB, nullable=False),
    Column("undo", JSONB, nullable=False),
    moment("started_at"),
    moment("updated_at"),
    of_workspace(),
    refers("proposal_id", "proposals", cascade=True),
    refers("flow_id", "flows", cascade=True),
    UniqueConstraint("workspace_id", "proposal_id", name="proposal_id"),
    UniqueConstraint("workspace_id", "flow_id", name="flow_id"),
    CheckConstraint("num_nonnulls(proposal_id, flow_id) = 1", name="subject"),
    one_of("problem_domain", ProblemDomain),
    Index("ix_drafts_updated_at", "workspace_id", "updated_at"),
)
"""One draft of a proposal or a flow. `base` and each of `undo` are what `tree` and the columns before it are."""
