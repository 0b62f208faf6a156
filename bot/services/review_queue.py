"""The review queue: a page of it, and deciding on several proposals at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.digests import QueueState
from bot.domain.errors import AlreadyDecidedError, FlowPilotError, StaleVersionError
from bot.domain.members import Member, require_admin
from bot.domain.merging import TreeChange, compare
from bot.domain.ports import Clock
from bot.domain.proposals import Proposal
from bot.domain.review_batches import Batch, BatchItem, BatchVerb, Pick, planned, request_of
from bot.domain.review_queue import (
    DEFAULT_FILTER,
    PAGE,
    RECENT,
    QueueFilter,
    QueuePage,
    QueueRow,
    chosen_entries,
    last_page_of,
    minutes_saved,
)
from bot.domain.trust import NO_TRUST
from bot.domain.workspaces import WorkspaceSettings
from bot.services.jobs import redraw_card
from bot.services.proposals import base_tree, decide_proposal
from storage.database import Database
from storage.transaction import Transaction


def overdue_before(settings: WorkspaceSettings, now: datetime) -> datetime:
    """What waits since before this moment waits longer than the workspace wants it to."""
    return now - timedelta(days=settings.remind_after_days)


async def read_queue(database: Database, workspace_id: str, *, now: datetime) -> tuple[QueueState, QueuePage]:
    """What waits, and the first page of it."""
    async with database.snapshot(workspace_id) as tx:
        settings = (await tx.workspaces.get()).settings
        queue = await tx.proposals.queue(overdue_before=overdue_before(settings, now))
        return queue, await read_page(tx, DEFAULT_FILTER, now=now)


async def read_page(tx: Transaction, wanted: QueueFilter, *, now: datetime) -> QueuePage:
    """The page that is wanted, or the last one there is."""
    entries = await tx.review_queue.entries(wanted.statuses, recent=now - RECENT)
    guided = await tx.review_queue.guided_minutes(recent=now - RECENT)
    chosen = chosen_entries(entries, wanted, guided, now=now)
    page = last_page_of(len(chosen), wanted.page)
    saved = {each.id: minutes_saved(each, guided) for each in chosen[page * PAGE : (page + 1) * PAGE]}
    proposals = await tx.proposals.get_many(list(saved))
    changed = [each.flow_id for each in proposals if each.flow_id]
    uses = await tx.flows.uses(changed) if changed else {}
    rows = [
        QueueRow(
            proposal=proposal,
            change=await _change(tx, proposal),
            trust=uses[proposal.flow_id].trust if proposal.flow_id else NO_TRUST,
            minutes_saved=saved[proposal.id],
        )
        for proposal in proposals
    ]
    return QueuePage(filter=replace(wanted, page=page), rows=tuple(rows), found=len(chosen))


async def _change(tx: Transaction, proposal: Proposal) -> TreeChange | None:
    flow = await tx.flows.find(proposal.flow_id) if proposal.flow_id else None
    return compare(await base_tree(tx, flow, proposal), proposal.draft.tree) if flow else None


async def plan_batch(
    database: Database,
    workspace_id: str,
    verb: BatchVerb,
    picks: Sequence[Pick],
    by: Member,
    *,
    now: datetime,
) -> Batch:
    """What deciding on the picked proposals would do now; those that are not there are left out.

    Raises:
        NotAllowedError: the member is no admin.
    """
    require_admin(by)
    async with database.transaction(workspace_id) as tx:
        found = {each.id: each for each in await tx.proposals.get_many([pick.id for pick in picks])}
    selected = [(pick, found[pick.id]) for pick in picks if pick.id in found]
    return planned(verb, selected, by, now=now)


async def decide_batch(
    database: Database, workspace_id: str, verb: BatchVerb, picks: Sequence[Pick], by: Member, clock: Clock
) -> Batch:
    """Decide on each proposal by itself, in the version that was picked, and say what became of it.

    Raises:
        NotAllowedError: the member is no admin.
    """
    plan = await plan_batch(database, workspace_id, verb, picks, by, now=clock.now())
    return replace(
        plan,
        items=tuple([await _decided(database, workspace_id, verb, item, by, clock) for item in plan.items]),
    )


async def _decided(
    database: Database, workspace_id: str, verb: BatchVerb, item: BatchItem, by: Member, clock: Clock
) -> BatchItem:
    """The item with what became of it, in the version that it has now; a card that showed something else is drawn anew."""
    try:
        request = request_of(verb, by, item.pick)
        decided = await decide_proposal(database, workspace_id, item.pick.id, request, now=clock.now())
    except (AlreadyDecidedError, StaleVersionError) as error:
        async with database.transaction(workspace_id) as tx:
            await redraw_card(tx, item.pick.id)
        return replace(item, refusal=error)
    except FlowPilotError as error:
        return replace(item, refusal=error)
    return replace(item, pick=Pick(decided.id, decided.version), refusal=None)
