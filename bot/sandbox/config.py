"""What a sandbox workspace is made of: its people, channels, commands and tokens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PersonConfig:
    """Somebody with an account in the workspace, or, with a `team_id` of their own, in one that shares a channel."""

    id: str
    name: str
    real_name: str
    title: str = ""
    is_admin: bool = False
    color: str = "4a154b"
    tz: str = "Europe/Berlin"
    tz_offset_seconds: int = 3600
    team_id: str | None = None


@dataclass(frozen=True)
class ChannelConfig:
    """A channel; `members` None means everybody, and the bot is in it unless `has_bot` is false."""

    id: str
    name: str
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    has_bot: bool = True
    members: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Completion:
    """What the composer offers after a slash command."""

    text: str
    hint: str


@dataclass(frozen=True)
class CommandConfig:
    """A slash command of the app."""

    command: str
    description: str
    usage_hint: str = ""
    completions: tuple[Completion, ...] = ()


@dataclass(frozen=True)
class ShortcutConfig:
    """A shortcut of the app, in a message's menu or in the composer."""

    callback_id: str
    name: str


PEOPLE = (
    PersonConfig("U0ADMIN01", "ada", "Ada Reyes", "Support lead", is_admin=True, color="0072b2"),
    PersonConfig("U0ENGIN01", "ben", "Ben Okafor", "Support engineer", color="009e73"),
    PersonConfig("U0ADMIN02", "chloe", "Chloe Marsh", "Infrastructure lead", is_admin=True, color="d55e00"),
)

CHANNELS = (
    ChannelConfig("C0REVIEW01", "flow-review", "New flows and changes wait here for a decision"),
    ChannelConfig("C0SUPPORT1", "support", "Ask here when something does not work"),
    ChannelConfig("C0GENERAL1", "general", "Everybody"),
    ChannelConfig("C0DIGEST01", "it-digest", "What support did last week"),
)

FLOWPILOT = CommandConfig(
    "/flowpilot",
    "Guided troubleshooting",
    "start · sessions · stats · gaps · queue · flows · digest · settings · help",
    (
        Completion("stats 7d", "Numbers of the last 7 days"),
        Completion("stats 30d", "Numbers of the last 30 days"),
        Completion("stats 90d", "Numbers of the last 90 days"),
        Completion("stats 30d share", "The same, for everybody in this channel"),
        Completion("gaps", "Where knowledge is missing"),
        Completion("queue", "What waits for a review"),
        Completion("start ", "Start troubleshooting: say what is wrong"),
        Completion("sessions", "Your sessions and their threads"),
        Completion("flows ", "Find a flow by its words"),
        Completion("digest", "This week so far"),
        Completion("settings", "Channels, reviewers, ticket system"),
        Completion("help", "What FlowPilot can do"),
    ),
)


SUBSCRIPTIONS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "tokens_revoked",
)


@dataclass(frozen=True)
class SandboxConfig:
    """A whole workspace with one app installed. Durations are in seconds.

    The app is told of events in `subscriptions` only; an event that it was told of and does not ack is sent again.
    """

    team_id: str = "T0SANDBOX"
    team_name: str = "Northwind IT"
    team_domain: str = "northwind-it"
    people: tuple[PersonConfig, ...] = PEOPLE
    channels: tuple[ChannelConfig, ...] = CHANNELS
    app_id: str = "A0FLOWPILOT"
    app_name: str = "FlowPilot"
    bot_id: str = "B0FLOWPILOT"
    bot_user: str = "U0FLOWPILOT"
    bot_token: str = "xoxb-sandbox-bot"  # noqa: S105  (opens this sandbox and nothing else)
    app_token: str = "xapp-1-sandbox-app"  # noqa: S105  (as bot_token)
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105  (as bot_token)
    client_id: str = "1000.2000"
    client_secret: str = "sandbox-client-secret"  # noqa: S105  (as bot_token)
    scopes: str = (
        "commands,chat:write,app_mentions:read,im:history,files:write,users:read"
        ",channels:history,groups:history,reactions:read"
    )
    request_url: str | None = None
    subscriptions: tuple[str, ...] = SUBSCRIPTIONS
    commands: tuple[CommandConfig, ...] = (FLOWPILOT,)
    message_shortcuts: tuple[ShortcutConfig, ...] = (
        ShortcutConfig("session.troubleshoot", "Troubleshoot this"),
        ShortcutConfig("session.capture", "Capture resolution"),
    )
    global_shortcuts: tuple[ShortcutConfig, ...] = ()
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    response_url_seconds: float = 1800.0
    response_url_uses: int = 5
    event_retry_seconds: tuple[float, ...] = (0.0, 60.0, 300.0)
    enforce_rates: bool = False
