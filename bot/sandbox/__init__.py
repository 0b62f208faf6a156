"""A local Slack workspace that an unmodified bot can talk to, for trying, developing and testing."""

from bot.sandbox.config import (
    ChannelConfig,
    CommandConfig,
    Completion,
    PersonConfig,
    SandboxConfig,
    ShortcutConfig,
)
from bot.sandbox.delivery import Ack
from bot.sandbox.files import StoredFile
from bot.sandbox.journal import Accepted, ApiCall, Notice, Refusal
from bot.sandbox.lint import lint_message, lint_view
from bot.sandbox.messages import Channel, Message
from bot.sandbox.misbehave import Misbehaviour
from bot.sandbox.people import Person
from bot.sandbox.screen import NotOnScreenError
from bot.sandbox.server import Sandbox, serve_sandbox
from bot.sandbox.views import View
from bot.sandbox.wire import Problem, SlackError

__all__ = [
    "Accepted",
    "Ack",
    "ApiCall",
    "Channel",
    "ChannelConfig",
    "CommandConfig",
    "Completion",
    "Message",
    "Misbehaviour",
    "NotOnScreenError",
    "Notice",
    "Person",
    "PersonConfig",
    "Problem",
    "Refusal",
    "Sandbox",
    "SandboxConfig",
    "ShortcutConfig",
    "SlackError",
    "StoredFile",
    "View",
    "lint_message",
    "lint_view",
    "serve_sandbox",
]
