"""Reviewers decide on proposals."""

from __future__ import annotations

from bot.domain.errors import AlreadyDecidedError, ReasonMissingError, StaleVersionError
from bot.domain.jobs import RefreshHome, ShowProposalCard
from bot.domain.proposals import (
    Approve,
    Dismiss,
    Explain,
    Proposal,
    Reject,
    Reopen,
    Request,
    require_decidable,
    require_explainable,
)
from bot.services.jobs import leave_job
from bot.services.proposals import decide_proposal, get_proposal
from bot.slack.deps import Ack, SlackDeps
from bot.slack.ids import Field, VersionedId
from bot.slack.modals import show_modal
from bot.slack.payloads.proposals import ProposalClick, ReasonSubmitted
from bot.slack.views.blocks import Json
from bot.slack.views.reasons import explain_modal, reject_modal


async def handle_approve_clicked(click: ProposalClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _decide_clicked(Approve, click, deps)


async def handle_dismiss_clicked(click: ProposalClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _decide_clicked(Dismiss, click, deps)


async def handle_reopen_clicked(click: ProposalClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _decide_clicked(Reopen, click, deps)


async def handle_reject_clicked(click: ProposalClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        return reject_modal(await _open_for_decision(deps, click))

    await show_modal(click, "Reject proposal", make, deps)


async def handle_explain_clicked(click: ProposalClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        member = await deps.people.recognise(click.by)
        proposal = await get_proposal(deps.database, click.by.workspace_id, click.seen.id)
        require_explainable(proposal, member, click.seen.version)
        return explain_modal(proposal)

    await show_modal(click, "Why parked?", make, deps)


async def handle_rejection_submitted(submitted: ReasonSubmitted, ack: Ack, deps: SlackDeps) -> None:
    await _give_reason(Reject, submitted, ack, deps)


async def handle_explanation_submitted(submitted: ReasonSubmitted, ack: Ack, deps: SlackDeps) -> None:
    await _give_reason(Explain, submitted, ack, deps)


async def _give_reason(
    kind: type[Reject | Explain], submitted: ReasonSubmitted, ack: Ack, deps: SlackDeps
) -> None:
    """Carry it out; a reason that says nothing is asked for where it is missing."""
    member = await deps.people.recognise(submitted.by)
    request = kind(
        by=member, seen_version=submitted.seen.version, code=submitted.code, reason=submitted.reason
    )
    try:
        await _decide(deps, submitted.by.workspace_id, submitted.seen, request)
    except ReasonMissingError as error:
        await ack(response_action="errors", errors={Field.REASON.value: str(error)})
    else:
        await ack()


async def _decide_clicked(
    kind: type[Approve | Dismiss | Reopen], click: ProposalClick, deps: SlackDeps
) -> None:
    """Decide when it is this click's turn: nobody waits for it, others wait for their ack or their modal."""
    async with deps.deciding:
        member = await deps.people.recognise(click.by)
        request = kind(by=member, seen_version=click.seen.version)
        try:
            await _decide(deps, click.by.workspace_id, click.seen, request)
        finally:
            if click.in_home:
                await leave_job(deps.database, click.by.workspace_id, RefreshHome(click.by.id))


async def _decide(deps: SlackDeps, workspace_id: str, seen: VersionedId, request: Request) -> None:
    """Carry the decision out; when somebody was faster, the card is drawn as things stand."""
    try:
        await decide_proposal(deps.database, workspace_id, seen.id, request, now=deps.clock.now())
    except (AlreadyDecidedError, StaleVersionError):
        await leave_job(deps.database, workspace_id, ShowProposalCard(seen.id))
        raise


async def _open_for_decision(deps: SlackDeps, click: ProposalClick) -> Proposal:
    """The proposal, if this person may decide on it now; a refusal before anybody fills in a form in vain."""
    member = await deps.people.recognise(click.by)
    proposal = await get_proposal(deps.database, click.by.workspace_id, click.seen.id)
    try:
        require_decidable(proposal, member, click.seen.version)
    except (AlreadyDecidedError, StaleVersionError):
        await leave_job(deps.database, click.by.workspace_id, ShowProposalCard(proposal.id))
        raise
    return proposal
