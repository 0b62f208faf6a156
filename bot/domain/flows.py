"""A flow: a published decision tree with every version that it ever had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.sessions import ProblemDomain
from bot.domain.trees import FlowTree

MAX_KEYWORDS = 8
"""Words that a flow is found by, besides its title and its steps."""


class FlowOrigin(StrEnum):
    MANUAL = "manual"
    AI_GENERATED = "ai_generated"
    AI_ENHANCED = "ai_enhanced"


@dataclass(frozen=True, slots=True)
class FlowMention:
    flow_id: int
    title: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowDraft:
    """What is published: everything a reviewer can see and change."""

    title: str
    summary: str
    tree: FlowTree
    problem_domain: ProblemDomain | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowVersion:
    """One published version. `change` says in a sentence what it brought."""

    number: int
    draft: FlowDraft
    published_by: str
    published_at: datetime
    change: str
    proposal_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A flow with its current version."""

    id: int
    origin: FlowOrigin
    current: FlowVersion
    archived: bool = False

    @property
    def title(self) -> str:
        return self.current.draft.title

    @property
    def tree(self) -> FlowTree:
        return self.current.draft.tree
