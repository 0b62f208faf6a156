"""How often something may happen in a minute."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Hashable
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)
MAX_KEYS = 10_000


class RateLimiter:
    """Lets `limit` through in any minute, for each key by itself. Refused ones do not count.

    It remembers the `max_keys` keys that came last, in this process alone: several processes let through as many times
    as much.
    """

    def __init__(self, limit: int, *, max_keys: int = MAX_KEYS) -> None:
        self.limit = limit
        self._max_keys = max_keys
        self._moments: OrderedDict[Hashable, deque[datetime]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._moments)

    def wait_seconds(self, key: Hashable, now: datetime) -> int:
        """Whole seconds until the next is let through; 0: at once."""
        moments = self._moments.get(key)
        if moments is None:
            return 0
        # A moment in the future is from before the clock was set back.
        while moments and not timedelta(0) <= now - moments[0] < WINDOW:
            moments.popleft()
        if len(moments) < self.limit:
            return 0
        return max(1, math.ceil((moments[0] + WINDOW - now).total_seconds()))

    def take(self, key: Hashable, now: datetime) -> int:
        """As `wait_seconds`, and with 0 this one counts."""
        seconds = self.wait_seconds(key, now)
        if not seconds:
            self._moments.setdefault(key, deque()).append(now)
        if key in self._moments:
            self._moments.move_to_end(key)
        if len(self._moments) > self._max_keys:
            self._moments.popitem(last=False)
        return seconds
