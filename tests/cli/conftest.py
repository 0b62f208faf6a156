"""A database at each stage of the main job, made by the command line itself; tests take copies."""

import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from bot.domain.workspaces import WorkspaceSettings
from bot.sandbox import Sandbox, serve_sandbox
from bot.sandbox.samples import sample_sessions
from bot.services.workspaces import ensure_workspace
from storage.database import Database
from storage.embedded import EmbeddedServer
from tests.cli.databases import BLANK, Databases
from tests.cli.files import write_lines
from tests.cli.processes import CONFIG, Ended, FlowPilot
from tests.cli.warm import Warm, kept_warm

SAMPLES = 160
FIRST = SAMPLES // 2
"""So many are learnt at first, every other one; the others then change what was published."""


@dataclass(frozen=True)
class Stage:
    """A database, and what the command said that brought it there."""

    database: str
    told: Ended


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """Not below pytest's own folder: the embedded server may run as another user, who could not enter it."""
    with tempfile.TemporaryDirectory(prefix="flowpilot-cli-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
async def warm(home: Path) -> AsyncIterator[Warm]:
    async with kept_warm(home) as running:
        yield running


@pytest.fixture(scope="session")
def unset(home: Path, warm: Warm) -> FlowPilot:
    """FlowPilot with nothing configured."""
    return FlowPilot(home, warm, {"PATH": os.pathsep.join(os.get_exec_path()), "HOME": str(home)})


@pytest.fixture(scope="session")
def databases(server: EmbeddedServer, superuser: asyncpg.Connection) -> Databases:
    return Databases(server.url, superuser)


@pytest.fixture(scope="session")
def records() -> list[dict[str, object]]:
    now = datetime.fromtimestamp(time.time(), UTC)
    return sample_sessions(now=now, count=SAMPLES)


@pytest.fixture(scope="session")
def first_file(home: Path, records: list[dict[str, object]]) -> Path:
    return write_lines(home / "first.jsonl", records[::2])


@pytest.fixture(scope="session")
def last_file(home: Path, records: list[dict[str, object]]) -> Path:
    return write_lines(home / "last.jsonl", records[1::2])


@pytest.fixture(scope="session")
async def migrated(databases: Databases, unset: FlowPilot) -> AsyncIterator[Stage]:
    """An empty database with the schema of this version."""
    async with databases.copy_of(BLANK) as name:
        yield Stage(name, await unset.given(database_url=databases.url_of(name))("migrate"))


@pytest.fixture(scope="session")
async def imported(
    databases: Databases, migrated: Stage, unset: FlowPilot, first_file: Path
) -> AsyncIterator[Stage]:
    """The sandbox's workspace with the first sessions."""
    async with databases.copy_of(migrated.database) as name:
        async with Database.open(databases.url_of(name)) as database:
            now = datetime.fromtimestamp(time.time(), UTC)
            await ensure_workspace(
                database, CONFIG.team_id, CONFIG.team_name, settings=WorkspaceSettings(), now=now
            )
        yield Stage(name, await unset.given(database_url=databases.url_of(name))("import", str(first_file)))


@pytest.fixture(scope="session")
async def analysed(databases: Databases, imported: Stage, unset: FlowPilot) -> AsyncIterator[Stage]:
    """The first sessions are analysed, and proposals wait."""
    async with databases.copy_of(imported.database) as name:
        yield Stage(name, await unset.given(database_url=databases.url_of(name))("analyze"))


@pytest.fixture(scope="session")
async def published(databases: Databases, analysed: Stage, unset: FlowPilot) -> AsyncIterator[Stage]:
    """All that waited is published, and as if the cards had been drawn already."""
    async with databases.copy_of(analysed.database) as name:
        told = await unset.given(database_url=databases.url_of(name))("approve", "--all")
        await databases.execute_in(name, "DELETE FROM queue.pgqueuer")
        yield Stage(name, told)


@pytest.fixture
async def flowpilot(databases: Databases, migrated: Stage, unset: FlowPilot) -> AsyncIterator[FlowPilot]:
    """FlowPilot with an empty database of its own."""
    async with databases.copy_of(migrated.database) as name:
        yield unset.given(database_url=databases.url_of(name))


@pytest.fixture
async def with_sessions(databases: Databases, imported: Stage, unset: FlowPilot) -> AsyncIterator[FlowPilot]:
    async with databases.copy_of(imported.database) as name:
        yield unset.given(database_url=databases.url_of(name))


@pytest.fixture
async def with_proposals(databases: Databases, analysed: Stage, unset: FlowPilot) -> AsyncIterator[FlowPilot]:
    async with databases.copy_of(analysed.database) as name:
        yield unset.given(database_url=databases.url_of(name))


@pytest.fixture
async def with_flows(databases: Databases, published: Stage, unset: FlowPilot) -> AsyncIterator[FlowPilot]:
    async with databases.copy_of(published.database) as name:
        yield unset.given(database_url=databases.url_of(name))


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with serve_sandbox(CONFIG) as served:
        yield served
