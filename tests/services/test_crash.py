"""A worker that is killed in the middle of its work."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE

from bot.domain.proposals import ProposalStatus
from bot.domain.workspaces import Workspace
from bot.services.analysis import LEASE
from bot.services.proposals import list_proposals
from storage.database import Database
from tests.storage.makers import a_session, stored

BATCH = 12
KILLED_AT = 5


async def test_killed_worker_leaves_every_session_to_be_analysed_exactly_once(
    database: Database, workspace: Workspace, migrated_url: str
) -> None:
    given = [a_session(external_id=f"K-{number}") for number in range(BATCH)]
    sessions = await stored(database, workspace.id, *given)
    killed = await asyncio.create_subprocess_exec(*_worker(migrated_url, f"K-{KILLED_AT}", 0), stdout=PIPE)
    assert killed.stdout is not None
    begun = [(await killed.stdout.readline()).decode().strip() for _ in range(KILLED_AT + 1)]
    killed.send_signal(signal.SIGKILL)
    await killed.wait()

    later = LEASE.total_seconds() + 1
    heir = await asyncio.create_subprocess_exec(*_worker(migrated_url, "nowhere", later), stdout=PIPE)
    finished = (await heir.communicate())[0].decode().split()

    assert heir.returncode == 0
    assert begun[-1] == f"K-{KILLED_AT}"
    assert set(finished) == {f"K-{number}" for number in range(KILLED_AT, BATCH)}
    (proposal,) = await list_proposals(database, workspace.id)
    assert sorted(proposal.support.session_ids) == sorted(session.id for session in sessions)
    assert proposal.version == BATCH
    assert proposal.status is ProposalStatus.PENDING
    root = proposal.draft.tree.nodes[proposal.draft.tree.root]
    assert sorted(each.session_id for each in root.evidence) == sorted(session.id for session in sessions)


def _worker(url: str, stand_still_at: str, ahead: float) -> list[str]:
    return [sys.executable, "-m", "tests.services.dying_worker", url, stand_still_at, str(ahead)]
