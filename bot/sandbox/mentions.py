"""Names behind an "@", turned into mentions as Slack's composer does when a message is sent."""

from __future__ import annotations

import re

from bot.sandbox.config import SandboxConfig

_CODE = r"```.*?```|`[^`\n]+`"
_BEFORE, _AFTER = r"(?<![\w<@])", r"(?!\w|[.-]\w)"


def with_mentions(text: str, config: SandboxConfig) -> str:
    """`text` with `<@U…>` for each @name or @real name of a person or of the app, but in code.

    Case makes no difference, and of several names that fit the longest counts. Other words behind an "@" stay.
    """
    ids = {name.lower(): person.id for person in config.people for name in (person.name, person.real_name)}
    ids[config.app_name.lower()] = config.bot_user
    names = "|".join(re.escape(name) for name in sorted(ids, key=len, reverse=True) if name)
    pattern = re.compile(rf"{_CODE}|{_BEFORE}@(?P<name>{names}){_AFTER}", re.IGNORECASE | re.DOTALL)
    return pattern.sub(lambda found: f"<@{ids[found['name'].lower()]}>" if found["name"] else found[0], text)
