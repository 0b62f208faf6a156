"""What the one font can draw, how wide it is, and where it breaks into lines.

The font is the one that comes with matplotlib, so pictures are the same on every machine.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.ft2font import FT2Font, LoadFlags

FAMILY = "DejaVu Sans"
BOX = "□"
"""Stands for a character that the font lacks."""
ELLIPSIS = "…"

_FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
_EM = 100
"""Pixels at which widths are taken; they grow in proportion."""


@cache
def _font(*, bold: bool) -> FT2Font:
    font = FT2Font(Path(mpl.get_data_path(), "fonts", "ttf", _FILES[bold]))
    font.set_size(_EM, 72)
    return font


@cache
def _drawable() -> frozenset[int]:
    return frozenset(_font(bold=False).get_charmap()) & frozenset(_font(bold=True).get_charmap())


@lru_cache(maxsize=4096)
def _advance(character: str, *, bold: bool) -> float:
    """Width in em."""
    glyph = _font(bold=bold).load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 65536 / _EM


def drawable(text: str) -> str:
    """The text on one line, in characters that the font has; a character that it lacks becomes a box."""
    letters = (_letter(character) for character in unicodedata.normalize("NFC", text))
    return " ".join("".join(letters).split())


def _letter(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in (
        "Cc",
        "Cf",
        "Mn",
        "Me",
    ):  # takes no room, or joins what we cannot join
        return ""
    return character if ord(character) in _drawable() else BOX


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that drawable text takes in letters of `size` pixels."""
    return size * sum(_advance(character, bold=bold) for character in text)


def fitted(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """The drawable text, cut with an ellipsis where it is wider than `width` pixels."""
    return _cut(drawable(text), size, width, bold=bold)


def wrapped(text: str, size: float, width: float, max_lines: int, *, bold: bool = False) -> tuple[str, ...]:
    """The text in at most `max_lines` lines of `width` pixels; the last ends in an ellipsis where text is left over."""
    words = drawable(text).split(" ")
    lines: list[str] = []
    while words and words[0] and len(lines) < max_lines:
        line, words = _next_line(words, size, width, bold=bold)
        lines.append(line)
    if words and lines:
        lines[-1] = _cut(f"{lines[-1]} {words[0]}{ELLIPSIS}", size, width, bold=bold)
    return tuple(lines)


def _next_line(words: list[str], size: float, width: float, *, bold: bool) -> tuple[str, list[str]]:
    """As many words as fit, and the rest; a word that is wider than the line is broken."""
    line = words[0]
    if width_of(line, size, bold=bold) > width:
        part = _prefix(line, size, width, bold=bold)
        return part, [line[len(part) :], *words[1:]]
    taken = 1
    for word in words[1:]:
        if width_of(f"{line} {word}", size, bold=bold) > width:
            break
        line, taken = f"{line} {word}", taken + 1
    return line, words[taken:]


def _cut(text: str, size: float, width: float, *, bold: bool) -> str:
    if width_of(text, size, bold=bold) <= width:
        return text
    room = width - width_of(ELLIPSIS, size, bold=bold)
    return _prefix(text, size, room, bold=bold).rstrip(f" ,;:.{ELLIPSIS}") + ELLIPSIS


def _prefix(text: str, size: float, width: float, *, bold: bool) -> str:
    """The first characters that fit, one at the least."""
    used = 0.0
    for index, character in enumerate(text):
        used += size * _advance(character, bold=bold)
        if used > width:
            return text[: max(1, index)]
    return text
