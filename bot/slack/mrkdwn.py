"""Slack's mrkdwn, safely: what people and models wrote neither mentions nor links anybody, and cuts leave it whole."""

from __future__ import annotations

import re
from datetime import datetime

ELLIPSIS = "…"
LOOKALIKE = "\N{ASTERISK OPERATOR}"
_BLANKS = re.compile(r"\s+")
_INDIVISIBLE = re.compile(r"&(?:amp|lt|gt);|<[^<>]*>|.", re.DOTALL)
_MENTION = re.compile(r"<@[^<>]*>")
_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_USER = re.compile(r"[UW][A-Z0-9]+")
_HALF_PAIRS = re.compile(r"[\ud800-\udfff]")


def size(text: str) -> int:
    """Length as Slack's clients count it: characters outside the Basic Multilingual Plane are two."""
    return len(text) + sum(character > "\uffff" for character in text)


def escape(text: str) -> str:
    """The text as it stands, whatever is in it: `<!channel>` and `<@U1>` are then only words."""
    whole = _HALF_PAIRS.sub("\ufffd", text)
    return whole.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def written(text: str) -> str:
    """What somebody wrote, from Slack's markup of it: links by their words, nobody's mention, no entities."""
    bare = _LINK.sub(lambda found: found[2] or found[1], _MENTION.sub("", text))
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def inline(text: str) -> str:
    """The text escaped and on one line."""
    return escape(one_line(text))


def one_line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def bold(text: str) -> str:
    """The text escaped, on one line and bold; asterisks in it would end the bold, so they become look-alikes."""
    return f"*{inline(text).replace('*', LOOKALIKE)}*"


def fit(text: str, limit: int) -> str:
    """Escaped text in at most `limit` characters; neither an entity nor a `<…>` is ever cut in two."""
    if size(text) <= limit:
        return text
    kept: list[str] = []
    room = limit - size(ELLIPSIS)
    for piece in _INDIVISIBLE.findall(text):
        room -= size(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + ELLIPSIS


def plain(text: str, limit: int) -> str:
    """Unescaped text for a plain_text object: on one line, whole characters only, at most `limit` long."""
    line = one_line(_HALF_PAIRS.sub("\ufffd", text))
    if size(line) <= limit:
        return line
    while size(line) > limit - 1:
        line = line[: -max(1, (size(line) - limit + 1) // 2)]
    return line.rstrip() + ELLIPSIS


def moment(at: datetime) -> str:
    """A moment in the reader's own time zone and words, "today at 14:02"; in UTC where Slack cannot do that."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def day(at: datetime) -> str:
    """A day in the reader's own time zone and words."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}}|{at:%Y-%m-%d}>"


def mention(actor: str) -> str:
    """The person by name; who decides by other ways (the terminal, a token of the API) is no user of Slack."""
    return f"<@{actor}>" if _USER.fullmatch(actor) else inline(actor)


def link(url: str, words: str) -> str:
    return f"<{url}|{inline(words).replace('|', '¦')}>"
