"""What finding candidate flows costs in small and in large workspaces, and how often the right flow is among them.

sieve.py [--sizes N N N]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from random import Random
from statistics import median

import asyncpg
from sqlalchemy import text

from bot.ai.titles import keywords_of
from bot.ai.wording import words_of
from bot.domain.flows import FlowDraft, FlowOrigin
from bot.domain.trees import FlowTree, Node, NodeKind, Option
from bot.domain.workspaces import Workspace
from bot.sandbox.samples.chart import Chart, charts
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.schema import upgrade
from storage.transaction import Transaction

SIZES = (100, 1_000, 10_000)
LIMIT = 8
KNOWN_OPENINGS = 2
"""Of each chart, as title and summary; the others are searched for."""
ROUNDS = 5
AT_ONCE = 500
INVENTED_WORDS = 10_000
"""Names of products and places, beside the words of the samples."""
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GOAL_RATIO, GOAL_MORE_MS, GOAL_RECALL = 3.0, 5.0, 1.0

# As it was before there was a table of words: every flow of the workspace is read.
SCAN = text(
    """
    WITH asked AS (
        SELECT CAST(string_agg(quote_literal(lexeme), ' | ') AS tsquery) AS query
        FROM unnest(to_tsvector('english', :words))
    )
    SELECT id FROM flows, asked WHERE workspace_id = :workspace AND NOT archived AND search @@ query
    ORDER BY ts_rank(search, query, 1) DESC, id LIMIT :limit
    """
)

Finder = Callable[[Transaction, str], Awaitable[list[int]]]


@dataclass(frozen=True, slots=True)
class Asked:
    problem: str
    flow_id: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The median time of finding candidates, and the share of problems whose flow is among them."""

    milliseconds: float
    recall: float
    recall_of_scan: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="flows in each workspace")
    asyncio.run(_measure(parser.parse_args().sizes))


async def _measure(sizes: Sequence[int]) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="flowpilot-sieve-", ignore_cleanup_errors=True) as folder,
        EmbeddedServer.start(Path(folder), durable=True) as server,
    ):
        await upgrade(server.url)
        async with Database.open(server.url) as database:
            print("  flows  write ms  table ms  scan ms  recall  recall of a scan")
            figures = [await _figures(database, size) for size in sizes]
    small, large = figures[0], figures[-1]
    against = f"{sizes[-1]} flows against {sizes[0]}"
    more = large.milliseconds - small.milliseconds
    print(f"sieve, {against}: {large.milliseconds / small.milliseconds:.1f} times (goal <= {GOAL_RATIO})")
    print(f"sieve, {against}: {more:.1f} ms more (goal <= {GOAL_MORE_MS})")
    print(
        f"sieve, right flow found against a scan: {large.recall / large.recall_of_scan:.2f} ratio (goal >= {GOAL_RECALL})"
    )


async def _figures(database: Database, size: int) -> Figures:
    workspace_id = f"T{size}"
    async with database.all_workspaces() as door:
        await door.add(Workspace(id=workspace_id, name="Sieve", created_at=NOW))
    started = time.perf_counter()
    asked = await _fill(database, workspace_id, size)
    write = (time.perf_counter() - started) * 1_000 / size
    await _settle(database)
    found, recall = await _timed(database, workspace_id, asked, _by_words)
    scanned, recall_of_scan = await _timed(database, workspace_id, asked, _by_scan)
    print(
        f"{size:7d}  {write:8.2f}  {found:8.2f}  {scanned:7.2f}  {recall:6.3f}  {recall_of_scan:6.3f}",
        flush=True,
    )
    return Figures(found, recall, recall_of_scan)


async def _fill(database: Database, workspace_id: str, size: int) -> list[Asked]:
    """Publish a flow of each chart, then made-up ones of the same words; what will be asked, and the flow that fits."""
    asked = []
    async with database.transaction(workspace_id) as tx:
        for chart in charts():
            flow_id = await _publish(tx, _draft_of(chart))
            problems = [opening.problem for opening in chart.openings[KNOWN_OPENINGS:]]
            asked += [Asked(problem, flow_id) for problem in problems]
    made_up = islice(_made_up(), size - len(charts()))
    while drafts := list(islice(made_up, AT_ONCE)):
        async with database.transaction(workspace_id) as tx:
            for draft in drafts:
                await _publish(tx, draft)
    return asked


async def _publish(tx: Transaction, draft: FlowDraft) -> int:
    flow = await tx.flows.publish_new(draft, origin=FlowOrigin.MANUAL, by="U1", at=NOW, change="Made up.")
    return flow.id


async def _settle(database: Database) -> None:
    """What autovacuum would have done by the time."""
    connection = await asyncpg.connect(database.url)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _timed(
    database: Database, workspace_id: str, asked: Sequence[Asked], find: Finder
) -> tuple[float, float]:
    times, right = [], 0
    for number, each in enumerate(islice(cycle(asked), ROUNDS * len(asked))):
        async with database.transaction(workspace_id) as tx:
            started = time.perf_counter()
            found = await find(tx, each.problem)
            times.append((time.perf_counter() - started) * 1_000)
        right += number < len(asked) and each.flow_id in found
    return median(times), right / len(asked)


async def _by_words(tx: Transaction, problem: str) -> list[int]:
    return [flow.id for flow in await tx.flows.candidates(problem, None, LIMIT)]


async def _by_scan(tx: Transaction, problem: str) -> list[int]:
    given = {"words": problem, "workspace": tx.workspace_id, "limit": LIMIT}
    rows = await tx.statements.rows(SCAN, given)
    return [(await tx.flows.get(row["id"])).id for row in rows]


def _draft_of(chart: Chart) -> FlowDraft:
    title, summary = (opening.problem for opening in chart.openings[:KNOWN_OPENINGS])
    return _draft(title, summary, [ask.wordings[0] for ask in chart.asks.values()])


def _draft(title: str, summary: str, questions: Sequence[str]) -> FlowDraft:
    """A tree that asks one thing after the other."""
    nodes = {
        f"n{number}": Node(
            kind=NodeKind.QUESTION, text=question, options=(Option("o1", "Yes", f"n{number + 1}"),)
        )
        for number, question in enumerate(questions, 1)
    }
    nodes[f"n{len(nodes) + 1}"] = Node(kind=NodeKind.RESOLUTION, text="Solved.")
    keywords = tuple(keywords_of([title, summary, *questions]))
    return FlowDraft(title=title, summary=summary, tree=FlowTree("n1", nodes), keywords=keywords)


def _made_up() -> Iterator[FlowDraft]:
    """Flows about a dozen words each, invented ones among them, that stand among words as frequent as in the samples."""
    rng = Random(7)  # noqa: S311  (samples, not secrets)
    texts = [opening.problem for chart in charts() for opening in chart.openings]
    texts += [wording for chart in charts() for ask in chart.asks.values() for wording in ask.wordings]
    spoken = [word for line in texts for word in words_of(line)]
    known = sorted(set(spoken)) + [f"word{number}" for number in range(INVENTED_WORDS)]
    while True:
        topic = rng.sample(known, 12)

        def words(count: int, topic: Sequence[str] = topic) -> str:
            return " ".join(rng.choice(topic if rng.random() < 0.5 else spoken) for _ in range(count))

        yield _draft(words(6), words(12), [words(9) for _ in range(8)])


if __name__ == "__main__":
    main()
