"""The JSON API over HTTP, on the real database."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.domain.members import Member, Role
from bot.domain.tokens import ApiToken
from bot.domain.workspaces import Workspace
from bot.services.tokens import create_token
from bot.web.api.serving import Api
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.server import Endpoints, create_web, serving
from storage.database import Database
from tests.conftest import NOW

ADA = Member(id="UADA", name="Ada", role=Role.ADMIN)
TOKEN = "fp_" + "a" * 43
STRANGER = "fp_" + "b" * 43


async def no_trouble() -> None:
    return None


async def no_backlog() -> tuple[int, int]:
    return 0, 0


@dataclass
class HandClock:
    """Stands still until it is moved, and moves by `step` each time that it is read."""

    moment: datetime = NOW
    step: timedelta = timedelta(0)

    def now(self) -> datetime:
        self.moment += self.step
        return self.moment


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def document(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> Any:
        """The error, after checking that the answer has its form and nothing else."""
        document = self.document
        assert set(document) == {"error"}
        assert document["error"]["message"]
        return document["error"]


@dataclass(frozen=True)
class Client:
    url: str
    http: aiohttp.ClientSession
    clock: HandClock
    token: ApiToken

    async def get(self, path: str, token: str | None = TOKEN, **headers: str) -> Answered:
        return await self.send("GET", path, token, headers=headers)

    async def post(self, path: str, document: object, token: str | None = TOKEN) -> Answered:
        return await self.send("POST", path, token, json=document)

    async def send(self, method: str, path: str, token: str | None = TOKEN, **given: Any) -> Answered:
        headers = given.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        async with self.http.request(method, self.url + path, headers=headers, **given) as response:
            return Answered(response.status, dict(response.headers), await response.text())


@pytest.fixture
async def client(database: Database, workspace: Workspace) -> AsyncIterator[Client]:
    """The API with TOKEN of an admin in the workspace."""
    token = await create_token(database, workspace.id, "ci", TOKEN, by=ADA, now=NOW)
    clock = HandClock()
    health, metrics = Health(no_trouble), Metrics(no_backlog)
    application = create_web(Endpoints(health=health, metrics=metrics, api=Api(database, clock)))
    async with serving(application, "127.0.0.1", 0) as port, aiohttp.ClientSession() as http:
        yield Client(f"http://127.0.0.1:{port}", http, clock, token)


@pytest.fixture
async def stranger(client: Client, database: Database, other_workspace: Workspace) -> str:
    """The token of an admin in another workspace."""
    await create_token(database, other_workspace.id, "ci", STRANGER, by=ADA, now=NOW)
    return STRANGER
