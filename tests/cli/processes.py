"""FlowPilot as people run it: a process of its own, with an environment of its own."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import aiohttp

from bot.sandbox import Sandbox, SandboxConfig
from tests.cli.warm import Warm

PATIENCE_SECONDS = 100.0
CONFIG = SandboxConfig()
SECRETS = (CONFIG.bot_token, CONFIG.app_token, CONFIG.signing_secret)


@dataclass(frozen=True)
class Ended:
    """What a process left."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


@dataclass
class Serving:
    """A process that said it is ready. `lines` is what it has written to standard error so far."""

    process: Process
    lines: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def events(self) -> list[dict[str, Any]]:
        """The log; every line has to be an event."""
        return [json.loads(line) for line in self.lines]

    async def status(self, path: str) -> int:
        """What a request without anything is answered."""
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as response:
            return response.status

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and wait; the exit code, or the negative number of the signal that killed it."""
        self.process.send_signal(number)
        return await self.process.wait()

    async def until_line(self, words: str) -> str:
        """The first line that holds these words. Fails when the process ends without one."""
        stderr = self.process.stderr
        assert stderr is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while line := (await stderr.readline()).decode():
                self.lines.append(line)
                if words in line:
                    return line
        raise AssertionError(f"ended without {words}:\n{''.join(self.lines)}")

    async def read_on(self) -> None:
        """Keep the rest, so that the process never waits for a reader."""
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.lines.append(line.decode())


@dataclass(frozen=True)
class FlowPilot:
    """The program with these variables and no others; `folder` is its home and where it is started."""

    folder: Path
    warm: Warm
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def database_url(self) -> str:
        return self.variables["FLOWPILOT_DATABASE_URL"]

    def given(self, **variables: str) -> Self:
        """The same with more variables, named without FLOWPILOT_."""
        more = {f"FLOWPILOT_{name.upper()}": value for name, value in variables.items()}
        return replace(self, variables={**self.variables, **more})

    def connected(self, sandbox: Sandbox, *, over_http: bool = False) -> Self:
        """The same in the sandbox's workspace, logging everything it can as JSON."""
        config = sandbox.config
        way = (
            {"slack_signing_secret": config.signing_secret}
            if over_http
            else {"slack_app_token": config.app_token}
        )
        return self.given(
            slack_api_url=sandbox.api_url,
            slack_bot_token=config.bot_token,
            **way,
            admins="U0ADMIN01,U0ADMIN02",
            review_channel="C0REVIEW01",
            digest_channel="C0DIGEST01",
            port="0",
            log_level="DEBUG",
            log_format="json",
        )

    async def __call__(self, *words: str) -> Ended:
        """Run a command to its end."""
        ended = Ended(*await self.warm.run(words, self.folder, self.variables, PATIENCE_SECONDS))
        require_discreet(ended.out + ended.err)
        return ended

    @asynccontextmanager
    async def serving(self, *words: str, ready: str = "flowpilot.ready") -> AsyncIterator[Serving]:
        """A command that serves, as soon as it says so. It is killed if it still runs in the end."""
        serving = Serving(await self._start(words))
        reading = None
        try:
            line = await serving.until_line(ready)
            serving.port = json.loads(line)["port"] if line.startswith("{") else 0
            reading = asyncio.create_task(serving.read_on())
            yield serving
        finally:
            await _gone(serving.process)
            if reading is not None:
                await reading
        require_discreet("".join(serving.lines))

    async def _start(self, words: tuple[str, ...]) -> Process:
        """As in production, where nothing has been imported before."""
        command = [sys.executable, "-W", "error", "-m", "bot", *words]
        return await asyncio.create_subprocess_exec(
            *command, stdout=PIPE, stderr=PIPE, cwd=self.folder, env=dict(self.variables)
        )


def require_discreet(written: str) -> None:
    """Whatever the program writes, it shows no secret and no stack."""
    for secret in SECRETS:
        assert secret not in written
    assert "Traceback" not in written, written


async def _gone(process: Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
