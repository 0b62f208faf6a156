"""How well flows are learnt from sessions: learn from some, then lead others to their fix.

learning.py [TRAIN.jsonl TEST.jsonl TRUTH.json] [--scorer SCRIPT] [--thresholds] [--orders N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from learning_baseline import learn_plainly
from learning_desk import Desk
from learning_score import Score, Scorer, Truth, own_scorer, scorer_from

from bot.ai import fitting, outline, uniting, walking
from bot.ai.matching import match
from bot.ai.outline import similarity
from bot.domain.formats import flow_document
from bot.domain.formats_reading import parse_flows
from bot.domain.records import parse_record
from bot.domain.sessions import Session, SessionSource
from bot.services.replays import replay_sessions

DATA = Path(__file__).parents[2] / "shared" / "data"
DEFAULTS = [DATA / "flodial-train.jsonl", DATA / "flodial-test.jsonl", DATA / "flodial-truth.json"]
BATCH = 25
LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""No session lies in its future."""
GOAL_AT_ONCE, GOAL_IN_A_STREAM = 0.98, 0.95
MOVED_BY = 0.2


@dataclass(frozen=True, slots=True)
class Task:
    """Sessions to learn from and others to lead to their fix."""

    train: tuple[Session, ...]
    test: tuple[Session, ...]
    truth: Truth
    scorer: Scorer

    def without(self, chart: str) -> Task:
        return replace(
            self,
            train=tuple(each for each in self.train if self.chart_of(each) != chart),
            test=tuple(each for each in self.test if self.chart_of(each) != chart),
        )

    def swapped(self) -> Task:
        return replace(self, train=self.test, test=self.train)

    def in_order(self, number: int) -> Task:
        """The sessions to learn from in another order; each number is one."""
        shuffled = sorted(self.train, key=lambda each: zlib.crc32(f"{number} {each.external_id}".encode()))
        times = sorted(each.created_at for each in self.train)
        return replace(
            self,
            train=tuple(replace(each, created_at=at) for each, at in zip(shuffled, times, strict=True)),
        )

    def chart_of(self, session: Session) -> str:
        return str(self.truth[session.external_id]["chart"])

    @property
    def charts(self) -> list[str]:
        return sorted({self.chart_of(each) for each in self.test})


def main() -> None:
    arguments = _arguments()
    task = _task(arguments)
    print(f"{'learner':44} flows  micro  macro  ratio")
    _show("plain TF-IDF path merging", _plain(task))
    once, stream = _ours(task), _ours(task, BATCH)
    _show("ours, at once", once)
    _show(f"ours, in a stream of {BATCH}", stream)
    for chart in task.charts if len(task.charts) > 1 else ():
        _show(f"without {chart}, at once", _ours(task.without(chart)))
    for name, other in _variations(task, arguments.orders):
        _show(f"{name}, at once", _ours(other))
        _show(f"{name}, in a stream", _ours(other, BATCH))
    if arguments.thresholds:
        for name, _ in _moved_thresholds():
            _show(name, _ours(task))
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
    return parser.parse_args()


def _task(arguments: argparse.Namespace) -> Task:
    files = arguments.files or DEFAULTS
    if len(files) != len(DEFAULTS):
        raise SystemExit("Give three files: TRAIN.jsonl TEST.jsonl TRUTH.json.")
    if missing := [str(file) for file in files if not file.is_file()]:
        raise SystemExit(f"No evaluation without data: {', '.join(missing)} is not there. Name other files.")
    train = _sessions(files[0], 1)
    return Task(
        train=train,
        test=_sessions(files[1], 1 + len(train)),
        truth=json.loads(files[2].read_text(encoding="utf-8")),
        scorer=scorer_from(arguments.scorer) if arguments.scorer else own_scorer(),
    )


def _sessions(file: Path, first_id: int) -> tuple[Session, ...]:
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return tuple(_session(record, number) for number, record in enumerate(records, first_id))


def _session(record: dict[str, Any], number: int) -> Session:
    new = parse_record(record, source=SessionSource.IMPORT, now=LATER)
    return Session(id=number, **{name: getattr(new, name) for name in new.__dataclass_fields__})


def _plain(task: Task) -> Score:
    flows, chosen = learn_plainly(task.train, task.test)
    return _score(task, flows, chosen)


def _ours(task: Task, batch: int = 0) -> Score:
    """All at once, or so many sessions at a time, with everything approved in between."""
    desk = asyncio.run(_learnt(task.train, batch or len(task.train)))
    external_ids = {each.id: each.external_id for each in task.train}
    document = flow_document(desk.flows.values(), external_ids, desk.problems())
    results = replay_sessions(parse_flows(document), task.test, match=match, similarity=similarity)
    return _score(task, document["flows"], {each.session: each.flow for each in results})


async def _learnt(sessions: Sequence[Session], batch: int) -> Desk:
    desk = Desk()
    for start in range(0, len(sessions), batch):
        await desk.learn_from(sessions[start : start + batch])
        desk.approve_all(sessions[-1].created_at)
    await desk.learn_from(())
    desk.approve_all(sessions[-1].created_at)
    return desk


def _score(task: Task, flows: Sequence[dict[str, Any]], chosen: dict[str, object]) -> Score:
    return task.scorer.score(flows, chosen, [each.external_id for each in task.train], task.truth)


def _variations(task: Task, orders: int) -> Iterator[tuple[str, Task]]:
    yield "swapped", task.swapped()
    for number in range(1, orders + 1):
        yield f"order {number}", task.in_order(number)
        yield f"swapped, order {number}", task.swapped().in_order(number)


def _moved_thresholds() -> Iterator[tuple[str, float]]:
    """Each threshold of the analyst in turn, moved for as long as the caller works on it."""
    for module in (fitting, outline, uniting, walking):
        names = [name for name, value in vars(module).items() if name.isupper() and isinstance(value, float)]
        for name in names:
            for factor in (1 - MOVED_BY, 1 + MOVED_BY):
                with _set(module, name, getattr(module, name) * factor) as value:
                    yield f"{name} = {value:.3g}", value


@contextmanager
def _set(module: Any, name: str, value: float) -> Iterator[float]:
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield value
    finally:
        setattr(module, name, before)


def _show(name: str, score: Score) -> None:
    print(f"{name:44} {score.flows:5d}  {score.micro:.3f}  {score.macro:.3f}  {score.ratio:.3f}", flush=True)


if __name__ == "__main__":
    main()
