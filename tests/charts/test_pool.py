import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import cast

import psutil
import pytest

from bot.charts.dashboard import draw_dashboard
from bot.charts.heat_map import draw_heat_map
from bot.charts.pool import ChartError, ChartPool
from bot.charts.registry import Chart
from bot.domain.dashboard import Dashboard
from tests.charts.makers import a_dashboard, a_digest, a_flow, a_heat_map, an_empty_dashboard

OTHERS: set[psutil.Process] = set()
HEAVY = "('matplotlib', 'numpy')"
FOREIGN = "('slack_bolt', 'slack_sdk', 'sqlalchemy', 'asyncpg', 'aiohttp', 'anthropic', 'storage', 'pytest')"


class Poison:
    """Ends the process that unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


@pytest.fixture(name="pool", scope="module")
async def _pool() -> AsyncIterator[ChartPool]:
    async with ChartPool() as pool:
        yield pool


@pytest.fixture(scope="module", autouse=True)
def _others() -> Iterator[None]:
    """Workers that other test modules keep are not counted."""
    OTHERS.update(workers())
    yield
    OTHERS.clear()


def workers() -> list[psutil.Process]:
    drawing = (
        child for child in psutil.Process().children() if "bot.charts.worker" in " ".join(child.cmdline())
    )
    return [child for child in drawing if child not in OTHERS]


async def test_all_charts_are_drawn_elsewhere_with_the_same_bytes(pool: ChartPool) -> None:
    assert await pool.draw(Chart.DASHBOARD, a_dashboard()) == draw_dashboard(a_dashboard())
    assert await pool.draw(Chart.DIGEST, a_digest(an_empty_dashboard())) is None
    picture = await pool.draw(Chart.TREE, a_flow(), "VPN drops", added=frozenset({"n6"}))
    assert picture.alt.endswith("Marked: 1 new.")
    heat = await pool.draw(Chart.HEAT_MAP, a_heat_map())
    assert heat == draw_heat_map(a_heat_map())
    assert len(workers()) == 1


async def test_the_loop_turns_while_a_picture_is_drawn(pool: ChartPool) -> None:
    turns = 0
    drawing = asyncio.ensure_future(pool.draw(Chart.DASHBOARD, a_dashboard()))
    while not drawing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


async def test_charts_asked_for_at_once_are_all_drawn(pool: ChartPool) -> None:
    titles = ["one", "two", "three"]
    one, two, three = await asyncio.gather(*(pool.draw(Chart.TREE, a_flow(), title) for title in titles))
    assert len({one.png, two.png, three.png}) == 3


async def test_a_killed_worker_is_replaced(pool: ChartPool) -> None:
    await pool.draw(Chart.TREE, a_flow(), "before")
    (worker,) = workers()
    worker.send_signal(signal.SIGKILL)
    assert (await pool.draw(Chart.TREE, a_flow(), "after")).png
    assert workers() != [worker]


async def test_a_request_that_kills_every_worker_is_given_up(pool: ChartPool) -> None:
    with pytest.raises(ChartError, match="dashboard picture could not be drawn") as caught:
        await pool.draw(Chart.DASHBOARD, cast("Dashboard", Poison()))
    assert "the worker died" in caught.value.reason
    assert (await pool.draw(Chart.TREE, a_flow(), "VPN")).png


async def test_a_drawing_that_fails_is_told_with_its_reason(pool: ChartPool) -> None:
    with pytest.raises(ChartError) as caught:
        await pool.draw(Chart.DASHBOARD, cast("Dashboard", None))
    assert "AttributeError" in caught.value.reason
    assert caught.value.chart is Chart.DASHBOARD


async def test_nobody_is_handed_the_picture_of_one_who_left(pool: ChartPool) -> None:
    await pool.draw(Chart.TREE, a_flow(), "warm")
    leaving = asyncio.ensure_future(pool.draw(Chart.DASHBOARD, a_dashboard()))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await pool.draw(Chart.TREE, a_flow(), "VPN")).alt.startswith("Flow with 9 steps")
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_ctrl_c_in_the_terminal_does_not_reach_the_worker(pool: ChartPool) -> None:
    await pool.draw(Chart.TREE, a_flow(), "VPN")
    (worker,) = workers()
    assert os.getsid(worker.pid) != os.getsid(0)


async def test_closing_ends_workers_drawings_and_hope() -> None:
    before = set(workers())
    pool = ChartPool(workers=2)
    await asyncio.gather(*(pool.draw(Chart.TREE, a_flow(), title) for title in ("one", "two")))
    assert len(set(workers()) - before) == 2
    drawing = asyncio.ensure_future(pool.draw(Chart.DASHBOARD, a_dashboard()))
    await asyncio.sleep(0)
    await pool.close()
    await pool.close()
    with pytest.raises(ChartError):
        await drawing
    with pytest.raises(ChartError):
        await pool.draw(Chart.TREE, a_flow(), "VPN")
    assert set(workers()) == before


async def test_a_pool_that_was_never_asked_starts_nothing() -> None:
    before = workers()
    async with ChartPool():
        assert workers() == before


ORPHAN = """
import asyncio, os, psutil
from bot.charts.pool import ChartPool
from bot.charts.registry import Chart
from tests.charts.makers import a_flow
async def main():
    pool = ChartPool()
    await pool.draw(Chart.TREE, a_flow(), "VPN")
    (worker,) = psutil.Process().children()
    print(worker.pid, flush=True)
    os._exit(9)
asyncio.run(main())
"""


def test_a_worker_does_not_outlive_the_process_that_asks() -> None:
    killed = subprocess.run([sys.executable, "-c", ORPHAN], capture_output=True, text=True, check=False)
    assert killed.returncode == 9
    assert killed.stderr == ""
    pid = int(killed.stdout)
    if psutil.pid_exists(pid):
        psutil.Process(pid).wait(timeout=20)


def _imports(module: str, unwanted: str) -> str:
    code = f"import sys, {module}; print([name for name in sys.modules if name.split('.')[0] in {unwanted}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_parent_stays_light() -> None:
    assert _imports("bot.charts.pool", HEAVY) == "[]"


def test_the_worker_loads_nothing_but_charts_and_domain() -> None:
    assert _imports("bot.charts.worker", FOREIGN) == "[]"
