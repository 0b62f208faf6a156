"""What Slack hands out with an interaction and takes back: trigger ids and response URLs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.sandbox.wire import SlackError


@dataclass(frozen=True)
class Trigger:
    """The right to open one view for a person; times are seconds since 1970."""

    user: str
    issued_at: float
    is_exchanged: bool = False


class Triggers:
    """Trigger ids: each opens one view, within `lives_seconds`."""

    def __init__(self, clock: Callable[[], float], *, lives_seconds: float) -> None:
        """Start with none."""
        self._clock = clock
        self._lives_seconds = lives_seconds
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str) -> str:
        """Return a new trigger id for `user`."""
        number = len(self._issued) + 1
        trigger_id = f"{number:011}.{number * 7:011}.{number * 0x9E3779B1:032x}"
        self._issued[trigger_id] = Trigger(user, self._clock())
        return trigger_id

    def exchange(self, trigger_id: str) -> str:
        """Return the person whom the trigger belongs to, and use it up.

        Raises SlackError: invalid_trigger_id, exchanged_trigger_id or expired_trigger_id.
        """
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.is_exchanged:
            raise SlackError("exchanged_trigger_id")
        if self._clock() - trigger.issued_at > self._lives_seconds:
            raise SlackError("expired_trigger_id")
        self._issued[trigger_id] = replace(trigger, is_exchanged=True)
        return trigger.user


@dataclass(frozen=True)
class Grant:
    """What a response URL may do: speak to `user` in `channel`, and change the message it came from."""

    user: str
    channel: str
    message_ts: str | None
    issued_at: float
    uses: int = 0


class ResponseUrls:
    """Response URLs: a few uses each, for half an hour."""

    def __init__(self, clock: Callable[[], float], *, lives_seconds: float, most_uses: int) -> None:
        """Start with none."""
        self._clock = clock
        self._lives_seconds = lives_seconds
        self._most_uses = most_uses
        self._issued: dict[str, Grant] = {}

    def issue(self, user: str, channel: str, message_ts: str | None = None) -> str:
        """Return the key of a new response URL."""
        key = f"R{len(self._issued) + 1:08}"
        self._issued[key] = Grant(user, channel, message_ts, self._clock())
        return key

    def use(self, key: str) -> Grant:
        """Return what the URL may do, and count the use; raises SlackError: invalid_url, expired_url or used_url."""
        grant = self._issued.get(key)
        if grant is None:
            raise SlackError("invalid_url")
        if self._clock() - grant.issued_at > self._lives_seconds:
            raise SlackError("expired_url")
        if grant.uses >= self._most_uses:
            raise SlackError("used_url")
        self._issued[key] = replace(grant, uses=grant.uses + 1)
        return grant
