"""Sessions that other programs send one by one, and what became of a session."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain.records import parse_record
from bot.domain.session_document import SessionAnalysis
from bot.domain.sessions import Session, SessionSource
from storage.database import Database
from storage.transaction import Transaction


async def add_session(
    database: Database, workspace_id: str, record: Mapping[str, object], *, now: datetime
) -> tuple[Session, SessionAnalysis, bool]:
    """Take the session in unless it is there; it comes back as it is stored, and whether it is new.

    The first record of an external id counts: a later one changes nothing.

    Raises:
        InvalidRecordError: what is wrong with the record, by field.
    """
    given = parse_record(record, source=SessionSource.API, now=now)
    async with database.transaction(workspace_id) as tx:
        is_new = await tx.sessions.add_many([given], now=now) == 1
        ids = await tx.sessions.ids(given.source, [given.external_id])
        return *await _read(tx, ids[given.external_id]), is_new


async def read_session(
    database: Database, workspace_id: str, session_id: int
) -> tuple[Session, SessionAnalysis]:
    """Raises NotFoundError."""
    async with database.snapshot(workspace_id) as tx:
        return await _read(tx, session_id)


async def _read(tx: Transaction, session_id: int) -> tuple[Session, SessionAnalysis]:
    return await tx.sessions.get(session_id), await tx.sessions.analysis_of(session_id)
