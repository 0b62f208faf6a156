"""Published flows: find them, take them in and out, go back to an earlier version."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.ai.redaction import redact
from bot.charts.registry import Chart
from bot.domain.cards import Document
from bot.domain.editing import EditingDraft, FlowOutOfUseError, NothingChangedError
from bot.domain.errors import FlowPilotError, InvalidTreeError, StaleFlowError
from bot.domain.flow_pages import ARCHIVED, PAGE, FlowList, FlowPage
from bot.domain.flow_use import USE_DAYS, USE_SESSIONS, TreeUse, use_of_evidence, use_of_followed
from bot.domain.flows import Flow, FlowOrigin, FlowVersion
from bot.domain.formats import MAX_PROBLEMS, ExportFormat, export, filename_of
from bot.domain.formats_reading import load_document, parse_flows
from bot.domain.jobs import DrawFlowPage, SendFlowFile, ShowScriptTemplate
from bot.domain.members import Member, require_admin
from bot.domain.merging import compare
from bot.domain.validation import problems_of
from bot.services.desk import Desk
from bot.services.flags import read_flags
from bot.services.proposals import change_sentence, give_up_changes, take_out_of_use
from storage.database import Database
from storage.transaction import Transaction

ALL = 10_000


async def list_flows(
    database: Database, workspace_id: str, *, words: str | None = None, limit: int = ALL
) -> list[Flow]:
    """Published flows by title, or those that the words fit best."""
    async with database.transaction(workspace_id) as tx:
        return await tx.flows.listed(words=words, limit=limit)


async def get_flow(database: Database, workspace_id: str, flow_id: int) -> Flow:
    """The flow. Raises NotFoundError."""
    async with database.transaction(workspace_id) as tx:
        return await tx.flows.get(flow_id)


async def list_page(database: Database, workspace_id: str, words: str, page: int) -> FlowList:
    """One page of the flows that the words fit; `ARCHIVED` alone asks for those that are out of use."""
    wanted = (page + 1) * PAGE + 1
    async with database.transaction(workspace_id) as tx:
        if words.casefold() == ARCHIVED:
            found = await tx.flows.archived(wanted)
        else:
            found = await tx.flows.listed(words=words or None, limit=wanted)
        shown = found[page * PAGE : wanted - 1]
        use = await tx.flows.uses([flow.id for flow in shown])
    return FlowList(words=words, page=page, flows=tuple(shown), use=use, has_more=len(found) == wanted)


async def read_flow_page(
    database: Database, workspace_id: str, flow_id: int, *, seen_by: Member, now: datetime
) -> FlowPage:
    """Everything about one flow. Raises NotFoundError."""
    async with database.transaction(workspace_id) as tx:
        flow = await tx.flows.get(flow_id)
        versions = await tx.flows.versions(flow_id)
        joined = await tx.proposals.joined_to(flow_id) if flow.archived else None
        return FlowPage(
            flow=flow,
            versions=tuple(versions),
            use=(await tx.flows.uses([flow_id]))[flow_id],
            steps=await measure_steps(tx, flow, versions, now=now),
            names=await tx.members.names({version.published_by for version in versions}),
            part_of=(await tx.flows.get(joined)).title if joined else None,
            flags=await read_flags(tx, flow, versions, seen_by=seen_by, now=now),
            seen_by=seen_by,
        )


async def measure_steps(
    tx: Transaction, flow: Flow, versions: Sequence[FlowVersion], *, now: datetime
) -> TreeUse:
    """How the flow's steps work out where it is followed; as long as nobody does, in the sessions behind it."""
    since = now - timedelta(days=USE_DAYS)
    followed = await tx.threads.followed(flow.id, since=since, limit=USE_SESSIONS)
    if followed:
        return await asyncio.to_thread(use_of_followed, flow, versions, followed)
    newest = sorted(flow.tree.session_ids, reverse=True)[:USE_SESSIONS]
    return use_of_evidence(flow.tree, await tx.sessions.get_many(newest))


async def archive_flow(
    database: Database, workspace_id: str, flow_id: int, *, by: Member, now: datetime
) -> Flow:
    """Take the flow out of use: it is neither suggested nor changed any more, and nothing of it is lost.

    Open proposals to change it expire, and their sessions are analysed again.
    """
    require_admin(by, "change flows")
    async with database.transaction(workspace_id) as tx:
        if not (await tx.flows.get(flow_id)).archived:
            await take_out_of_use(tx, flow_id, {}, by=by.id, now=now)
            await tx.workspaces.touch_knowledge()
        return await tx.flows.get(flow_id)


async def restore_flow(
    database: Database, workspace_id: str, flow_id: int, *, by: Member, now: datetime
) -> Flow:
    """Put an archived flow into use again, as it was."""
    require_admin(by, "change flows")
    async with database.transaction(workspace_id) as tx:
        if (await tx.flows.get(flow_id)).archived:
            await tx.flows.restore(flow_id, at=now)
            await _record(tx, "flow.restore", flow_id, {}, by=by, now=now)
        return await tx.flows.get(flow_id)


async def _record(
    tx: Transaction, action: str, flow_id: int, detail: Mapping[str, object], *, by: Member, now: datetime
) -> None:
    """Note who did it, and have analyses under way look at the flows again."""
    await tx.audit.record(actor=by.id, action=action, kind="flow", object_id=flow_id, detail=detail, at=now)
    await tx.workspaces.touch_knowledge()


async def send_flow_file(desk: Desk, workspace_id: str, job: SendFlowFile) -> None:
    """Send the flow as a document to the person who asked, by direct message."""
    wanted = ExportFormat(job.format)
    flow = await get_flow(desk.database, workspace_id, job.flow_id)
    text = await export_flows(desk.database, workspace_id, wanted, [job.flow_id])
    document = Document(
        content=text.encode(),
        filename=filename_of(flow, wanted),
        title=f"{flow.title}, version {flow.current.number}",
    )
    await desk.messenger.send_document(workspace_id, job.user, document, key=f"flow:{job.key}")


async def draw_flow_page(desk: Desk, workspace_id: str, job: DrawFlowPage) -> None:
    """Put the picture of the tree into the page that somebody has opened."""
    async with desk.database.transaction(workspace_id) as tx:
        member = await tx.members.find(job.user)
    if member is None:
        return
    now = desk.clock.now()
    page = await read_flow_page(desk.database, workspace_id, job.flow_id, seen_by=member, now=now)
    picture = await desk.charts.draw(Chart.TREE, page.flow.tree, page.flow.title)
    await desk.messenger.show_flow_page(
        workspace_id, job.view_id, page, picture, over=job.view_hash, notice=job.notice
    )


async def export_flows(
    database: Database, workspace_id: str, wanted: ExportFormat, flow_ids: Sequence[int] = ()
) -> str:
    """The flows (none named: all) as one document, with evidence by the sessions' external ids and some of their problems."""
    async with database.transaction(workspace_id) as tx:
        flows = [await tx.flows.get(each) for each in flow_ids] or await tx.flows.listed(
            words=None, limit=ALL
        )
        sessions = sorted({session_id for flow in flows for session_id in flow.tree.session_ids})
        external_ids = await tx.sessions.external_ids(sessions)
        problems = {flow.id: await _problems(tx, flow) for flow in flows}
    return export(flows, external_ids, problems, wanted)


async def _problems(tx: Transaction, flow: Flow) -> list[str]:
    """What people began with who came to the flow, without secrets."""
    sessions = await tx.sessions.of_flow(flow.id, MAX_PROBLEMS)
    return [redact(session.problem, session.people_named).text for session in sessions]


async def import_flows(
    database: Database, workspace_id: str, text: str, *, by: Member, now: datetime
) -> list[Flow]:
    """Publish each flow of a JSON or YAML document as a new flow: all of them or none.

    Raises:
        InvalidRecordError, InvalidTreeError: what is wrong with the document.
    """
    require_admin(by, "change flows")
    drafts = [record.draft for record in parse_flows(load_document(text))]
    if not drafts:
        raise FlowPilotError("The file holds no flows.")
    async with database.transaction(workspace_id) as tx:
        published = [
            await tx.flows.publish_new(draft, origin=FlowOrigin.MANUAL, by=by.id, at=now, change="Imported.")
            for draft in drafts
        ]
        for flow in published:
            detail = {"title": flow.title}
            await tx.audit.record(
                actor=by.id, action="flow.import", kind="flow", object_id=flow.id, detail=detail, at=now
            )
        await tx.workspaces.touch_knowledge()
    return published


async def publish_edited_flow(
    database: Database, workspace_id: str, draft: EditingDraft, *, by: Member, now: datetime
) -> Flow:
    """Publish what a reviewer made of a flow as its next version; that ends the draft.

    Open proposals to change the flow expire as with `roll_back_flow`.

    Raises:
        InvalidTreeError: the tree breaks the rules.
        NothingChangedError: it is what is published.
        FlowOutOfUseError: the flow is archived.
        StaleFlowError: the flow has got a newer version than the one that the draft was begun from.
        DraftMovedError: the draft was changed meanwhile.
    """
    require_admin(by, "edit flows")
    content, flow_id = draft.content, draft.subject.id
    if problems := problems_of(content.tree):
        raise InvalidTreeError(problems)
    async with database.transaction(workspace_id) as tx:
        before = await flow_in_use(tx, flow_id)
        if content == before.current.draft:
            raise NothingChangedError
        await tx.drafts.take(draft)
        flow = await tx.flows.publish_version(
            flow_id,
            content,
            base_version=draft.base_version,
            origin=before.origin,
            by=by.id,
            at=now,
            change=f"Edited: {change_sentence(compare(before.tree, content.tree)).lower()}",
        )
        await give_up_changes(tx, flow_id, now=now)
        for template_id in await tx.script_templates.of_flow(flow_id):
            await tx.jobs.enqueue(ShowScriptTemplate(template_id))
        detail = {"version": flow.current.number, "edited": True}
        await _record(tx, "flow.publish", flow_id, detail, by=by, now=now)
    return flow


async def flow_in_use(tx: Transaction, flow_id: int) -> Flow:
    """Raises NotFoundError, and FlowOutOfUseError for an archived one."""
    flow = await tx.flows.get(flow_id)
    if flow.archived:
        raise FlowOutOfUseError
    return flow


async def roll_back_flow(
    database: Database,
    workspace_id: str,
    flow_id: int,
    to_version: int,
    *,
    by: Member,
    now: datetime,
    seen_version: int | None = None,
) -> Flow:
    """Publish an earlier version again, as a new version.

    Open proposals to change the flow were made for a tree that is gone: they expire, and their sessions are analysed
    again.

    Raises:
        StaleFlowError: the flow has got a newer version than the one that was seen.
    """
    require_admin(by, "change flows")
    async with database.transaction(workspace_id) as tx:
        current = (await tx.flows.get(flow_id)).current.number
        if seen_version not in (None, current):
            raise StaleFlowError(flow_id, seen_version or 0, current)
        flow = await tx.flows.roll_back(flow_id, to_version, by=by.id, at=now)
        await give_up_changes(tx, flow_id, now=now)
        detail = {"to_version": to_version, "version": flow.current.number}
        await _record(tx, "flow.roll_back", flow_id, detail, by=by, now=now)
    return flow
