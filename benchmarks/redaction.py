"""How much of what has to be taken out of support texts is found, and how much of what was found had to go.

redaction.py [SET.txt …]

The last set gives the figures: the one that the rules were not tuned on.
"""

from __future__ import annotations

import re
import sys
import timeit
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.ai.redaction import findings
from bot.domain.redactions import Redactable

FOLDER = Path(__file__).parent / "redaction"
GOAL_RECALL, GOAL_PRECISION = 0.97, 0.95
_MARK = re.compile(r"⟦([^:⟧]+): ([^⟧]*)⟧")
_PEOPLE = re.compile(r"people =(.*)")

Span = tuple[int, int, Redactable]


@dataclass(frozen=True, slots=True)
class Example:
    """A text, the people of its session, and where in it stands what has to go."""

    text: str
    people: tuple[str, ...]
    spans: frozenset[Span]


@dataclass(slots=True)
class Tally:
    """A span counts when both of its ends and its kind are right."""

    right: Counter[Redactable] = field(default_factory=Counter)
    missed: Counter[Redactable] = field(default_factory=Counter)
    wrong: Counter[Redactable] = field(default_factory=Counter)

    def add(self, wanted: Iterable[Span], found: Iterable[Span]) -> None:
        wanted, found = set(wanted), set(found)
        self.right.update(kind for *_, kind in wanted & found)
        self.missed.update(kind for *_, kind in wanted - found)
        self.wrong.update(kind for *_, kind in found - wanted)

    def recall(self, kind: Redactable | None = None) -> float:
        return _share(_count(self.right, kind), _count(self.missed, kind))

    def precision(self, kind: Redactable | None = None) -> float:
        return _share(_count(self.right, kind), _count(self.wrong, kind))


def read_examples(path: Path) -> Iterator[Example]:
    people: tuple[str, ...] = ()
    for line in path.read_text(encoding="utf-8").splitlines():
        if given := _PEOPLE.match(line):
            people = tuple(name.strip() for name in given[1].split(",") if name.strip())
        elif line and not line.startswith("#"):
            yield _example(line.replace("\\n", "\n"), people)


def _example(line: str, people: tuple[str, ...]) -> Example:
    text, end, spans = "", 0, set()
    for mark in _MARK.finditer(line):
        text += line[end : mark.start()]
        spans.add((len(text), len(text) + len(mark[2]), Redactable(mark[1])))
        text, end = text + mark[2], mark.end()
    return Example(text + line[end:], people, frozenset(spans))


def measure(examples: Iterable[Example]) -> Tally:
    tally = Tally()
    for example in examples:
        found = {
            (each.start, each.end, each.kind)
            for each in findings([example.text], example.people)[example.text]
        }
        tally.add(example.spans, found)
        for start, end, kind in sorted(found ^ example.spans):
            what = "missed" if (start, end, kind) in example.spans else "wrong "
            print(f"  {what} {kind}: {example.text[start:end]!r} in {example.text[:90]!r}")
    return tally


def print_table(tally: Tally) -> None:
    print(f"  {'kind':16} values  recall  precision")
    for kind in Redactable:
        values = tally.right[kind] + tally.missed[kind]
        print(f"  {kind:16} {values:6}  {tally.recall(kind):6.3f}  {tally.precision(kind):9.3f}")


def _count(counts: Counter[Redactable], kind: Redactable | None) -> int:
    return counts.total() if kind is None else counts[kind]


def _share(right: int, other: int) -> float:
    return right / (right + other) if right + other else 1.0


def main() -> None:
    paths = [Path(name) for name in sys.argv[1:]] or [FOLDER / "tuned.txt", FOLDER / "held_out.txt"]
    for path in paths:
        examples = list(read_examples(path))
        harmless = sum(not example.spans for example in examples)
        print(f"{path.stem}: {len(examples)} texts, {harmless} of them harmless")
        tally = measure(examples)
        print_table(tally)
        seconds = min(
            timeit.repeat(lambda: [findings([e.text], e.people) for e in examples], number=1, repeat=5)  # noqa: B023
        )
        print(f"  {seconds / len(examples) * 1e6:.0f} µs a text")
        of = "" if path == paths[-1] else f", {path.stem}"
        print(f"redaction recall{of}: {tally.recall():.3f} (goal ≥ {GOAL_RECALL})")
        print(f"redaction precision{of}: {tally.precision():.3f} (goal ≥ {GOAL_PRECISION})")


if __name__ == "__main__":
    main()
