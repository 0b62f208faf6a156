"""What Slack refuses, as exceptions: one table for its error codes. Unknown codes are reported as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.errors import FlowPilotError


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One refused call. `details` are the linter's remarks of Slack, which quote no content."""

    method: str
    code: str
    workspace_id: str
    channel: str = ""
    details: Sequence[str] = ()


class SlackRefusedError(Exception):
    """Slack refuses a call for a reason that only a change of the program or of the app's set-up removes."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(" ".join([f"{refusal.method}: {refusal.code}", *refusal.details]))
        self.refusal = refusal


class SlackUnansweredError(FlowPilotError):
    """No answer, or a server's error: whatever was asked for may have happened all the same."""

    def __init__(self, method: str, reason: str) -> None:
        super().__init__(f"Slack does not answer ({method}: {reason}). Try again in a minute.")
        self.method = method


class SlackUnreachableError(SlackUnansweredError):
    """No connection came about, so nothing has happened."""


class SlackBusyError(FlowPilotError):
    """Slack asks to wait."""

    def __init__(self, method: str, retry_after_seconds: float) -> None:
        super().__init__(f"Slack asks to wait {retry_after_seconds:g} seconds ({method}). Try again then.")
        self.retry_after_seconds = retry_after_seconds


class FileNotReadyError(Exception):
    """Slack has not finished processing an uploaded file that a message shows."""


class MessageGoneError(Exception):
    """The message was deleted or can no longer be changed."""


class ViewGoneError(Exception):
    """The modal was closed."""


class ViewChangedError(Exception):
    """The view is no longer what it was when it was clicked."""


class ScopeMissingError(SlackRefusedError):
    """The app lacks a permission: its manifest in Slack is older than the program."""


class TooLateError(FlowPilotError):
    """A click can open a modal for three seconds."""

    def __init__(self, _refusal: Refusal) -> None:
        super().__init__("Slack stopped waiting before this could open. Click again.")


UNUSABLE_BECAUSE = {
    "channel_not_found": "it does not exist, or it is private and FlowPilot is not a member",
    "is_archived": "it is archived",
    "not_in_channel": "FlowPilot is not a member",
}


class SlackAwayError(FlowPilotError):
    """Slack does not answer at start."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"Slack does not answer at {url}. Check the network, or FLOWPILOT_SLACK_API_URL if it is set."
        )


class ChannelUnusableError(FlowPilotError):
    """FlowPilot cannot speak in a channel."""

    def __init__(self, refusal: Refusal) -> None:
        self.channel = refusal.channel
        self.reason = UNUSABLE_BECAUSE.get(refusal.code, refusal.code)
        super().__init__(
            f"FlowPilot cannot post in the channel {refusal.channel}: {self.reason}. "
            "Type /invite @FlowPilot there, or choose another channel."
        )


class InstallationGoneError(FlowPilotError):
    """The token of a workspace is worthless. `is_certain` unless a wrong setting would look the same."""

    def __init__(self, refusal: Refusal) -> None:
        self.workspace_id = refusal.workspace_id
        self.is_certain = refusal.code in {"account_inactive", "token_revoked"}
        super().__init__(
            f"Slack does not accept FlowPilot's token for the workspace {refusal.workspace_id} ({refusal.code}). "
            "Install the app again, or put the present token into FLOWPILOT_SLACK_BOT_TOKEN."
        )


UNSPOKEN = (
    ChannelUnusableError,
    InstallationGoneError,
    SlackBusyError,
    SlackRefusedError,
    SlackUnansweredError,
)
"""Why something could not be said, for those who can do without it."""

ERRORS: dict[str, Callable[[Refusal], Exception]] = {
    "account_inactive": InstallationGoneError,
    "cant_update_message": lambda refusal: MessageGoneError(refusal.code),
    "channel_not_found": ChannelUnusableError,
    "edit_window_closed": lambda refusal: MessageGoneError(refusal.code),
    "exchanged_trigger_id": TooLateError,
    "expired_trigger_id": TooLateError,
    "hash_conflict": lambda refusal: ViewChangedError(refusal.code),
    "invalid_auth": InstallationGoneError,
    "invalid_trigger_id": TooLateError,
    "is_archived": ChannelUnusableError,
    "message_not_found": lambda refusal: MessageGoneError(refusal.code),
    "missing_scope": ScopeMissingError,
    "not_authed": InstallationGoneError,
    "not_found": lambda refusal: ViewGoneError(refusal.code),
    "not_in_channel": ChannelUnusableError,
    "token_expired": InstallationGoneError,
    "token_revoked": InstallationGoneError,
}

INVALID_FILE = "invalid slack file"


def error_of(refusal: Refusal) -> Exception:
    """The exception for a refused call."""
    if refusal.code == "invalid_blocks" and any(INVALID_FILE in detail for detail in refusal.details):
        return FileNotReadyError(*refusal.details)
    return ERRORS.get(refusal.code, SlackRefusedError)(refusal)
