"""The demo: alone in its folder, and gone without a trace."""

import asyncio
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.cli.processes import PATIENCE_SECONDS, FlowPilot
from tests.cli.test_reports import SIGNATURE

LOOK_AGAIN_SECONDS = 0.1
PICTURES = {"card.png", "digest.png", "stats.png"}


@pytest.fixture
def elsewhere(unset: FlowPilot) -> Iterator[FlowPilot]:
    """FlowPilot in a folder of its own, which is also where it puts what it needs for a while."""
    with tempfile.TemporaryDirectory(prefix="flowpilot-demo-") as folder:
        yield replace(unset, folder=Path(folder), variables={**unset.variables, "TMPDIR": folder})


def left_behind(flowpilot: FlowPilot) -> list[psutil.Process]:
    """Processes that still work in the folder."""
    folder = str(flowpilot.folder)
    return [
        each for each in psutil.process_iter(["cmdline"]) if folder in " ".join(each.info["cmdline"] or ())
    ]


@pytest.mark.timeout(300)
async def test_check_does_the_main_job_and_leaves_pictures(elsewhere: FlowPilot) -> None:
    ended = await elsewhere("demo", "--check")
    assert (ended.code, ended.err) == (0, "")
    stages = [line.split()[0] for line in ended.out.splitlines()]
    assert stages == ["start", "import", "analyse", "card", "approve", "stats", "digest", "all"]
    assert [each.name for each in elsewhere.folder.iterdir()] == ["flowpilot-demo"]
    pictures = list((elsewhere.folder / "flowpilot-demo").iterdir())
    assert {each.name for each in pictures} == PICTURES
    assert all(each.read_bytes().startswith(SIGNATURE) for each in pictures)
    assert left_behind(elsewhere) == []


async def test_demo_that_is_interrupted_while_it_sets_up_cleans_up(elsewhere: FlowPilot) -> None:
    async with elsewhere.serving("demo", "--port", "0", ready="Setting up") as serving:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not left_behind(elsewhere):  # noqa: ASYNC110  (nothing else tells that its database starts)
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
        assert await serving.end(signal.SIGINT) in (0, 130)
    assert list(elsewhere.folder.iterdir()) == []
    assert left_behind(elsewhere) == []
