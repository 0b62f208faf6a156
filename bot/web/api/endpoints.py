"""The table of endpoints: what is served and what describes it are the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel

from bot.web.api import analytics, gaps, proposals, sessions
from bot.web.api.analytics_models import Dashboard, DashboardQuery
from bot.web.api.calls import Call
from bot.web.api.gap_models import GapsQuery, KnowledgeGaps
from bot.web.api.gate import Allowance
from bot.web.api.proposal_models import Proposal, ProposalPage, ProposalsQuery, ProposalStats
from bot.web.api.review_models import Review
from bot.web.api.session_models import Session, SessionRecord

ANALYTICS = Allowance("analytics", 15)
GAPS = Allowance("gaps", 10)
OTHER = Allowance("other", 120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`statuses` are the answers beside errors that every endpoint of its form can give."""

    method: str
    path: str
    name: str
    summary: str
    answer: Callable[[Call], Awaitable[web.Response]]
    response: type[BaseModel]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    allowance: Allowance = OTHER
    statuses: tuple[HTTPStatus, ...] = (HTTPStatus.OK,)
    conflicts: bool = False
    has_csv: bool = False


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/analytics/flowpilot",
        name="readDashboard",
        summary="The dashboard of a period",
        answer=analytics.dashboard,
        query=DashboardQuery,
        response=Dashboard,
        allowance=ANALYTICS,
        has_csv=True,
    ),
    Endpoint(
        method="GET",
        path="/analytics/flowpilot/knowledge-gaps",
        name="readKnowledgeGaps",
        summary="Where knowledge is missing, the most costly first",
        answer=gaps.knowledge_gaps,
        query=GapsQuery,
        response=KnowledgeGaps,
        allowance=GAPS,
    ),
    Endpoint(
        method="GET",
        path="/flow-proposals",
        name="listProposals",
        summary="Proposals, oldest first, page by page",
        answer=proposals.list_proposals,
        query=ProposalsQuery,
        response=ProposalPage,
    ),
    Endpoint(
        method="GET",
        path="/flow-proposals/stats",
        name="countProposals",
        summary="How many proposals there are of each sort",
        answer=proposals.count,
        response=ProposalStats,
    ),
    Endpoint(
        method="GET",
        path="/flow-proposals/{id}",
        name="showProposal",
        summary="A proposal with its tree",
        answer=proposals.show,
        response=Proposal,
    ),
    Endpoint(
        method="POST",
        path="/flow-proposals/{id}/review",
        name="reviewProposal",
        summary="Decide on a proposal, on the version that was looked at",
        answer=proposals.review,
        body=Review,
        response=Proposal,
        conflicts=True,
    ),
    Endpoint(
        method="POST",
        path="/sessions",
        name="addSession",
        summary="Send a session; a second time changes nothing",
        answer=sessions.add,
        body=SessionRecord,
        response=Session,
        statuses=(HTTPStatus.OK, HTTPStatus.CREATED),
    ),
    Endpoint(
        method="GET",
        path="/sessions/{id}",
        name="showSession",
        summary="A session, and what was learnt from it",
        answer=sessions.show,
        response=Session,
    ),
)
