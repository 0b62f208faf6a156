"""Values to draw: a busy month, a quiet one, flows; and how to look into a PNG."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.dashboard import CoverageRow, Dashboard, DayRow, DomainRow, TierRow, Totals
from bot.domain.digests import Digest, QueueState
from bot.domain.flow_use import NodeUse, TreeUse
from bot.domain.flows import Flow, FlowOrigin, FlowVersion
from bot.domain.heat_maps import HeatMap
from bot.domain.statistics import Interval, Minutes
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.windows import Window, window_ending
from tests.storage.makers import a_draft

ZONE = ZoneInfo("Europe/Berlin")
Q, A, FIX, UP = NodeKind.QUESTION, NodeKind.ACTION, NodeKind.RESOLUTION, NodeKind.ESCALATION


def a_window(days: int = 30) -> Window:
    return window_ending(datetime(2026, 11, 30, 16, 30, tzinfo=ZONE), days, ZONE)


def a_dashboard(days: int = 30) -> Dashboard:
    """412 sessions over eight domains and one without, ending on 30 November 2026."""
    window = a_window(days)
    sizes = {
        "networking": 120,
        "m365": 86,
        "active_directory": 64,
        "endpoint": 48,
        "printing": 38,
        "email": 24,
        "unknown": 21,
        "security": 11,
    }
    wall = Minutes(n=321, mean=52.0, median=31.2, p90=163.0, interval=Interval(27.0, 36.0))
    return Dashboard(
        window=window,
        totals=Totals(sessions=412, resolved=321, escalated=50, abandoned=21),
        previous=Totals(sessions=380, resolved=260, escalated=90),
        wall=wall,
        previous_wall=Minutes(),
        active=wall,
        trend=tuple(_day(on) for on in window.dates),
        domains=tuple(
            DomainRow(domain=name, total=n, resolved=n * 3 // 4, escalated=n // 8, abandoned=n // 20)
            for name, n in sizes.items()
        ),
        tiers=(
            TierRow(tier="discovery", sessions=100, resolved=60),
            TierRow(tier="guided", sessions=190, resolved=171),
            TierRow(tier="exploring", sessions=117, resolved=88),
            TierRow(tier="unknown", sessions=5, resolved=2),
        ),
        coverage=tuple(
            CoverageRow(domain=name, flows=index % 4, sessions=n, guided=n // 2 if index % 4 else 0)
            for index, (name, n) in enumerate(sizes.items())
        ),
    )


def a_quiet_dashboard() -> Dashboard:
    """Three sessions, two of them resolved, on one day."""
    window = a_window()
    wall = Minutes(n=2, mean=34.0, median=34.0, p90=47.0)
    busy = DayRow(on=window.dates[20], resolved=2, mean_minutes=34.0, median_minutes=34.0, p90_minutes=47.0)
    return Dashboard(
        window=window,
        totals=Totals(sessions=3, resolved=2),
        previous=Totals(),
        wall=wall,
        previous_wall=Minutes(),
        active=wall,
        trend=tuple(busy if on == busy.on else DayRow(on=on) for on in window.dates),
        domains=(DomainRow(domain="networking", total=3, resolved=2),),
        tiers=(TierRow(tier="discovery", sessions=3, resolved=2),),
        coverage=(CoverageRow(domain="networking", sessions=3),),
    )


def an_empty_dashboard(days: int = 7) -> Dashboard:
    window = a_window(days)
    return Dashboard(
        window=window,
        totals=Totals(),
        previous=Totals(),
        wall=Minutes(),
        previous_wall=Minutes(),
        active=Minutes(),
        trend=tuple(DayRow(on=on) for on in window.dates),
    )


def a_digest(dashboard: Dashboard) -> Digest:
    return Digest(due_on=date(2026, 11, 30), dashboard=dashboard, queue=QueueState(3))


def a_node(kind: NodeKind, text: str, *answers: tuple[str, str], sessions: int = 1) -> Node:
    """A node with answers as (label, id of the next node), learnt from so many sessions."""
    options = tuple(Option(f"o{index}", label, end) for index, (label, end) in enumerate(answers))
    evidence = frozenset(Evidence(session, 0) for session in range(sessions))
    return Node(kind=kind, text=text, options=options, evidence=evidence)


def a_flow() -> FlowTree:
    """Nine steps; `n3` is reached from two of them."""
    return FlowTree(
        "n1",
        {
            "n1": a_node(Q, "Is split tunnelling on?", ("Yes", "n2"), ("No", "n3")),
            "n2": a_node(A, "Turn split tunnelling off.", ("It worked", "n4"), ("It did not", "n3")),
            "n3": a_node(
                Q, "Does it drop on a cable too?", ("Yes", "n5"), ("Only on Wi-Fi", "n6"), ("Not sure", "n9")
            ),
            "n4": a_node(FIX, "Split tunnelling stays off.", sessions=3),
            "n5": a_node(FIX, "Lowered the MTU to 1350.", sessions=7),
            "n6": a_node(Q, "Which channel is it on?", ("Below 36", "n7"), ("36 or above", "n8")),
            "n7": a_node(FIX, "Moved the access point to channel 44."),
            "n8": a_node(FIX, "Replaced the Wi-Fi driver."),
            "n9": a_node(UP, "Network team."),
        },
    )


def a_chain(length: int) -> FlowTree:
    """Questions one after the other, each with a fix."""
    nodes = {f"f{index}": a_node(FIX, f"Fix {index}.") for index in range(length)}
    for index in range(length):
        onwards = f"q{index + 1}" if index + 1 < length else "up"
        nodes[f"q{index}"] = a_node(Q, f"Question {index}?", ("No", onwards), ("Yes", f"f{index}"))
    return FlowTree("q0", {**nodes, "up": a_node(UP, "Give up.")})


def a_heat_map(tree: FlowTree | None = None, use: TreeUse | None = None) -> HeatMap:
    """41 sessions followed `a_flow`; some of its steps nobody came to."""
    came = {
        "n1": NodeUse(asked=41, typed=4, skipped=1, left=1, escalated=2, minutes=3.2),
        "n2": NodeUse(asked=15, minutes=0.3),
        "n3": NodeUse(asked=15, minutes=130),
        "n4": NodeUse(asked=12, failed=1, minutes=20),
    }
    taken = {("n1", "n2"): 15, ("n1", "n3"): 14, ("n2", "n4"): 12, ("n2", "n3"): 1}
    version = FlowVersion(
        number=2,
        draft=a_draft(tree=tree or a_flow()),
        published_by="U1",
        published_at=datetime(2026, 11, 2, tzinfo=ZONE),
        change="First.",
    )
    flow = Flow(id=3, origin=FlowOrigin.MANUAL, current=version)
    return HeatMap(flow=flow, use=use or TreeUse(nodes=came, taken=taken, sessions=41))


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height, from the PNG's header."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def _day(on: date) -> DayRow:
    """No resolutions at weekends."""
    if on.isoweekday() > 5:
        return DayRow(on=on)
    median = 20.0 + on.day
    return DayRow(
        on=on,
        resolved=10 + on.day % 7,
        mean_minutes=median * 1.5,
        median_minutes=median,
        p90_minutes=median * 5,
    )
