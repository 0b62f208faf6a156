"""A worker process for tests: it analyses, says so line by line, and stands still at one session to be killed there.

Usage: python -m tests.services.dying_worker DATABASE_URL [EXTERNAL_ID_TO_STAND_STILL_AT] [LATER_SECONDS]
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.ai.outline import OutlineAnalyst
from bot.domain.analysis import Alignment, Candidate
from bot.domain.sessions import Session
from bot.services.analysis import analyze_pending
from storage.database import Database


class StandingStill(OutlineAnalyst):
    """Never gives back the session at which it stands still."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self._at = at

    async def align(self, session: Session, candidates: Sequence[Candidate]) -> Alignment:
        print(session.external_id, flush=True)  # noqa: T201  (the parent process reads it)
        if session.external_id == self._at:
            await asyncio.Event().wait()
        return await super().align(session, candidates)


class LaterClock:
    """The machine's clock, ahead by some seconds: leases of the past have run out."""

    def __init__(self, ahead: float) -> None:
        self._ahead = timedelta(seconds=ahead)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead  # noqa: TID251  (stands in for the composition root)


async def work(url: str, stand_still_at: str, ahead: float) -> None:
    async with Database.open(url) as database:
        await analyze_pending(database, StandingStill(stand_still_at), LaterClock(ahead), limit=1000)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], float(sys.argv[3])))
