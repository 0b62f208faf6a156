"""A workspace: one Slack workspace is one tenant, and every other row belongs to exactly one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

MONDAY = 0


class DigestSection(StrEnum):
    """The parts of a digest that can be left out. The headline always stands there."""

    CHART = "chart"
    GAPS = "gaps"
    QUEUE = "queue"
    FLOWS = "flows"
    REJECTIONS = "rejections"
    COSTS = "costs"
    DETAILS = "details"  # the longer lists in the thread


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSettings:
    """What admins can set. Channels are Slack ids; `digest_weekday` counts from Monday = 0.

    Whoever reacts to a message with `capture_reaction` (a name without colons; empty: none) is offered to capture it.
    A session in a thread that is silent for `session_reminder_hours` is asked about, and given up when nobody
    answers for `session_lifetime_hours`. `model_cents_per_day` is what asking a model may cost in a local day: 0 asks none, None is the installation's default.
    """

    time_zone: str = "UTC"
    review_channel: str | None = None
    digest_channel: str | None = None
    digest_weekday: int = MONDAY
    digest_hour: int = 9
    digest_left_out: tuple[DigestSection, ...] = ()
    analysis_enabled: bool = True
    min_imported_sessions: int = 2
    new_proposals_per_day: int = 50
    proposal_lifetime_days: int = 28
    remind_after_days: int = 7
    model_cents_per_day: int | None = None
    session_reminder_hours: int = 4
    session_lifetime_hours: int = 24
    capture_reaction: str = ""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """`id` is Slack's team id. `knowledge_version` grows with every change of its flows and proposals."""

    id: str
    name: str
    created_at: datetime
    settings: WorkspaceSettings = field(default_factory=WorkspaceSettings)
    knowledge_version: int = 0
    active: bool = True
