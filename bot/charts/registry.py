"""The charts by name, and what is said between the pool and its workers. Light: loads nothing that draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Chart(StrEnum):
    DASHBOARD = "dashboard"
    PART = "part"
    DIGEST = "digest"
    TREE = "tree"
    HEAT_MAP = "heat map"


class Part(StrEnum):
    """A panel of the dashboard."""

    TIME = "time"
    DOMAINS = "domains"
    TIERS = "tiers"
    COVERAGE = "coverage"


@dataclass(frozen=True, slots=True)
class Request:
    """A chart to draw, and the arguments of the function that draws it."""

    chart: Chart
    args: tuple[object, ...]
    kwargs: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Failure:
    """The drawing function raised; `reason` is its traceback."""

    reason: str
