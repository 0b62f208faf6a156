"""What FlowPilot can do, said where somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot.domain.sessions import ProblemDomain
from bot.domain.windows import PERIODS
from bot.slack.ids import COMMAND
from bot.slack.mrkdwn import inline, plain
from bot.slack.views.blocks import Json, message

USAGE_HINT = (
    "start <problem> · sessions · stats [7d|30d|90d] [domain] [share] · gaps [7d|30d|90d] · queue · flows [words]"
    " · script · digest · settings · help"
)
COMMANDS = (
    ("start", "and what is wrong: a session in a thread; add `ticket:1042` or `domain:networking`"),
    ("sessions", "your sessions, and the way to their threads"),
    ("stats", "the numbers of the last 30 days; add `7d` or `90d`, a domain, `share` for everybody here"),
    ("gaps", "where knowledge is missing; add `7d` or `90d`"),
    ("queue", "what waits for a review"),
    ("flows", "the published flows; add words to search, or `archived` for those out of use"),
    ("script", "a PowerShell or bash script from a template, checked; nothing is run"),
    ("digest", "this week's digest as it would be today"),
    ("settings", "for reviewers: who decides, channels, digest, limits"),
    ("help", "this list"),
)
IN_MESSAGE_MENU = (
    "In the menu of a message: *Troubleshoot this*, and *Capture resolution* for what is solved already."
)
QUOTED_CHARACTERS = 80
WHAT_IT_DOES = (
    "FlowPilot turns resolved support sessions into troubleshooting flows. Proposals come to the review channel, "
    "reviewers decide there, and what they approve is published as a flow."
)


def help_message(not_understood: str = "", meant: str = "") -> Json:
    """The commands that work; first what was not understood, if anything, and which command may be `meant`."""
    before = f"I do not know “{inline(plain(not_understood, QUOTED_CHARACTERS))}”. " if not_understood else ""
    if meant:
        before += f"Did you mean `{meant}`? "
    return message(before + WHAT_IT_DOES + "\n" + _commands())


def unknown_period_message(word: str) -> Json:
    periods = ", ".join(f"`{days}d`" for days in PERIODS)
    return message(f"There is no period “{inline(plain(word, QUOTED_CHARACTERS))}”. Choose one of {periods}.")


def unknown_domain_message(word: str) -> Json:
    """Lists the domains, as they are typed."""
    domains = ", ".join(f"`{domain.value}`" for domain in ProblemDomain)
    return message(f"There is no domain “{inline(plain(word, QUOTED_CHARACTERS))}”. Choose one of {domains}.")


def _commands() -> str:
    return "\n".join([*(f"• `{COMMAND} {name}` {does}" for name, does in COMMANDS), IN_MESSAGE_MENU])


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "help": help_message,
    "not understood": partial(help_message, "<!channel> do *something*"),
    "misspelt": partial(help_message, "stat 7d", "stats"),
    "unknown period": partial(unknown_period_message, "14d"),
    "unknown domain": partial(unknown_domain_message, "plumbing"),
}
