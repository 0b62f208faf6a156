"""Published flows: find them, take them in and out, go back to an earlier version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.ai.redaction import redact
from bot.domain.errors import FlowPilotError
from bot.domain.flows import Flow, FlowOrigin
from bot.domain.formats import MAX_PROBLEMS, ExportFormat, export
from bot.domain.formats_reading import load_document, parse_flows
from bot.domain.members import Member, require_admin
from bot.services.proposals import give_up_changes
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
    require_admin(by)
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


async def roll_back_flow(
    database: Database, workspace_id: str, flow_id: int, to_version: int, *, by: Member, now: datetime
) -> Flow:
    """Publish an earlier version again, as a new version.

    Open proposals to change the flow were made for a tree that is gone: they expire, and their sessions are analysed
    again.
    """
    require_admin(by)
    async with database.transaction(workspace_id) as tx:
        flow = await tx.flows.roll_back(flow_id, to_version, by=by.id, at=now)
        await give_up_changes(tx, flow_id, now=now)
        detail = {"to_version": to_version, "version": flow.current.number}
        await tx.audit.record(
            actor=by.id, action="flow.roll_back", kind="flow", object_id=flow_id, detail=detail, at=now
        )
        await tx.workspaces.touch_knowledge()
    return flow
