"""What learned flows are worth on sessions that nobody learnt from, judged by what each step really was."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Truth = Mapping[str, Mapping[str, Any]]
"""By session: its chart, its nodes (one a step, then the fix), its choices, and the answers that its opening gave."""
Edge = tuple[str, str, str]
Walker = Callable[[Mapping[str, Any], Mapping[str, Any], Truth], bool]


class EdgesOf(Protocol):
    """The edges that a session took; with `lead` those too that its opening words had answered."""

    def __call__(self, true: Mapping[str, Any], /, *, lead: bool) -> list[Edge]: ...


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of the test sessions that were led to their fix; `oracle` is that of perfect learning, None its own."""

    flows: int
    micro: float
    macro: float
    oracle: Score | None = None

    @property
    def ratio(self) -> float:
        return self.macro / self.oracle.macro if self.oracle else 1.0


@dataclass(frozen=True, slots=True)
class Scorer:
    """The rule: does a flow lead a session to its fix, and which edges did a session take?"""

    leads_to_fix: Walker
    edges: EdgesOf

    def score(
        self,
        flows: Sequence[Mapping[str, Any]],
        chosen: Mapping[str, object],
        train: Sequence[str],
        truth: Truth,
    ) -> Score:
        """`chosen` has the flow's id, or None, for each test session."""
        by_id = {str(flow["id"]): flow for flow in flows}
        taken = {
            (truth[each]["chart"], edge) for each in train for edge in self.edges(truth[each], lead=False)
        }
        count, led, possible = Counter[str](), Counter[str](), Counter[str]()
        for session, flow_id in chosen.items():
            true = truth[session]
            chart = true["chart"]
            count[chart] += 1
            possible[chart] += all((chart, edge) in taken for edge in self.edges(true, lead=True))
            flow = by_id.get(str(flow_id))
            led[chart] += flow is not None and self.leads_to_fix(flow, true, truth)
        return Score(
            flows=len(flows),
            micro=led.total() / count.total(),
            macro=_macro(led, count),
            oracle=Score(len(count), possible.total() / count.total(), _macro(possible, count)),
        )


def _macro(part: Counter[str], whole: Counter[str]) -> float:
    return sum(part[chart] / whole[chart] for chart in whole) / len(whole)


def own_scorer() -> Scorer:
    return Scorer(_leads_to_fix, _edges)


def scorer_from(path: Path) -> Scorer:
    """The rule as a script has it, in its functions `walk` and `edges`."""
    spec = importlib.util.spec_from_file_location("given_scorer", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python script.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Scorer(module.walk, module.edges)


def _meant(node: Mapping[str, Any], truth: Truth) -> tuple[str, str] | None:
    """Chart and node that most of a learned node's evidence came from."""
    votes = Counter(
        (truth[each["session"]]["chart"], truth[each["session"]]["nodes"][each["step"]])
        for each in node.get("evidence", [])
        if each["step"] < len(truth.get(each["session"], {"nodes": ()})["nodes"])
    )
    return votes.most_common(1)[0][0] if votes else None


def _edges(true: Mapping[str, Any], /, *, lead: bool) -> list[Edge]:
    asked = [*(true["lead"] if lead else []), *zip(true["nodes"], true["choices"], strict=False)]
    targets = [*(node for node, _ in asked[1:]), true["nodes"][-1]]
    return [(node, choice, target) for (node, choice), target in zip(asked, targets, strict=True)]


def _leads_to_fix(flow: Mapping[str, Any], true: Mapping[str, Any], truth: Truth) -> bool:
    """The flow asks only what the session could answer, and ends at its fix."""
    answers = dict(true["lead"]) | dict(zip(true["nodes"], true["choices"], strict=False))
    at, seen = flow["root"], set[str]()
    while at not in seen:
        seen.add(at)
        node = flow["nodes"][at]
        here = _meant(node, truth)
        if here is None or here[0] != true["chart"]:
            return False
        if not node.get("options"):
            return bool(here[1] == true["nodes"][-1])
        answer = answers.get(here[1])
        targets = [each["next"] for each in node["options"] if answer and _same(each["label"], answer)]
        if len(targets) != 1:
            return False
        at = targets[0]
    return False


def _same(label: str, answer: str) -> bool:
    return label.strip().casefold() == answer.strip().casefold()
