"""How well new problems are matched to flows, what the scores are worth, and what becomes of problems without a flow.

matching.py [TRAIN.jsonl TEST.jsonl TRUTH.json] [--constants]
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
from learning_baseline import cosine, vectors
from learning_desk import learnt, newest
from learning_task import Task, moved, task_from

from bot.ai import matching
from bot.ai.redaction import redacted
from bot.domain.analysis import Candidate, CandidateKind, CandidateRef
from bot.domain.flows import FlowDraft
from bot.domain.formats import MAX_PROBLEMS
from bot.domain.sessions import EXPLORING_FROM, GUIDED_FROM, Session
from bot.domain.statistics import Rate
from bot.domain.trees import FlowTree, Node, NodeKind

EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)
FEW = 3
"""Sessions of each chart that a team has when it begins."""
NEARLY = 1e-6
GOAL_RIGHT, GOAL_ERROR, GOAL_STRANGERS, GOAL_MISLED = 0.97, 0.05, 0.85, 0.03


@dataclass(frozen=True, slots=True)
class Chosen:
    """The best match of a session. `stranger`: no flow of its chart was there."""

    chart: str
    score: float
    is_right: bool
    stranger: bool = False


class Choose(Protocol):
    """The best match of each test session with the flows of the task."""

    def __call__(self, task: Task, /, *, stranger: bool) -> list[Chosen]: ...


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, help="TRAIN.jsonl TEST.jsonl TRUTH.json")
    parser.add_argument("--constants", action="store_true", help="move each constant by 20 %%")
    arguments = parser.parse_args()
    task = _redacted(task_from(arguments.files))
    few = replace(task, train=_first_of_each(task, FEW))
    print(f"{'':44}  right  found  guided  strangers: no flow  guided   error")
    ours = _show("flows as learnt", task, _by_learnt_flows)
    known = _show("flows by their true chart", task, _by_true_flows)
    swapped = _show("flows by their true chart, swapped", task.swapped(), _by_true_flows)
    _show("flows as learnt, swapped", task.swapped(), _by_learnt_flows)
    _show("the same, domains not told", task, partial(_by_true_flows, with_domain=False))
    _show(f"{FEW} sessions a chart", few, _by_true_flows)
    _show("no problems, only what the flows say", task, partial(_by_learnt_flows, with_problems=False))
    _show("nearest problem by TF-IDF", task, _by_nearest_problem)
    if arguments.constants:
        for name in moved(matching):
            matching.regression.cache_clear()
            _show(name, task, _by_true_flows)
        matching.regression.cache_clear()
    _table("flows as learnt", ours)
    _table("flows by their true chart, both ways", known + swapped)
    _transfer([*known, *swapped, *_chosen(few, _by_true_flows)])
    _last_lines(ours, known + swapped)


def _last_lines(ours: Sequence[Chosen], known: Sequence[Chosen]) -> None:
    strangers = [each for each in known if each.stranger]
    guided = _share(each.score >= GUIDED_FROM for each in strangers)
    print(f"matching, right flow: {_share(_right(ours)):.3f} share (goal >= {GOAL_RIGHT})")
    print(f"matching, calibration error: {_error(known):.3f} (goal <= {GOAL_ERROR})")
    print(
        f"matching, problems without a flow below {EXPLORING_FROM}: "
        f"{_share(each.score < EXPLORING_FROM for each in strangers):.3f} share (goal >= {GOAL_STRANGERS})"
    )
    print(f"matching, problems without a flow guided: {guided:.3f} share (goal <= {GOAL_MISLED})")


def _redacted(task: Task) -> Task:
    train, test = (redacted(part) for part in (task.train, task.test))
    return replace(task, train=train, test=test)


def _first_of_each(task: Task, count: int) -> tuple[Session, ...]:
    seen = Counter[str]()
    kept = []
    for session in task.train:
        seen[task.chart_of(session)] += 1
        if seen[task.chart_of(session)] <= count:
            kept.append(session)
    return tuple(kept)


def _show(name: str, task: Task, choose: Choose) -> list[Chosen]:
    chosen = _chosen(task, choose)
    own = [each.score for each in chosen if not each.stranger]
    strangers = [each.score for each in chosen if each.stranger]
    print(
        f"{name:44}  {_share(_right(chosen)):.3f}  {_share(score >= EXPLORING_FROM for score in own):.3f}"
        f"  {_share(score >= GUIDED_FROM for score in own):6.3f}"
        f"  {_share(score < EXPLORING_FROM for score in strangers):18.3f}"
        f"  {_share(score >= GUIDED_FROM for score in strangers):6.3f}  {_error(chosen):6.3f}",
        flush=True,
    )
    return chosen


def _chosen(task: Task, choose: Choose) -> list[Chosen]:
    """Each test session twice: with the flow of its chart, and once more as a stranger, without."""
    chosen = choose(task, stranger=False)
    for chart in task.charts:
        mine = tuple(each for each in task.test if task.chart_of(each) == chart)
        chosen += choose(replace(task.without(chart), test=mine), stranger=True)
    return chosen


def _by_learnt_flows(task: Task, *, stranger: bool, with_problems: bool = True) -> list[Chosen]:
    desk = asyncio.run(learnt(task.train, len(task.train)))
    sessions = {each.id: each for each in task.train}
    problems = desk.problems()
    candidates, charts = [], {}
    for number, flow in desk.flows.items():
        learnt_from = [task.chart_of(sessions[each]) for each in flow.tree.session_ids]
        charts[number] = Counter(learnt_from).most_common(1)[0][0]
        known = tuple(problems[number]) if with_problems else ()
        candidates.append(_candidate(number, flow.current.draft, known))
    return [_best(task, each, candidates, charts, stranger=stranger) for each in task.test]


def _by_true_flows(task: Task, *, stranger: bool, with_domain: bool = True) -> list[Chosen]:
    """As if the learner never put a session into the wrong flow."""
    names = sorted({task.chart_of(each) for each in task.train})
    candidates = []
    for number, name in enumerate(names):
        mine = newest([each for each in task.train if task.chart_of(each) == name], MAX_PROBLEMS)
        tree = FlowTree("n1", {"n1": Node(kind=NodeKind.RESOLUTION, text="Solved.")})
        domain = mine[0].problem_domain if with_domain else None
        draft = FlowDraft(title="", summary="", tree=tree, problem_domain=domain)
        candidates.append(_candidate(number, draft, tuple(each.problem for each in mine)))
    charts = dict(enumerate(names))
    return [_best(task, each, candidates, charts, stranger=stranger) for each in task.test]


def _candidate(number: int, draft: FlowDraft, problems: tuple[str, ...]) -> Candidate:
    return Candidate(ref=CandidateRef(CandidateKind.FLOW, number), draft=draft, problems=problems)


def _best(
    task: Task,
    session: Session,
    candidates: Sequence[Candidate],
    charts: dict[int, str],
    *,
    stranger: bool,
) -> Chosen:
    best = matching.match(session.problem, session.problem_domain, candidates)[0]
    chart = task.chart_of(session)
    return Chosen(chart, best.score, charts[best.flow_id] == chart, stranger)


def _by_nearest_problem(task: Task, *, stranger: bool) -> list[Chosen]:
    """The chart of the single most similar session; the similarity is the score."""
    vector = vectors(each.problem for each in task.train)
    known = [(vector(each.problem), task.chart_of(each)) for each in task.train]
    chosen = []
    for session in task.test:
        asked, chart = vector(session.problem), task.chart_of(session)
        score, nearest = max((cosine(asked, problem), name) for problem, name in known)
        chosen.append(Chosen(chart, min(1.0, score), nearest == chart, stranger))
    return chosen


def _right(chosen: Iterable[Chosen]) -> list[bool]:
    return [each.is_right for each in chosen if not each.stranger]


def _share(facts: Iterable[bool]) -> float:
    return float(np.mean(list(facts)))


def _error(chosen: Sequence[Chosen]) -> float:
    """Expected calibration error: over ten bins, how far scores and shares lie apart."""
    bins: dict[int, list[Chosen]] = {}
    for each in chosen:
        bins.setdefault(min(9, int(each.score * 10)), []).append(each)
    return sum(abs(sum(each.score - each.is_right for each in part)) for part in bins.values()) / len(chosen)


def _table(name: str, chosen: Sequence[Chosen]) -> None:
    print(f"\nwhat scores are worth, {name}, half of the sessions strangers")
    print("score         matches  mean score  right  (95 %)")
    for low, high in pairwise(EDGES):
        part = [each for each in chosen if low <= each.score < high + (high == 1)]
        if part:
            right = Rate(sum(each.is_right for each in part), len(part))
            mean = np.mean([each.score for each in part])
            print(
                f"{low:.1f} to {high:.1f}  {len(part):10d}  {mean:10.2f}  {right.value:5.2f}"
                f"  ({right.interval.low:.2f} to {right.interval.high:.2f})"
            )


def _transfer(chosen: Sequence[Chosen]) -> None:
    """Fit the scores to all charts but one: if the constants transfer, that one gains nothing."""
    print("\nscores refitted without a chart      error of that chart as it is, refitted")
    for chart in sorted({each.chart for each in chosen}):
        others = [each for each in chosen if each.chart != chart]
        mine = [each for each in chosen if each.chart == chart]
        slope, shift = _fitted(others)
        refitted = [replace(each, score=_logistic(slope * _logit(each.score) + shift)) for each in mine]
        print(
            f"{chart:24} logit * {slope:.2f} {shift:+.2f}  {_error(mine):.3f}  {_error(refitted):.3f}  n {len(mine)}"
        )
    print()


def _fitted(chosen: Sequence[Chosen]) -> tuple[float, float]:
    """Logistic regression of being right on the logit of the score, by Newton's method."""
    facts = np.array([[_logit(each.score), 1.0] for each in chosen])
    right = np.array([each.is_right for each in chosen], float)
    fit = np.array([1.0, 0.0])
    for _ in range(25):
        expected = 1 / (1 + np.exp(-facts @ fit))
        curvature = (facts * (expected * (1 - expected))[:, None]).T @ facts
        fit -= np.linalg.solve(curvature, facts.T @ (expected - right))
    return float(fit[0]), float(fit[1])


def _logit(score: float) -> float:
    bounded = min(1 - NEARLY, max(NEARLY, score))
    return float(np.log(bounded / (1 - bounded)))


def _logistic(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


if __name__ == "__main__":
    main()
