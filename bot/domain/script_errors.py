"""Why there is no script, each in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.errors import FlowPilotError
from bot.domain.scripts import ScriptProblem, TemplateStatus
from bot.domain.spending import TROUBLE_IN_WORDS, Spending, Trouble


class ScriptRefusedError(FlowPilotError):
    """A script that FlowPilot does not hand out, with all reasons."""

    def __init__(self, problems: tuple[ScriptProblem, ...]) -> None:
        super().__init__("This script is refused. " + " ".join(map(str, problems)))
        self.problems = problems


class InvalidValuesError(FlowPilotError):
    """Values that do not fit their parameters: a sentence for each, by the parameter's name."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class SamePersonError(FlowPilotError):
    """A destructive script needs a second pair of eyes."""

    def __init__(self) -> None:
        super().__init__("You asked for this script yourself. Somebody else has to confirm it.")


class AlreadyConfirmedError(FlowPilotError):
    """Somebody else confirmed first."""

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} has confirmed this script already.")
        self.by = by


class TemplateDecidedError(FlowPilotError):
    """The template is not waiting for this step any more."""

    def __init__(self, status: TemplateStatus) -> None:
        super().__init__(f"This template is {status} already.")
        self.status = status


class TemplateWithdrawnError(FlowPilotError):
    """Reviewers have taken the template back."""

    def __init__(self, title: str) -> None:
        super().__init__(f"Reviewers have withdrawn the template “{title}”. Choose another one.")
        self.title = title


class NobodyToConfirmError(FlowPilotError):
    """A destructive script without a thread needs a channel where a colleague sees the question."""

    def __init__(self) -> None:
        super().__init__(
            "This script is destructive, so a colleague has to confirm it. Set a review channel with "
            "`/flowpilot settings`, or ask for the script in a session's thread."
        )


class ScriptUnwrittenError(FlowPilotError):
    """The model gave no script. `spending` is what that cost all the same."""

    def __init__(self, trouble: Trouble, spending: Spending | None = None) -> None:
        super().__init__(
            f"No script was written: {TROUBLE_IN_WORDS[trouble]}. Choose a template, or write it yourself."
        )
        self.trouble, self.spending = trouble, spending
