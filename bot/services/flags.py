"""What people flagged in a flow, for those who can mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.ai.redaction import redact
from bot.domain.flags import FLAG_AGE, OpenFlag, open_flags
from bot.domain.flows import Flow, FlowVersion
from bot.domain.members import Member
from storage.transaction import Transaction

MAX_FLAGGED = 50
"""The newest sessions with a flag that are looked at."""


async def read_flags(
    tx: Transaction, flow: Flow, versions: Sequence[FlowVersion], *, seen_by: Member, now: datetime
) -> tuple[OpenFlag, ...]:
    """The open flags of the flow's steps, without secrets. Flags are notes to the reviewers: others see none."""
    if not seen_by.is_admin:
        return ()
    flagged = await tx.threads.flagged(flow.id, since=now - FLAG_AGE, limit=MAX_FLAGGED)
    found = open_flags(flow, versions, flagged)
    names = await tx.members.names({flag.by for _, flag in found})

    def without_secrets() -> tuple[OpenFlag, ...]:
        return tuple(
            OpenFlag(
                node=flag.place.node if flag.place else "",
                asked=flag.asked,
                note=redact(flag.note, live.session.people_named).text,
                by=names.get(flag.by, flag.by),
                began_at=live.session.created_at,
            )
            for live, flag in found
        )

    return await asyncio.to_thread(without_secrets)
