"""Proposals: list, count, look at one, decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from bot.domain import proposals as domain
from bot.domain.errors import (
    AlreadyDecidedError,
    FlowPilotError,
    StaleFlowError,
    StaleVersionError,
    WrongStatusError,
)
from bot.domain.formats_reading import parse_tree
from bot.domain.proposal_document import detailed_document, proposal_document
from bot.domain.proposal_lists import ProposalFilter, counts_document
from bot.services.proposal_lists import count_proposals, get_proposal_with_sources, list_proposal_page
from bot.services.proposals import decide_proposal, get_proposal
from bot.web.api.calls import Call, answered
from bot.web.api.cursors import cursor_after, id_in
from bot.web.api.proposal_models import Proposal, ProposalPage, ProposalsQuery, ProposalStats, ProposalSummary
from bot.web.api.review_models import Approve, Dismiss, Modify, Reject, Reopen, Review
from bot.web.errors import RefusedError, refusal_of

NOUN = "proposal"
CONFLICTS = (AlreadyDecidedError, StaleVersionError, StaleFlowError, WrongStatusError)


async def list_proposals(call: Call) -> web.Response:
    query = call.query(ProposalsQuery)
    wanted = ProposalFilter(status=query.status, kind=query.kind, domain=query.domain)
    after = id_in(query.cursor) if query.cursor is not None else 0
    found, has_more = await list_proposal_page(
        call.database, call.workspace_id, wanted, after=after, limit=query.limit
    )
    shown = tuple(ProposalSummary.model_validate(proposal_document(each)) for each in found)
    cursor = cursor_after(found[-1].id) if has_more else None
    return answered(ProposalPage(proposals=shown, next_cursor=cursor))


async def count(call: Call) -> web.Response:
    document = counts_document(*await count_proposals(call.database, call.workspace_id, now=call.now))
    return answered(ProposalStats.model_validate(document))


async def show(call: Call) -> web.Response:
    return await _answered(call, call.id_of(NOUN))


async def review(call: Call) -> web.Response:
    """The proposal as it stands after the decision. A conflict says how it stands instead."""
    proposal_id = call.id_of(NOUN)
    asked = (await call.read(Review)).root
    proposal, external_ids = await get_proposal_with_sources(call.database, call.workspace_id, proposal_id)
    request = _request(call, asked, proposal, external_ids)
    try:
        await decide_proposal(call.database, call.workspace_id, proposal_id, request, now=call.now)
    except CONFLICTS as error:
        raise await _conflict(call, proposal_id, error) from error
    return await _answered(call, proposal_id)


def _request(
    call: Call,
    asked: Approve | Modify | Dismiss | Reject | Reopen,
    proposal: domain.Proposal,
    external_ids: Mapping[int, str],
) -> domain.Request:
    by, seen = call.token.member, asked.version
    match asked:
        case Approve():
            return domain.Approve(by=by, seen_version=seen)
        case Modify(tree=tree):
            session_ids = {name: session_id for session_id, name in external_ids.items()}
            given = tree.model_dump(mode="json", exclude_none=True)
            edited = replace(proposal.draft, tree=parse_tree(given, session_ids=session_ids, path="tree"))
            return domain.Publish(by=by, seen_version=seen, draft=edited)
        case Dismiss(reason=reason, reason_code=code):
            return domain.Dismiss(by=by, seen_version=seen, reason=reason, code=code)
        case Reject(reason=reason, reason_code=code):
            return domain.Reject(by=by, seen_version=seen, reason=reason, code=code)
        case Reopen():
            return domain.Reopen(by=by, seen_version=seen)


async def _conflict(call: Call, proposal_id: int, error: FlowPilotError) -> RefusedError:
    present = proposal_document(await get_proposal(call.database, call.workspace_id, proposal_id))
    names = ("version", "status", "decided_by", "decided_at")
    return refusal_of(error, {name: present[name] for name in names})


async def _answered(call: Call, proposal_id: int) -> web.Response:
    found = await get_proposal_with_sources(call.database, call.workspace_id, proposal_id)
    return answered(Proposal.model_validate(detailed_document(*found)))
