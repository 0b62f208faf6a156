"""Misbehaviour on demand: what can go wrong between an app and Slack, when one asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

Kind = Literal["ratelimited", "server_error", "timeout_after_accept", "duplicate_delivery", "slow_files"]
KINDS: tuple[str, ...] = get_args(Kind)
ANY = "*"


@dataclass(frozen=True)
class Misbehaviour:
    """What happens to the next `times` calls of `method` ("*" for any), or deliveries of that type.

    `retry_after` goes into the Retry-After header of a ratelimited answer, `delay` is how long an answer is held
    back before the connection drops; both in seconds.
    """

    method: str
    kind: Kind
    times: int = 1
    retry_after: int = 1
    delay: float = 0.0


class Misbehaviours:
    """The misbehaviours that are still to come."""

    def __init__(self) -> None:
        """Start with none."""
        self.coming: list[Misbehaviour] = []

    def add(self, misbehaviour: Misbehaviour) -> None:
        """Replace what was asked of the same method in the same kind."""
        self.remove(misbehaviour.method, misbehaviour.kind)
        if misbehaviour.times > 0:
            self.coming.append(misbehaviour)

    def remove(self, method: str, kind: str | None = None) -> None:
        """Forget what was asked of `method`, of every kind if `kind` is None."""
        self.coming = [each for each in self.coming if each.method != method or kind not in (None, each.kind)]

    def take(self, kind: Kind, *names: str) -> Misbehaviour | None:
        """Return the misbehaviour of that kind for one of `names` and count it down; None if there is none."""
        for each in self.coming:
            if each.kind == kind and each.method in (ANY, *names):
                self.coming.remove(each)
                if each.times > 1:
                    self.coming.append(replace(each, times=each.times - 1))
                return each
        return None

    def as_json(self) -> list[dict[str, Any]]:
        """Return what is to come as the browser page reads it."""
        return [asdict(each) for each in self.coming]


class Rates:
    """Sliding windows: at most `count` calls in `seconds` for each key."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start with nothing counted."""
        self._clock = clock
        self._calls: dict[str, list[float]] = {}

    def wait_seconds(self, key: str, count: int, seconds: float) -> int:
        """Return 0 and count the call, or the whole seconds to wait before the next is allowed."""
        now = self._clock()
        recent = [at for at in self._calls.get(key, []) if at > now - seconds]
        self._calls[key] = recent
        if len(recent) >= count:
            return max(1, round(recent[0] + seconds - now))
        recent.append(now)
        return 0
