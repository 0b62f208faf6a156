"""Imports into the real database."""

from dataclasses import fields
from pathlib import Path

import asyncpg
import pytest

from bot.domain.errors import NotFoundError
from bot.domain.records import parse_record
from bot.domain.sessions import Session, SessionSource
from bot.domain.workspaces import Workspace
from bot.services.import_maps import read_map
from bot.services.import_sources import FileFormat, Source, open_source
from bot.services.imports import BATCH_SIZE, ImportReport, adding_to, import_sessions
from storage.database import Database
from tests.imports.makers import NOW, SERVICENOW_HEADER, SERVICENOW_MAP, a_file, a_record, written


async def imported(source: Source, database: Database, workspace_id: str) -> ImportReport:
    with source:
        return await import_sessions(
            source,
            add=adding_to(database, workspace_id, now=NOW),
            now=NOW,
            on_rejected=lambda rejected: None,
            on_progress=lambda read, total: None,
        )


async def only_session(database: Database, workspace_id: str, superuser: asyncpg.Connection) -> Session:
    session_id = await superuser.fetchval("SELECT id FROM sessions")
    async with database.snapshot(workspace_id) as there:
        return await there.sessions.get(session_id)


async def test_record_is_stored_as_it_is(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    record = a_record(people=["Ada Reyes", {"name": "Ben Okafor"}])
    report = await imported(open_source(a_file(tmp_path, record)), database, workspace.id)
    session = await only_session(database, workspace.id, superuser)
    given = parse_record(record, source=SessionSource.IMPORT, now=NOW)
    assert report == ImportReport(added=1)
    assert session == Session(id=session.id, **{one.name: getattr(given, one.name) for one in fields(given)})


async def test_second_import_and_a_repeated_id_add_nothing(
    database: Database, workspace: Workspace, tmp_path: Path
) -> None:
    records = [a_record(external_id=f"T-{number}") for number in range(BATCH_SIZE + 1)]
    path = a_file(tmp_path, *records, a_record(external_id="T-0", problem="another"), "{")
    assert await imported(open_source(path), database, workspace.id) == ImportReport(
        added=BATCH_SIZE + 1, known=1, rejected=1
    )
    assert await imported(open_source(path), database, workspace.id) == ImportReport(
        known=BATCH_SIZE + 2, rejected=1
    )
    async with database.snapshot(workspace.id) as there:
        assert await there.sessions.count() == BATCH_SIZE + 1


async def test_workspaces_import_apart(
    database: Database, workspace: Workspace, other_workspace: Workspace, tmp_path: Path
) -> None:
    path = a_file(tmp_path, a_record())
    for workspace_id in (workspace.id, other_workspace.id):
        assert await imported(open_source(path), database, workspace_id) == ImportReport(added=1)


async def test_table_becomes_history(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    path = written(
        tmp_path,
        "incidents.csv",
        f"{SERVICENOW_HEADER}\nINC7,Closed,2026-07-01 09:00:00,2026-07-01 11:30:00,Network,VPN,Drops,Ada,Grace\n",
    )
    source = open_source(path, file_format=FileFormat.CSV, column_map=read_map(SERVICENOW_MAP))
    assert await imported(source, database, workspace.id) == ImportReport(added=1)
    session = await only_session(database, workspace.id, superuser)
    assert (session.engineer, session.is_worth_analysing) == ("servicenow:Grace", False)


async def test_unknown_workspace_is_told(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        await imported(open_source(a_file(tmp_path, a_record())), database, "T-none")
