"""The Slack app manifest, from the same tables as the listeners."""

from __future__ import annotations

import yaml

from bot.slack.ids import Shortcut
from bot.slack.register import COMMANDS, EVENTS
from bot.slack.views.blocks import Json
from bot.slack.views.help import USAGE_HINT

DESCRIPTION = "Turns resolved support sessions into reviewed troubleshooting flows."
LONG_DESCRIPTION = (
    "FlowPilot learns from the support sessions that your team resolves. From what worked it drafts "
    "troubleshooting flows, shows each draft with its evidence in a review channel, and publishes what a reviewer "
    "approves. A dashboard and a weekly digest show how quickly problems are solved and where knowledge is missing.\n\n"
    "Drafts are made with the help of AI and can be wrong. Nothing is published before a person has approved it. "
    "Secrets and personal data are removed from sessions before any of their text goes to an AI model, and no model "
    "is trained on your data."
)
BOT_SCOPES = ("app_mentions:read", "chat:write", "commands", "files:write", "im:history", "users:read")
OPTIONAL_SCOPES = ("channels:history", "groups:history", "reactions:read")
"""The histories are needed to look for a message after a lost answer in a channel, which is posted again without them,
to read a conversation that is captured, which is pasted without them, and to take a reply in a thread as an answer.
Reactions offer to capture.

Slack wants them among all scopes, and once more among the optional ones.
"""
SHORTCUT_WORDS = {
    Shortcut.CAPTURE: ("Capture resolution", "Keeps how this was solved for the next person"),
    Shortcut.TROUBLESHOOT: ("Troubleshoot this", "Starts a session in the message's thread"),
}
SUBSCRIPTIONS = {"message": ("message.channels", "message.groups", "message.im")}
"""Events whose subscriptions are named more closely than the event. Slack sends those of channels only with the histories."""


def manifest(url: str | None) -> str:
    """The manifest as YAML: for Socket Mode, or for HTTP when `url` says where the program is reached."""
    return yaml.safe_dump(_manifest(url), sort_keys=False, allow_unicode=True, width=100)


def _manifest(url: str | None) -> Json:
    request_url = {} if url is None else {"request_url": f"{url.rstrip('/')}/slack/events"}
    return {
        "display_information": {
            "name": "FlowPilot",
            "description": DESCRIPTION,
            "long_description": LONG_DESCRIPTION,
            "background_color": "#1f3d4d",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "FlowPilot", "always_online": True},
            "slash_commands": [
                {
                    "command": command,
                    **({} if url is None else {"url": request_url["request_url"]}),
                    "description": "Troubleshoot, numbers, review queue",
                    "usage_hint": USAGE_HINT,
                    "should_escape": False,
                }
                for command in COMMANDS
            ],
            "shortcuts": [
                {
                    "name": name,
                    "type": "message",
                    "callback_id": shortcut.value,
                    "description": description,
                }
                for shortcut, (name, description) in SHORTCUT_WORDS.items()
            ],
        },
        "oauth_config": {
            "scopes": {"bot": sorted({*BOT_SCOPES, *OPTIONAL_SCOPES}), "bot_optional": list(OPTIONAL_SCOPES)}
        },
        "settings": {
            "event_subscriptions": {
                **request_url,
                "bot_events": sorted(name for event in EVENTS for name in SUBSCRIPTIONS.get(event, (event,))),
            },
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }
