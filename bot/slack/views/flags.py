"""What people flagged in a flow, for its reviewers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.domain.flags import OpenFlag
from bot.domain.words import counted
from bot.slack.mrkdwn import bold, day, escape, inline, plain
from bot.slack.views.blocks import Json, context, sections

SHOWN_FLAGS = 8
ASKED_CHARACTERS = 120
NOTE_CHARACTERS = 400


def flagged(label: str, flags: Sequence[OpenFlag], changed_here: Collection[str] = ()) -> list[Json]:
    """Each flag with its step; `changed_here` are the nodes that the proposal below changes. Nothing without flags."""
    if not flags:
        return []
    more = len(flags) - SHOWN_FLAGS
    rest = [context(f"… and {counted(more, 'more flag')}")] if more > 0 else []
    return [*sections(label, [_line(flag, changed_here) for flag in flags[:SHOWN_FLAGS]]), *rest]


def _line(flag: OpenFlag, changed_here: Collection[str]) -> str:
    asked, note = bold(plain(flag.asked, ASKED_CHARACTERS)), escape(plain(flag.note, NOTE_CHARACTERS))
    changed = " · changed here" if flag.node in changed_here else ""
    return f"• {asked}: {note} ({inline(flag.by)}, {day(flag.began_at)}){changed}"
