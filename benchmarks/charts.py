"""How many pictures a second are drawn, one after the other and several at once, and what that costs the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from loop import delays_while, quantile

from bot.charts.pool import ChartPool
from bot.charts.registry import Chart
from bot.domain.cards import Picture
from bot.domain.dashboard import CoverageRow, Dashboard, DayRow, DomainRow, TierRow, Totals
from bot.domain.flow_use import NodeUse, TreeUse
from bot.domain.flows import Flow, FlowDraft, FlowOrigin, FlowVersion
from bot.domain.heat_maps import HeatMap
from bot.domain.sessions import ProblemDomain
from bot.domain.statistics import Interval, Minutes
from bot.domain.trees import MAX_NODES, FlowTree, Node, NodeKind, Option
from bot.domain.windows import Window

PICTURES = 12
AT_ONCE = 4
IDLE_SECONDS = 5.0
NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
Draw = Callable[[ChartPool], Awaitable[Picture]]


async def main() -> None:
    lines = [f"loop delay p99, nothing drawn: {worst_of(await delays_while(asyncio.sleep(IDLE_SECONDS)))}"]
    async with ChartPool() as pool:
        lines.append(f"first picture, its process included: {await seconds_of(dashboard_of(pool)):.1f} s")
        for name, draw in drawings().items():
            lines += await measure(name, draw, pool)
    print("\n".join(lines))


def worst_of(delays: list[float]) -> str:
    return f"{quantile(delays, 0.99) * 1000:.1f} ms, worst {max(delays) * 1000:.1f} ms"


async def seconds_of(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def measure(name: str, draw: Draw, pool: ChartPool) -> list[str]:
    """`PICTURES` of them, of which `AT_ONCE` are asked for at a time."""

    async def several() -> None:
        for _ in range(PICTURES // AT_ONCE):
            await asyncio.gather(*(draw(pool) for _ in range(AT_ONCE)))

    await draw(pool)
    began = time.perf_counter()
    delays = await delays_while(several())
    a_second = PICTURES / (time.perf_counter() - began)
    return [
        f"{name}: {a_second:.1f} pictures a second",
        f"loop delay p99, {name}: {worst_of(delays)} (goal p99 < 50 ms)",
    ]


def drawings() -> Mapping[str, Draw]:
    small, large = a_flow(depth=3), a_flow(depth=6)
    return {
        "dashboard": dashboard_of,
        f"tree of {len(small.nodes)} steps": partial(tree_of, tree=small),
        f"tree of {len(large.nodes)} steps": partial(tree_of, tree=large),
        f"heat map of {len(large.nodes)} steps": partial(heat_map_of, heat=a_heat_map(large)),
    }


async def dashboard_of(pool: ChartPool) -> Picture:
    return await pool.draw(Chart.DASHBOARD, a_dashboard())


async def tree_of(pool: ChartPool, tree: FlowTree) -> Picture:
    return await pool.draw(Chart.TREE, tree, "VPN drops every ten minutes")


async def heat_map_of(pool: ChartPool, heat: HeatMap) -> Picture:
    return await pool.draw(Chart.HEAT_MAP, heat)


def a_dashboard() -> Dashboard:
    """A busy month: every day, domain and tier has something to draw."""
    days = tuple((NOW - timedelta(days=29 - number)).date() for number in range(30))
    window = Window(start=NOW - timedelta(days=30), end=NOW, zone="UTC", days=30)
    wall = Minutes(n=300, mean=52.0, median=31.0, p90=163.0, interval=Interval(27.0, 36.0))
    domains = tuple(ProblemDomain)[:8]
    return Dashboard(
        window=window,
        totals=Totals(sessions=400, resolved=300, escalated=60, abandoned=20),
        previous=Totals(sessions=380, resolved=260, escalated=90),
        wall=wall,
        previous_wall=Minutes(),
        active=wall,
        trend=tuple(
            DayRow(on=on, resolved=10, mean_minutes=40.0, median_minutes=20.0 + on.day, p90_minutes=120.0)
            for on in days
        ),
        domains=tuple(
            DomainRow(domain=each, total=50, resolved=38, escalated=7, abandoned=2) for each in domains
        ),
        tiers=tuple(
            TierRow(tier=tier, sessions=130, resolved=100) for tier in ("guided", "exploring", "discovery")
        ),
        coverage=tuple(CoverageRow(domain=each, flows=2, sessions=50, guided=20) for each in domains),
    )


def a_flow(depth: int) -> FlowTree:
    """Each question has two answers, as deep as that; at most as many steps as a flow may have."""
    nodes: dict[str, Node] = {}
    inner = min(2**depth, MAX_NODES) - 1
    for number in range(1, 2 * inner + 2):
        options = tuple(
            Option(f"o{each}", label, f"n{2 * number + each}") for each, label in enumerate(("Yes", "No"))
        )
        nodes[f"n{number}"] = Node(
            kind=NodeKind.QUESTION if number <= inner else NodeKind.RESOLUTION,
            text=f"Does the tunnel drop on a network cable too, at place {number}?",
            options=options if number <= inner else (),
        )
    return FlowTree("n1", nodes)


def a_heat_map(tree: FlowTree) -> HeatMap:
    """Of 256 sessions half took each answer, and some left at each step."""
    came = {node_id: 256 >> (int(node_id[1:]).bit_length() - 1) for node_id in tree.nodes}
    use = TreeUse(
        nodes={
            node_id: NodeUse(asked=count, typed=count // 8, minutes=3.0) for node_id, count in came.items()
        },
        taken={
            (node_id, option.next): came[option.next]
            for node_id, node in tree.nodes.items()
            for option in node.options
        },
        sessions=256,
    )
    draft = FlowDraft(title="VPN drops every ten minutes", summary="", tree=tree)
    version = FlowVersion(number=1, draft=draft, published_by="U1", published_at=NOW, change="First.")
    return HeatMap(flow=Flow(id=1, origin=FlowOrigin.MANUAL, current=version), use=use)


if __name__ == "__main__":
    asyncio.run(main())
