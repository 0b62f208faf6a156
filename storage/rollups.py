"""Roll-ups of the dashboard's figures by local day."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.windows import LocalDay
from storage.rollup_queries import (
    ADD_CREATED,
    ADD_DAYS,
    ADD_PUSHES,
    ADD_RESOLVED,
    DROP_OTHER_DAYS,
    DROP_STALE_DAYS,
    TAKE_TURN,
)
from storage.statements import Statements

_LOCK_NUMBER = 0x524F4C4C
"""First half of the advisory lock of whoever rolls a workspace up; the second is the workspace's."""


class Rollups:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def renew(self, days: Sequence[LocalDay], *, at_most: int) -> int:
        """Roll up days that are not rolled up or have changed since, newest first; how many those were.

        Other days are forgotten. Nothing is done while another transaction does the same.
        """
        workspace = {"workspace": self._statements.workspace_id}
        if not await self._statements.value(TAKE_TURN, workspace | {"number": _LOCK_NUMBER}):
            return 0
        asked = workspace | {"starts": [day.start for day in days], "ends": [day.end for day in days]}
        await self._statements.run(DROP_STALE_DAYS, workspace)
        await self._statements.run(DROP_OTHER_DAYS, asked)
        added = await self._statements.rows(ADD_DAYS, asked | {"at_most": at_most})
        if added:
            new = {"starts": [day["starts_at"] for day in added], "ends": [day["ends_at"] for day in added]}
            for statement in (ADD_CREATED, ADD_RESOLVED, ADD_PUSHES):
                await self._statements.run(statement, workspace | new)
        return len(added)
