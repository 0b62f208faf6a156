"""The names by which Slack hands things back to us: actions, views, blocks, and what a button carries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.formats import ExportFormat
from bot.domain.proposals import MessageRef


class Action(StrEnum):
    """Buttons, by what happens when they are clicked."""

    PROPOSAL_AGAIN = "proposal.again"
    PROPOSAL_APPROVE = "proposal.approve"
    PROPOSAL_BACK = "proposal.back"
    PROPOSAL_BEGIN = "proposal.begin"
    PROPOSAL_EDIT = "proposal.edit"
    PROPOSAL_EXPLAIN = "proposal.explain"
    PROPOSAL_DISMISS = "proposal.dismiss"
    PROPOSAL_REJECT = "proposal.reject"
    PROPOSAL_REOPEN = "proposal.reopen"
    PROPOSAL_HISTORY = "proposal.history"
    PROPOSAL_PAGE_BACK = "proposal.page_back"
    PROPOSAL_PAGE_ON = "proposal.page_on"
    PROPOSAL_SESSION = "proposal.session"
    PROPOSAL_STEP = "proposal.step"
    PROPOSAL_VIEW = "proposal.view"
    PROPOSAL_WITHDRAW = "proposal.withdraw"
    DRAFT_STEP = "draft.step"
    DRAFT_DETAILS = "draft.details"
    DRAFT_UNDO = "draft.undo"
    DRAFT_PICTURE = "draft.picture"
    DRAFT_TEXT = "draft.text"
    DRAFT_START_OVER = "draft.start_over"
    DRAFT_TAKE_OVER = "draft.take_over"
    DRAFT_CARRY_OVER = "draft.carry_over"
    DRAFT_BACK = "draft.back"
    DRAFT_DISCARD = "draft.discard"
    DRAFT_KEEP = "draft.keep"
    DRAFT_ON = "draft.on"
    FLOW_ARCHIVE = "flow.archive"
    FLOW_EDIT = "flow.edit"
    FLOW_EDIT_STEP = "flow.edit_step"
    FLOW_HEAT_MAP = "flow.heat_map"
    FLOW_JSON = "flow.json"
    FLOW_MARKDOWN = "flow.markdown"
    FLOW_MERMAID = "flow.mermaid"
    FLOW_PROPOSE = "flow.propose"
    FLOW_RESTORE = "flow.restore"
    FLOW_ROLL_BACK = "flow.roll_back"
    FLOW_VIEW = "flow.view"
    FLOW_YAML = "flow.yaml"
    FLOWS_NEXT = "flows.next"
    FLOWS_PREVIOUS = "flows.previous"
    GAP_DRAFT = "gap.draft"
    GAP_MUTE = "gap.mute"
    GAP_VIEW = "gap.view"
    GAPS_OPEN = "gaps.open"
    HOME_DASHBOARD = "home.dashboard"
    QUEUE_AGE = "queue.age"
    QUEUE_APPROVE = "queue.approve"
    QUEUE_DISMISS = "queue.dismiss"
    QUEUE_DOMAIN = "queue.domain"
    QUEUE_KIND = "queue.kind"
    QUEUE_NEXT = "queue.next"
    QUEUE_OPEN = "queue.open"
    SESSION_ABANDON = "session.abandon"
    SESSION_ANSWER_1 = "session.answer_1"
    SESSION_ANSWER_2 = "session.answer_2"
    SESSION_ANSWER_3 = "session.answer_3"
    SESSION_ANSWER_4 = "session.answer_4"
    SESSION_ANSWER_5 = "session.answer_5"
    SESSION_ANSWER_6 = "session.answer_6"
    SESSION_ANSWER_7 = "session.answer_7"
    SESSION_ANSWER_8 = "session.answer_8"
    SESSION_ANSWER_9 = "session.answer_9"
    SESSION_ANSWER_10 = "session.answer_10"
    SESSION_CHECK_1 = "session.check_1"
    SESSION_CHECK_2 = "session.check_2"
    SESSION_CHECK_3 = "session.check_3"
    SESSION_CAPTURE = "session.capture"
    SESSION_ELSE = "session.else"
    SESSION_ESCALATE = "session.escalate"
    SESSION_FOLLOW = "session.follow"
    SESSION_LOG = "session.log"
    SESSION_MORE = "session.more"
    SESSION_NO_HELP = "session.no_help"
    SESSION_RESOLVE = "session.resolve"
    SESSION_RESUME = "session.resume"
    SESSION_SCRIPT = "session.script"
    SESSION_SHOW = "session.show"
    SESSION_START = "session.start"
    SESSION_TAKE_OVER = "session.take_over"
    QUEUE_ORDER = "queue.order"
    QUEUE_PICK = "queue.pick"
    QUEUE_PREVIOUS = "queue.previous"
    QUEUE_STATUS = "queue.status"
    QUEUE_SUPPORT = "queue.support"
    SCRIPT_ADD_TO_STEP = "script.add_to_step"
    SCRIPT_APPROVE_TEMPLATE = "script.approve_template"
    SCRIPT_CONFIRM = "script.confirm"
    SCRIPT_DECLINE_TEMPLATE = "script.decline_template"
    SCRIPT_FILL = "script.fill"
    SCRIPT_GENERATE = "script.generate"
    SCRIPT_SAVE_TEMPLATE = "script.save_template"
    SCRIPT_WITHDRAW_TEMPLATE = "script.withdraw_template"
    STATS_SHARE = "stats.share"
    STATS_WEEK = "stats.week"
    STATS_MONTH = "stats.month"
    STATS_QUARTER = "stats.quarter"


class Callback(StrEnum):
    """Modals, by what their submission asks for."""

    DRAFT_PUBLISH = "draft.publish"
    DRAFT_DETAILS = "draft.details"
    DRAFT_TEXT = "draft.text"
    PROPOSAL_BEGIN = "proposal.begin"
    STEP_EDIT = "step.edit"
    STEP_ADD = "step.add"
    STEP_INSERT = "step.insert"
    STEP_MOVE = "step.move"
    STEP_DELETE = "step.delete"
    GAP_MUTE = "gap.mute"
    PROPOSAL_EXPLAIN = "proposal.explain"
    PROPOSAL_REJECT = "proposal.reject"
    SESSION_CAPTURE = "session.capture"
    SESSION_ELSE = "session.else"
    SESSION_ESCALATE = "session.escalate"
    SESSION_FLAG = "session.flag"
    SESSION_LOG = "session.log"
    SESSION_PASTE = "session.paste"
    SESSION_RESOLVE = "session.resolve"
    SESSION_START = "session.start"
    QUEUE_DECIDE = "queue.decide"
    SCRIPT_CHOOSE = "script.choose"
    SCRIPT_FILL = "script.fill"
    SCRIPT_TYPE = "script.type"
    SETTINGS_CHANGE = "settings.change"
    STATS_SHARE = "stats.share"


class Shortcut(StrEnum):
    """Entries in the menu of a message."""

    CAPTURE = "session.capture"
    TROUBLESHOOT = "session.troubleshoot"


class Field(StrEnum):
    """Inputs of modals: the block's id; the element in it has the action id `VALUE`. Settings have their own names.

    Of some there are several, with a number from 0 behind: `STEPS`, when a flow's text is long, `LABEL` and `NEXT`. `PARAMETER` has a
    script's parameter behind.
    """

    ANALYSIS_ENABLED = "analysis_enabled"
    CAPTURE_REACTION = "capture_reaction"
    BESIDE = "beside"
    CHANNEL = "channel"
    CHECKED = "checked"
    DOMAIN = "domain"
    EXPECTED = "expected"
    FLOW_WAS_RIGHT = "flow_was_right"
    FOUND = "found"
    HELP = "help"
    INSTEAD = "instead"
    KEYWORDS = "keywords"
    KIND = "kind"
    LANGUAGE = "language"
    LABEL = "label"
    NEXT = "next"
    ORDER = "order"
    PARAMETER = "parameter."
    PARAMETERS = "parameters"
    PARENT = "parent"
    PASTED = "pasted"
    PERSON = "person"
    PROBLEM = "problem"
    RATING = "rating"
    RESOLUTION = "resolution"
    RESOLVED_AT = "resolved_at"
    DIGEST_CHANNEL = "digest_channel"
    DIGEST_HOUR = "digest_hour"
    DIGEST_SECTIONS = "digest_sections"
    DIGEST_WEEKDAY = "digest_weekday"
    MIN_IMPORTED_SESSIONS = "min_imported_sessions"
    MODEL_CENTS_PER_DAY = "model_cents_per_day"
    NEW_PROPOSALS_PER_DAY = "new_proposals_per_day"
    PROPOSAL_LIFETIME_DAYS = "proposal_lifetime_days"
    REASON = "reason"
    REASON_CODE = "reason_code"
    REMIND_AFTER_DAYS = "remind_after_days"
    REVIEW_CHANNEL = "review_channel"
    REVIEWERS = "reviewers"
    SESSION_LIFETIME_HOURS = "session_lifetime_hours"
    SESSION_REMINDER_HOURS = "session_reminder_hours"
    STEPS = "steps."
    SCRIPT = "script"
    SUMMARY = "summary"
    TASK = "task"
    TEMPLATE = "template"
    TEXT = "text"
    TICKET = "ticket"
    TIME_ZONE = "time_zone"
    TITLE = "title"
    TRIED = "tried"


class StepVerb(StrEnum):
    """What the menu of a step in the editor offers."""

    EDIT = "edit"
    ADD = "add"
    INSERT = "insert"
    MOVE = "move"
    DELETE = "delete"


class SessionVerb(StrEnum):
    """What the menu of a session's step offers."""

    HELP = "help"
    SKIP = "skip"
    BACK = "back"
    FLAG = "flag"
    PAUSE = "pause"


COMMAND = "/flowpilot"
VALUE = "value"
"""The action id of every input: inputs are told apart by their block."""
PERIOD_ACTIONS = {7: Action.STATS_WEEK, 30: Action.STATS_MONTH, 90: Action.STATS_QUARTER}
"""The button that shows the report of so many days."""

ANSWER_ACTIONS = tuple(action for action in Action if action.startswith("session.answer_"))
"""The buttons of a step's options, in their order."""

CHECK_ACTIONS = tuple(action for action in Action if action.startswith("session.check_"))
"""The buttons of suggested checks, in their order."""

EXPORT_ACTIONS = {
    Action.FLOW_JSON: ("JSON", ExportFormat.JSON),
    Action.FLOW_YAML: ("YAML", ExportFormat.YAML),
    Action.FLOW_MERMAID: ("Mermaid", ExportFormat.MERMAID),
    Action.FLOW_MARKDOWN: ("Markdown", ExportFormat.MARKDOWN),
}
"""The buttons that send a flow as a file: their words, and what they send."""


@dataclass(frozen=True, slots=True)
class VersionedId:
    """An object and the version of it that the person saw: all that a proposal's button carries."""

    id: int
    version: int

    def __str__(self) -> str:
        return f"{self.id}:{self.version}"

    @classmethod
    def parse(cls, text: str) -> VersionedId:
        """The value that `str` made. Raises ValueError for anything else."""
        id_, version = text.split(":")
        return cls(int(id_), int(version))


@dataclass(frozen=True, slots=True)
class ProposalPart:
    """Something of a proposal: the number of a step or a page, or a session's id."""

    proposal_id: int
    part: int

    def __str__(self) -> str:
        return f"{self.proposal_id}:{self.part}"

    @classmethod
    def parse(cls, text: str) -> ProposalPart:
        """The value that `str` made. Raises ValueError for anything else."""
        proposal_id, part = map(int, text.split(":"))
        return cls(proposal_id, part)


@dataclass(frozen=True, slots=True)
class DraftPlace:
    """Where somebody is in the editor: the draft in the revision that they see, the page, and a step's number (from 1)."""

    draft_id: int
    revision: int
    page: int = 0
    step: int = 0

    def __str__(self) -> str:
        return f"{self.draft_id}:{self.revision}:{self.page}:{self.step}"

    @classmethod
    def parse(cls, text: str) -> DraftPlace:
        """The place that `str` made. Raises ValueError for anything else."""
        draft_id, revision, page, step = map(int, text.split(":"))
        return cls(draft_id, revision, page, step)


@dataclass(frozen=True, slots=True)
class SessionTurn:
    """A session, and the number of what it asked when the person saw it."""

    session_id: int
    turn: int

    def __str__(self) -> str:
        return f"{self.session_id}:{self.turn}"

    @classmethod
    def parse(cls, text: str) -> SessionTurn:
        """The value that `str` made. Raises ValueError for anything else."""
        session_id, turn = map(int, text.split(":"))
        return cls(session_id, turn)


def place_of(at: MessageRef) -> str:
    """The message, as a button or form carries it."""
    return f"{at.channel}:{at.ts}"


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """A flow as the person saw it, and the version of it that the person wants back."""

    seen: VersionedId
    number: int

    def __str__(self) -> str:
        return f"{self.seen}:{self.number}"

    @classmethod
    def parse(cls, text: str) -> EarlierVersion:
        """The value that `str` made. Raises ValueError for anything else."""
        seen, _, number = text.rpartition(":")
        return cls(VersionedId.parse(seen), int(number))


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A step of a flow, by its node's id, in the version that it was seen in."""

    seen: VersionedId
    node: str

    def __str__(self) -> str:
        return f"{self.seen}:{self.node}"

    @classmethod
    def parse(cls, text: str) -> FlowStep:
        """The step that `str` made. Raises ValueError for anything else."""
        flow_id, version, node = text.split(":", 2)
        return cls(VersionedId(int(flow_id), int(version)), node)


@dataclass(frozen=True, slots=True)
class RecipePlace:
    """A script's recipe by its key and language, and the session that it is for."""

    key: str
    language: str
    session_id: int | None = None

    def __str__(self) -> str:
        return f"{self.session_id or ''}:{self.language}:{self.key}"

    @classmethod
    def parse(cls, text: str) -> RecipePlace:
        """The place that `str` made. Raises ValueError for anything else."""
        session, language, key = text.split(":", 2)
        return cls(key, language, int(session) if session else None)
