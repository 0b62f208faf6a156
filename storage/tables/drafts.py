"""Drafts that people work on before they publish them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, Text, UniqueConstraint
from sqlalchemy import (
    text as sql,
)
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
    Column("author", Text, nullable=False, server_default=sql("''")),
    Column("topic", Text, nullable=False, server_default=sql("''")),
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
    UniqueConstraint(
        "workspace_id",
        "proposal_id",
        "flow_id",
        "author",
        "topic",
        name="subject",
        postgresql_nulls_not_distinct=True,
    ),
    CheckConstraint(
        "CASE WHEN author = '' THEN num_nonnulls(proposal_id, flow_id) = 1 ELSE proposal_id IS NULL END",
        name="subject",
    ),
    one_of("problem_domain", ProblemDomain),
    Index("ix_drafts_updated_at", "workspace_id", "updated_at"),
)
"""One draft of a proposal or a flow, or of what an `author` proposes by hand: a change to a flow, or without one a new flow.

`base` and each of `undo` are what `tree` and the columns before it are.
"""
