"""What the speaking use cases have at hand."""

from __future__ import annotations

from dataclasses import dataclass

from bot.charts.pool import ChartPool
from bot.domain.ports import Analyst, Clock, Guide, Messenger, ScriptAdviser, ScriptWriter
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Facts from `database`, pictures from `charts`, words through `messenger`, the time from `clock`.

    `analyst` is asked where somebody waits for its answer.
    `script_writer` is there when a model may be asked for scripts.
    `script_adviser` asks other programs about scripts, where there are such.
    `guide` proposes steps in sessions, where there is a model.
    """

    database: Database
    messenger: Messenger
    charts: ChartPool
    clock: Clock
    analyst: Analyst
    script_writer: ScriptWriter | None = None
    script_adviser: ScriptAdviser | None = None
    guide: Guide | None = None
