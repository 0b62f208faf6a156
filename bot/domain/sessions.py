"""A troubleshooting session: a problem, its steps, how it ended, and what became of it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAX_STEPS = 30
GUIDED_FROM = 0.8
"""Match score from which a flow leads the session (product rule)."""
EXPLORING_FROM = 0.4
"""Match score from which a flow is tried as far as it fits (product rule)."""
ID_CHARACTERS = 10
_FULL_NAME = re.compile(r"[^\W\d_][^\d_,:]*[ .][^\d_,:]*[^\W\d_]")


class SessionStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    RESOLVED = "resolved"
    REQUESTING_ESCALATION = "requesting_escalation"
    ESCALATED = "escalated"
    ABANDONED = "abandoned"


class ConfidenceTier(StrEnum):
    GUIDED = "guided"
    EXPLORING = "exploring"
    DISCOVERY = "discovery"


class ProblemDomain(StrEnum):
    ACTIVE_DIRECTORY = "active_directory"
    NETWORKING = "networking"
    M365 = "m365"
    HARDWARE = "hardware"
    ENDPOINT = "endpoint"
    VIRTUALIZATION = "virtualization"
    SECURITY = "security"
    BACKUP = "backup"
    EMAIL = "email"
    PRINTING = "printing"
    CLOUD = "cloud"
    OTHER = "other"


class SessionSource(StrEnum):
    SLACK = "slack"
    CAPTURE = "capture"
    IMPORT = "import"
    API = "api"


class StepKind(StrEnum):
    QUESTION = "question"
    ACTION = "action"


class AnalysisStatus(StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"


class AnalysisOutcome(StrEnum):
    """What became of an analysed session."""

    PROPOSED = "proposed"  # began a new flow proposal
    ENHANCED = "enhanced"  # began a proposal that changes a published flow
    JOINED = "joined"  # added its evidence to a proposal that was there
    REINFORCED = "reinforced"  # followed a published flow exactly
    SKIPPED = "skipped"  # nothing to learn: no steps, or no resolution in words


def tier_of(score: float) -> ConfidenceTier:
    """The confidence tier of a match score between 0 and 1."""
    if score >= GUIDED_FROM:
        return ConfidenceTier.GUIDED
    return ConfidenceTier.EXPLORING if score >= EXPLORING_FROM else ConfidenceTier.DISCOVERY


def id_from(key: str) -> str:
    """What people know a session of Slack by: always the same for the same request."""
    digest = hashlib.sha256(key.encode()).digest()
    return "S-" + base64.b32encode(digest).decode().lower()[:ID_CHARACTERS]


@dataclass(frozen=True, slots=True)
class FlowPlace:
    """A node of a flow in one of its versions."""

    flow_id: int
    version: int
    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One turn. Without `choice` but with `answer_text` the engineer left the options; with neither it was skipped.

    Of a step that was worked in Slack also: who answered it, which node asked (None: no flow did), and its `turn`.
    `is_beside` says that the flow which asked had nothing to do with the problem: nothing is learnt from the step.
    """

    kind: StepKind
    prompt: str
    options: tuple[str, ...] = ()
    choice: str | None = None
    answer_text: str | None = None
    help: str | None = None
    at: datetime | None = None
    by: str | None = None
    place: FlowPlace | None = None
    turn: int | None = None
    is_beside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session as it arrives, before it has an id. All times are aware; `paused` is time that does not count.

    `people` are the names of those who have to do with it, to be recognised in its words.
    """

    external_id: str
    source: SessionSource
    problem: str
    status: SessionStatus
    created_at: datetime
    problem_domain: ProblemDomain | None = None
    engineer: str | None = None
    people: tuple[str, ...] = ()
    ticket: str | None = None
    rating: int | None = None
    confidence_tier: ConfidenceTier | None = None
    resolved_at: datetime | None = None
    paused: timedelta = timedelta(0)
    steps: tuple[Step, ...] = ()
    resolution: str | None = None

    @property
    def is_worth_analysing(self) -> bool:
        """A session teaches something when it was resolved, in words, by at least one step."""
        return self.status is SessionStatus.RESOLVED and bool(self.steps) and bool(self.resolution)

    @property
    def people_named(self) -> tuple[str, ...]:
        """The people, and the engineer where that is a full name and no id."""
        name = (self.engineer or "").rpartition(":")[2].strip()
        return (*self.people, name) if _FULL_NAME.fullmatch(name) else self.people


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(NewSession):
    """A stored session. `channel` and `thread_ts` say where in Slack it was worked."""

    id: int
    channel: str | None = None
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedSession:
    """A session that this worker may analyse until `lease_until`; `attempt` fences off an earlier holder."""

    workspace_id: str
    session_id: int
    attempt: int
    lease_until: datetime
