"""The real program in a process of its own, beside a sandbox that this process serves."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.cli.demo_stage import ADA, CHLOE, DIGEST_CHANNEL, REVIEW_CHANNEL
from bot.offline import open_database
from bot.sandbox import Sandbox
from bot.settings import Settings
from storage.database import Database

RUN = ("-m", "bot", "run")
PATIENCE_SECONDS = 60.0
PROBE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Product:
    """A process that is ready. Seconds are counted from its start; `url` is where its HTTP side listens."""

    pid: int
    url: str
    ready_seconds: float
    connected_seconds: float


@asynccontextmanager
async def product(
    sandbox: Sandbox,
    data_dir: Path,
    *,
    arguments: Sequence[str] = RUN,
    over_http: bool = False,
    reviewers: Sequence[str] = (ADA.id, CHLOE.id),
) -> AsyncIterator[Product]:
    """Start Python with these arguments, wait until it is ready, and end it by SIGTERM.

    It is ready when /readyz says so and, in Socket Mode, it is connected. Over HTTP the sandbox learns its address.
    Raises RuntimeError with what it wrote when it ends by itself.
    """
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = _environment(sandbox, data_dir, port, over_http=over_http, reviewers=reviewers)
    errors = data_dir / "product.log"
    started = time.perf_counter()
    with errors.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=environment, cwd=data_dir, stderr=log
        )
    try:
        ready = await _until_ready(process, url, errors) - started
        if over_http:
            sandbox.request_url = f"{url}/slack/events"
        else:
            await sandbox.until(lambda: sandbox.transport == "socket", PATIENCE_SECONDS)
        yield Product(process.pid, url, ready, time.perf_counter() - started)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def its_database(data_dir: Path) -> AsyncIterator[Database]:
    """The embedded database of a product that runs there, or that is going to."""
    async with open_database(Settings.model_validate({"data_dir": data_dir})) as database:
        yield database


async def _until_ready(process: asyncio.subprocess.Process, url: str, errors: Path) -> float:
    async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as session:
        while not await _is_ready(session, url):
            if process.returncode is not None:
                raise RuntimeError(f"The program ended; {errors} says why:\n{_text_of(errors)}")
            await asyncio.sleep(PROBE_SECONDS)
    return time.perf_counter()


def _text_of(file: Path) -> str:
    return file.read_text()


async def _is_ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def _environment(
    sandbox: Sandbox, data_dir: Path, port: int, *, over_http: bool, reviewers: Sequence[str]
) -> Mapping[str, str]:
    """All that the process sees: nothing of the caller's settings."""
    way = (
        {"FLOWPILOT_SLACK_SIGNING_SECRET": sandbox.config.signing_secret}
        if over_http
        else {"FLOWPILOT_SLACK_APP_TOKEN": sandbox.config.app_token}
    )
    return {
        "PATH": os.defpath,
        "HOME": str(data_dir),
        "FLOWPILOT_DATA_DIR": str(data_dir),
        "FLOWPILOT_PORT": str(port),
        "FLOWPILOT_SLACK_API_URL": sandbox.api_url,
        "FLOWPILOT_SLACK_BOT_TOKEN": sandbox.config.bot_token,
        "FLOWPILOT_ADMINS": ",".join(reviewers),
        "FLOWPILOT_REVIEW_CHANNEL": REVIEW_CHANNEL,
        "FLOWPILOT_DIGEST_CHANNEL": DIGEST_CHANNEL,
        **way,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
