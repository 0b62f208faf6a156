"""Knowledge gaps: find them, write them down, call one none, and have a flow drafted for one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from bot.ai.redaction import redacted
from bot.domain.gap_finding import effect_of, rate_at, report_of
from bot.domain.gaps import (
    MAX_MUTE_REASON,
    GapDetails,
    GapHistory,
    GapOutcome,
    GapReport,
    MuteCode,
    MuteNeedsReasonError,
    PublishedFor,
    StoredGap,
)
from bot.domain.members import Member, require_admin
from bot.domain.windows import Window, window_ending
from bot.services.gap_reading import gather_facts
from bot.services.jobs import refresh_homes
from storage.database import Database
from storage.transaction import Transaction

USUAL_DAYS = 30
"""The window by which gaps are closed, and which the digest reports."""
EFFECT_DAYS = 90
"""So long after a flow was published for a gap, reports say what it did."""
MAX_EFFECTS = 3
MUTE_DEED = "say that something is no gap"


async def read_gaps(database: Database, workspace_id: str, *, days: int, now: datetime) -> GapReport:
    """The gaps of the last `days` local days, from one snapshot. Nothing is written."""
    async with database.snapshot(workspace_id) as tx:
        window = window_ending(now, days, (await tx.workspaces.get()).settings.zone)
        return await find_gaps(tx, window)


async def find_gaps(tx: Transaction, window: Window) -> GapReport:
    """The gaps of the window. Call it in `database.snapshot`: its queries must see the same moment."""
    history = await tx.gaps.history()
    report = report_of(await gather_facts(tx, window, history), history, window)
    since = window.end - timedelta(days=EFFECT_DAYS)
    published = await tx.gaps.published_for(since, MAX_EFFECTS)
    outcomes = [await _outcome(tx, each, history, window) for each in published]
    return replace(report, outcomes=tuple(outcomes))


async def refresh_gaps(
    database: Database, workspace_id: str, *, days: int = USUAL_DAYS, now: datetime
) -> GapReport:
    """As `read_gaps`, and write them down: each has an id then. By the usual window, gaps that are gone are closed."""
    report = await read_gaps(database, workspace_id, days=days, now=now)
    async with database.transaction(workspace_id) as tx:
        await tx.gaps.write(report.gaps, now=now)
        if days == USUAL_DAYS:
            await tx.gaps.close_others(report.gaps, now=now)
        await refresh_homes(tx)
        history = await tx.gaps.history()
    return replace(report, gaps=tuple(history.remembered(gap) for gap in report.gaps))


async def read_gap(database: Database, workspace_id: str, gap_id: int) -> GapDetails:
    """A gap as it was last written down, with its sessions, without secrets. Raises NotFoundError."""
    async with database.transaction(workspace_id) as tx:
        gap = await tx.gaps.get(gap_id)
        sessions = await tx.sessions.get_many(gap.session_ids)
    return GapDetails(gap=gap, sessions=await asyncio.to_thread(redacted, sessions))


async def mute_gap(
    database: Database,
    workspace_id: str,
    gap_id: int,
    *,
    by: Member,
    code: MuteCode,
    reason: str,
    now: datetime,
) -> StoredGap:
    """Call it no gap: reports leave it out until clearly more goes wrong there.

    Raises:
        NotAllowedError: only reviewers may.
        MuteNeedsReasonError: another reason, without words.
        NotFoundError: there is no such gap.
    """
    words = reason.strip()[:MAX_MUTE_REASON] or None
    require_admin(by, MUTE_DEED)
    if code is MuteCode.OTHER and words is None:
        raise MuteNeedsReasonError
    async with database.transaction(workspace_id) as tx:
        muted = await tx.gaps.mute(gap_id, by=by.id, code=code, reason=words, now=now)
        await tx.audit.record(
            actor=by.id,
            action="gap.mute",
            kind="gap",
            object_id=gap_id,
            detail={"code": code, "subject": muted.subject},
            at=now,
        )
        await refresh_homes(tx)
    return muted


async def _outcome(
    tx: Transaction, published: PublishedFor, history: GapHistory, window: Window
) -> GapOutcome:
    """What the flow did, by the sessions since it was published."""
    days = max(1, (window.end - published.published_at).days)
    since = replace(window, start=published.published_at, days=days)
    rate = rate_at(await gather_facts(tx, since, history), published.kind, published.key)
    return effect_of(published, rate)
