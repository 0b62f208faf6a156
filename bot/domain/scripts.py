"""A script: what is asked for, what it does to a machine, and who has to agree before it is shown.

FlowPilot writes scripts and never runs one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.sessions import FlowPlace
from bot.domain.spending import Spending

MAX_TASK = 1000
MAX_TITLE = 80
MAX_EXPLANATION = 1500
MAX_BODY = 12_000
MAX_PARAMETERS = 8
MAX_LABEL = 120
MAX_CHOICES = 20
MAX_VALUE = 400


class Language(StrEnum):
    POWERSHELL = "powershell"
    BASH = "bash"

    @property
    def words(self) -> str:
        return "PowerShell" if self is Language.POWERSHELL else "bash"

    @property
    def suffix(self) -> str:
        return "ps1" if self is Language.POWERSHELL else "sh"


class Effect(StrEnum):
    """What a script does to a machine, from harmless to irreversible."""

    READ_ONLY = "read_only"
    CHANGES = "changes"
    DESTRUCTIVE = "destructive"

    @property
    def rank(self) -> int:
        return list(Effect).index(self)


EFFECT_IN_WORDS = {
    Effect.READ_ONLY: "Read-only: it changes nothing.",
    Effect.CHANGES: "Changes something: a dry run unless it is told to apply.",
    Effect.DESTRUCTIVE: "Destructive: what it takes away may not come back. A dry run unless it is told to apply.",
}


def worst(*effects: Effect) -> Effect:
    """READ_ONLY when there are none."""
    return max(effects, key=lambda effect: effect.rank, default=Effect.READ_ONLY)


class ParameterKind(StrEnum):
    STRING = "string"
    INTEGER = "integer"
    CHOICE = "choice"
    PATH = "path"
    HOSTNAME = "hostname"
    SWITCH = "switch"
    SECRET = "secret"  # noqa: S105  (a kind, not one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a script needs to know. `name` is in lower case with underscores; a secret is asked for when the script runs."""

    name: str
    kind: ParameterKind
    label: str
    choices: tuple[str, ...] = ()
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A script without its values.

    `body` uses the parameters as variables: `"$TARGET_HOST"` in bash, `$TargetHost` in PowerShell.
    """

    language: Language
    title: str
    explanation: str
    body: str
    parameters: tuple[Parameter, ...] = ()

    @property
    def hash(self) -> str:
        """SHA-256 of everything that the script depends on but the values."""
        return hashlib.sha256(json.dumps(recipe_record(self), sort_keys=True).encode()).hexdigest()

    @property
    def asked(self) -> tuple[Parameter, ...]:
        """The parameters whose values are entered in Slack."""
        return tuple(each for each in self.parameters if each.kind is not ParameterKind.SECRET)


Values = Mapping[str, str]
"""What was entered, by the parameter's name; never a secret."""


class Origin(StrEnum):
    BUILT_IN = "built_in"
    WORKSPACE = "workspace"
    MODEL = "model"
    TYPED = "typed"


ORIGIN_IN_WORDS = {
    Origin.BUILT_IN: "a built-in template",
    Origin.WORKSPACE: "a template of this workspace",
    Origin.MODEL: "a model's draft, which nobody has approved",
    Origin.TYPED: "a colleague's draft, which nobody has approved",
}


class TemplateStatus(StrEnum):
    """`draft` is what one person wrote or had written; reviewers decide on what is proposed, and take it back."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTemplate:
    """A recipe of the workspace. `step` is where a session was when it was written: at this node of a flow."""

    id: int
    recipe: Recipe
    effect: Effect
    origin: Origin
    status: TemplateStatus
    created_by: str
    created_at: datetime
    step: FlowPlace | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None

    def is_for(self, member_id: str) -> bool:
        """Whether the member may use it: everybody what is approved, its author what is not."""
        return self.status is TemplateStatus.APPROVED or self.created_by == member_id


class ScriptStatus(StrEnum):
    """A destructive script waits until a second person confirms it."""

    WAITING = "waiting"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a script is asked for: its session and that one's thread, if there is one."""

    session_id: int | None = None
    channel: str | None = None
    thread_ts: str | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewScript:
    """A script with its values. `text` is the whole file, `hash` the SHA-256 of its bytes."""

    language: Language
    title: str
    explanation: str
    text: str
    effect: Effect
    origin: Origin
    values: Values
    created_by: str
    created_at: datetime
    commands: tuple[FoundCommand, ...] = ()
    template_id: int | None = None
    place: Place = NOWHERE
    status: ScriptStatus = ScriptStatus.SHOWN

    @property
    def content(self) -> bytes:
        return file_bytes(self.language, self.text)

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script(NewScript):
    id: int
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundCommand:
    """A command that the parser found in a body, on a line from 1 on."""

    line: int
    text: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class ScriptProblem:
    """Why a body is refused: a sentence to act on, and the line (from 1) that it is about."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the parser found in a body."""

    commands: tuple[FoundCommand, ...] = ()
    problems: tuple[ScriptProblem, ...] = ()

    @property
    def effect(self) -> Effect:
        return worst(*(command.effect for command in self.commands))


@dataclass(frozen=True, slots=True)
class Advice:
    """What the program `by` finds on a line (from 1) of a script. Nothing is refused for it."""

    by: str
    line: int
    sentence: str


def file_bytes(language: Language, text: str) -> bytes:
    """The file as it is sent.

    PowerShell gets a byte order mark: without one, Windows PowerShell 5.1 reads UTF-8 in the machine's code page, where
    the bytes of "Ñ" end in a quotation mark.
    """
    return text.encode("utf-8-sig" if language is Language.POWERSHELL else "utf-8")


def recipe_record(recipe: Recipe) -> dict[str, object]:
    return {
        "language": recipe.language.value,
        "title": recipe.title,
        "explanation": recipe.explanation,
        "body": recipe.body,
        "parameters": parameter_records(recipe.parameters),
    }


def parameter_records(parameters: tuple[Parameter, ...]) -> list[dict[str, object]]:
    return [
        {
            "name": each.name,
            "kind": each.kind.value,
            "label": each.label,
            "choices": list(each.choices),
            "default": each.default,
        }
        for each in parameters
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptWish:
    """What somebody wants a script for, and what was wrong with an earlier try."""

    task: str
    language: Language
    problems: tuple[ScriptProblem, ...] = field(default=())
    earlier: Recipe | None = None


@dataclass(frozen=True, slots=True)
class WrittenRecipe:
    """What a model wrote, unchecked, and what it cost."""

    recipe: Recipe
    spending: Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeChoice:
    """A recipe to be had. `key` names it: `b:` and the name of a built-in template, or `w:` and a number."""

    key: str
    recipe: Recipe
    origin: Origin
    effect: Effect
    template_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptCard:
    """A script as it is shown. `ask_in` is the channel where a second person is asked when there is no thread.

    The lines of the `advice` are the file's.
    """

    script: Script
    asked_by: str
    confirmed_by: str | None = None
    template_status: TemplateStatus | None = None
    ask_in: str | None = None
    advice: tuple[Advice, ...] = ()
