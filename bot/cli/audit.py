"""Who did what, from a terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.terminal import JsonOption, WorkspaceOption, in_workspace, print_json, print_rows
from bot.services.audit import read_audit
from storage.audit import AuditEvent
from storage.database import Database

PROGRAM = "FlowPilot"
"""Acts where nobody did: proposals that expire, or that become part of others."""


def add_to(cli: typer.Typer) -> None:
    cli.command()(audit)


def audit(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many events, the newest ones.")] = 100,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """List who decided, published or changed what, newest first."""

    async def read(database: Database, workspace_id: str) -> tuple[list[AuditEvent], dict[str, str]]:
        return await read_audit(database, workspace_id, limit)

    events, names = in_workspace(workspace, read)
    if json:
        print_json({"events": [_document(event, names) for event in events]})
    else:
        rows = [
            (
                f"{event.at:%Y-%m-%d %H:%M:%S}",
                names.get(event.actor, event.actor) if event.actor else PROGRAM,
                event.action,
                f"{event.kind} {event.object_id}",
                _words(event),
            )
            for event in events
        ]
        print_rows(("at (UTC)", "who", "did", "to", "detail"), rows)


def _words(event: AuditEvent) -> str:
    return ", ".join(f"{name}: {value}" for name, value in event.detail.items() if value is not None)


def _document(event: AuditEvent, names: dict[str, str]) -> dict[str, object]:
    return {
        "at": event.at.isoformat(),
        "actor": event.actor,
        "name": names.get(event.actor) if event.actor else None,
        "action": event.action,
        "kind": event.kind,
        "object_id": event.object_id,
        "detail": dict(event.detail),
    }
