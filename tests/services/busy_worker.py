"""A worker process for tests: it analyses all that waits, or brings together what belongs together until it is killed.

Usage: python -m tests.services.busy_worker DATABASE_URL WORKSPACE analyse|unite
"""

import asyncio
import sys

from bot.ai.outline import OutlineAnalyst
from bot.services.analysis import analyze_pending
from bot.services.uniting import unite_knowledge
from storage.database import Database
from tests.services.scripted import StoppedClock


async def work(url: str, workspace_id: str, task: str) -> None:
    """By the clock of the tests, as what it puts off is due by that. Uniting goes on until the process is killed."""
    clock = StoppedClock()
    async with Database.open(url) as database:
        if task == "analyse":
            await analyze_pending(database, OutlineAnalyst(), clock, limit=1000)
        while task == "unite":
            await unite_knowledge(database, workspace_id, clock, limit=1000)


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
