"""Where a list goes on: opaque to the reader, and worth nothing beyond that.

A cursor names the last id that was read, so that what is added meanwhile neither doubles nor hides a row. It is checked
and not signed: a forged one only begins elsewhere in the same workspace's list.
"""

from __future__ import annotations

import base64
import binascii
import re

from bot.web.errors import wrong_field

MAX_ID = 2**63 - 1
_TEXT = re.compile(r"after:([1-9][0-9]{0,18})")


def cursor_after(last_id: int) -> str:
    return base64.urlsafe_b64encode(f"after:{last_id}".encode()).decode().rstrip("=")


def id_in(cursor: str) -> int:
    """The id that the list goes on after. Raises RefusedError for what is no cursor of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    found = _TEXT.fullmatch(text)
    if not found or int(found[1]) > MAX_ID or cursor_after(int(found[1])) != cursor:
        raise wrong_field("cursor", "is not one of ours: send next_cursor of the page before, as it is")
    return int(found[1])
