"""The task of a learner: sessions to learn from, others to lead to their fix, and what each of their steps really was."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from learning_score import Scorer, Truth, own_scorer, scorer_from

from bot.domain.records import parse_record
from bot.domain.sessions import Session, SessionSource

DATA = Path(__file__).parents[2] / "shared" / "data"
DEFAULTS = [DATA / "flodial-train.jsonl", DATA / "flodial-test.jsonl", DATA / "flodial-truth.json"]
LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""No session lies in its future."""
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


def task_from(named: Sequence[Path], scorer: Path | None = None) -> Task:
    """From TRAIN, TEST and TRUTH, or from the data beside the project. Raises SystemExit when it is not there."""
    files = named or DEFAULTS
    if len(files) != len(DEFAULTS):
        raise SystemExit("Give three files: TRAIN.jsonl TEST.jsonl TRUTH.json.")
    if missing := [str(file) for file in files if not file.is_file()]:
        raise SystemExit(f"No evaluation without data: {', '.join(missing)} is not there. Name other files.")
    train = _sessions(files[0], 1)
    return Task(
        train=train,
        test=_sessions(files[1], 1 + len(train)),
        truth=json.loads(files[2].read_text(encoding="utf-8")),
        scorer=scorer_from(scorer) if scorer else own_scorer(),
    )


def _sessions(file: Path, first_id: int) -> tuple[Session, ...]:
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return tuple(_session(record, number) for number, record in enumerate(records, first_id))


def _session(record: dict[str, Any], number: int) -> Session:
    new = parse_record(record, source=SessionSource.IMPORT, now=LATER)
    return Session(id=number, **{name: getattr(new, name) for name in new.__dataclass_fields__})


def moved(*modules: ModuleType) -> Iterator[str]:
    """Each threshold of the modules in turn, moved by 20 % for as long as the caller works on it; its name and value."""
    for module in modules:
        for name, value in list(vars(module).items()):
            if not (name.isupper() and isinstance(value, float)):
                continue
            for factor in (1 - MOVED_BY, 1 + MOVED_BY):
                setattr(module, name, value * factor)
                try:
                    yield f"{name} = {value * factor:.3g}"
                finally:
                    setattr(module, name, value)
