"""Somebody looks closely at a proposal. Its parts open on top, or in its place where Slack takes no further modal."""

from __future__ import annotations

from functools import partial

from bot.domain.errors import FlowPilotError
from bot.domain.jobs import ShowProposalCard
from bot.services.details import look_at_session, look_at_step, read_details, read_history
from bot.services.jobs import leave_job
from bot.services.proposals_by_hand import withdraw_proposal
from bot.slack.deps import Ack, SlackDeps
from bot.slack.modals import show_modal
from bot.slack.payloads.details import PartClick
from bot.slack.payloads.envelopes import Person
from bot.slack.payloads.proposals import ProposalClick
from bot.slack.permalinks import permalink, thread_links
from bot.slack.views.blocks import Json
from bot.slack.views.details import SHOWN_EVIDENCE, details_modal
from bot.slack.views.evidence import session_modal, step_modal
from bot.slack.views.histories import history_modal


async def handle_view_clicked(click: ProposalClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    make = partial(_details, deps, click.by, click.seen.id)
    if await show_modal(click, "Proposal", make, deps):
        # A card that was deleted is posted anew by this, so that there is one to decide on.
        await leave_job(deps.database, click.by.workspace_id, ShowProposalCard(click.seen.id))


async def handle_page_clicked(click: PartClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    make = partial(_details, deps, click.by, click.part.proposal_id, click.part.part)
    await show_modal(click, "Proposal", make, deps, in_place_of=click.view_id)


async def handle_back_clicked(click: PartClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    make = partial(_details, deps, click.by, click.part.proposal_id)
    await show_modal(click, "Proposal", make, deps, in_place_of=click.view_id)


async def handle_history_clicked(click: PartClick, ack: Ack, deps: SlackDeps) -> None:
    async def make() -> Json:
        await deps.people.recognise(click.by)
        history = await read_history(deps.database, click.by.workspace_id, click.part.proposal_id)
        return history_modal(history, leads_back=click.is_full)

    await ack()
    await show_modal(click, "History", make, deps, in_place_of=_place(click))


async def handle_step_chosen(click: PartClick, ack: Ack, deps: SlackDeps) -> None:
    async def make() -> Json:
        await deps.people.recognise(click.by)
        part = click.part
        seen = await look_at_step(deps.database, click.by.workspace_id, part.proposal_id, part.part)
        return step_modal(seen, leads_back=click.is_full)

    await ack()
    await show_modal(click, "Step", make, deps, in_place_of=_place(click))


async def handle_session_chosen(click: PartClick, ack: Ack, deps: SlackDeps) -> None:
    async def make() -> Json:
        await deps.people.recognise(click.by)
        part, workspace_id = click.part, click.by.workspace_id
        seen = await look_at_session(deps.database, workspace_id, part.proposal_id, part.part)
        links = await thread_links(deps.api, workspace_id, [seen.session])
        return session_modal(seen, links.get(seen.session.id), leads_back=click.is_full)

    await ack()
    await show_modal(click, "Session", make, deps, in_place_of=_place(click))


async def handle_withdraw_clicked(click: ProposalClick, ack: Ack, deps: SlackDeps) -> None:
    """From the modal, which then shows how things stand, or from the message to the author, which a job redraws."""
    await ack()
    member = await deps.people.recognise(click.by)
    workspace_id, proposal_id = click.by.workspace_id, click.seen.id
    try:
        await withdraw_proposal(deps.database, workspace_id, proposal_id, by=member, now=deps.clock.now())
    except FlowPilotError:
        await leave_job(deps.database, workspace_id, ShowProposalCard(proposal_id))
        raise
    if click.in_modal:
        make = partial(_details, deps, click.by, proposal_id)
        await show_modal(click, "Proposal", make, deps, in_place_of=click.view_id)


def _place(click: PartClick) -> str | None:
    """The modal to show it in, where no other goes on top of that."""
    return click.view_id if click.is_full else None


async def _details(deps: SlackDeps, by: Person, proposal_id: int, page: int = 0) -> Json:
    member = await deps.people.recognise(by)
    now = deps.clock.now()
    details = await read_details(deps.database, by.workspace_id, proposal_id, seen_by=member, now=now)
    at = details.card.proposal.card
    card_link = await permalink(deps.api, by.workspace_id, at) if at else None
    shown = (*details.evidence[:SHOWN_EVIDENCE], *details.failed)
    links = await thread_links(deps.api, by.workspace_id, shown)
    return details_modal(details, card_link, links, page=page)
