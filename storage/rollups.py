"""Roll-ups of the dashboard's figures by spans of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.windows import Span
from storage.rollup_queries import (
    ADD_CREATED,
    ADD_PUSHES,
    ADD_RESOLVED,
    ADD_SPANS,
    DROP_OTHER_SPANS,
    DROP_STALE_SPANS,
    HAS_SESSIONS,
    TAKE_TURN,
)
from storage.statements import Statements

_LOCK_NUMBER = 0x524F4C4C
"""First half of the advisory lock of whoever rolls a workspace up; the second is the workspace's."""


class Rollups:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def has_sessions(self, more_than: int, *, since: datetime) -> bool:
        """Whether so many were created since then."""
        given = {"workspace": self._statements.workspace_id, "more_than": more_than, "since": since}
        return bool(await self._statements.value(HAS_SESSIONS, given))

    async def renew(self, spans: Sequence[Span], *, at_most: int) -> int:
        """Roll up spans that are not rolled up or have changed since, newest first; how many those were.

        Other spans are forgotten. Nothing is done while another transaction does the same.
        """
        workspace = {"workspace": self._statements.workspace_id}
        if not await self._statements.value(TAKE_TURN, workspace | {"number": _LOCK_NUMBER}):
            return 0
        asked = workspace | {"starts": [span.start for span in spans], "ends": [span.end for span in spans]}
        await self._statements.run(DROP_STALE_SPANS, workspace)
        await self._statements.run(DROP_OTHER_SPANS, asked)
        added = await self._statements.rows(ADD_SPANS, asked | {"at_most": at_most})
        if added:
            new = {"starts": [row["starts_at"] for row in added], "ends": [row["ends_at"] for row in added]}
            for statement in (ADD_CREATED, ADD_RESOLVED, ADD_PUSHES):
                await self._statements.run(statement, workspace | new)
        return len(added)
