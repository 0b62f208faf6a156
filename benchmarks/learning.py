"""How well flows are learnt from sessions: learn from some, then lead others to their fix.

learning.py [TRAIN.jsonl TEST.jsonl TRUTH.json] [--scorer SCRIPT] [--thresholds] [--orders N] [--claude]
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from learning_baseline import learn_plainly
from learning_desk import learnt
from learning_score import Score
from learning_task import Task, moved, task_from

from bot.ai import fitting, outline, uniting, walking
from bot.ai.matching import match
from bot.ai.outline import similarity
from bot.domain.formats import flow_document
from bot.domain.formats_reading import parse_flows
from bot.domain.ports import Analyst
from bot.offline import analyst_of
from bot.services.replays import replay_sessions
from bot.settings import read_settings

BATCH = 25
GOAL_AT_ONCE, GOAL_IN_A_STREAM = 0.98, 0.95


def main() -> None:
    arguments = _arguments()
    task = task_from(arguments.files, arguments.scorer)
    print(f"{'learner':44} flows  micro  macro  ratio")
    _show("plain TF-IDF path merging", _plain(task))
    once, stream = _ours(task), _ours(task, BATCH)
    _show("ours, at once", once)
    _show(f"ours, in a stream of {BATCH}", stream)
    if once.oracle:
        _show("perfect learning", once.oracle)
    if arguments.claude:
        _show("Claude, at once", _ours(task, analyst=_claude()))
    for name, other in _variations(task, arguments.orders):
        _show_both(name, other)
    if arguments.thresholds:
        for name in moved(fitting, outline, uniting, walking):
            _show_both(name, task)
    print(f"learning at once: {once.ratio:.3f} ratio (goal >= {GOAL_AT_ONCE})")
    print(f"learning in a stream: {stream.ratio:.3f} ratio (goal >= {GOAL_IN_A_STREAM})")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, help="TRAIN.jsonl TEST.jsonl TRUTH.json")
    parser.add_argument("--scorer", type=Path, help="a script whose functions walk and edges are the rule")
    parser.add_argument("--thresholds", action="store_true", help="move each threshold by 20 %%")
    parser.add_argument(
        "--orders", type=int, default=2, help="how many other orders, also with the files swapped"
    )
    parser.add_argument(
        "--claude", action="store_true", help="ask Claude as well, with the key that the settings have"
    )
    return parser.parse_args()


def _claude() -> Analyst:
    settings = read_settings()
    if not settings.anthropic_api_key:
        raise SystemExit("Set FLOWPILOT_ANTHROPIC_API_KEY to ask Claude.")
    return analyst_of(settings)


def _plain(task: Task) -> Score:
    flows, chosen = learn_plainly(task.train, task.test)
    return _score(task, flows, chosen)


def _ours(task: Task, batch: int = 0, analyst: Analyst | None = None) -> Score:
    """All at once, or so many sessions at a time, with everything approved in between."""
    desk = asyncio.run(learnt(task.train, batch or len(task.train), analyst))
    external_ids = {each.id: each.external_id for each in task.train}
    document = flow_document(desk.flows.values(), external_ids, desk.problems())
    results = replay_sessions(parse_flows(document), task.test, match=match, similarity=similarity)
    return _score(task, document["flows"], {each.session: each.flow for each in results})


def _score(task: Task, flows: Sequence[dict[str, Any]], chosen: dict[str, object]) -> Score:
    return task.scorer.score(flows, chosen, [each.external_id for each in task.train], task.truth)


def _variations(task: Task, orders: int) -> Iterator[tuple[str, Task]]:
    for chart in task.charts if len(task.charts) > 1 else ():
        yield f"without {chart}", task.without(chart)
    yield "swapped", task.swapped()
    for number in range(1, orders + 1):
        yield f"order {number}", task.in_order(number)
        yield f"swapped, order {number}", task.swapped().in_order(number)


def _show_both(name: str, task: Task) -> None:
    _show(f"{name}, at once", _ours(task))
    _show(f"{name}, in a stream", _ours(task, BATCH))


def _show(name: str, score: Score) -> None:
    print(f"{name:44} {score.flows:5d}  {score.micro:.3f}  {score.macro:.3f}  {score.ratio:.3f}", flush=True)


if __name__ == "__main__":
    main()
