"""Titles, summaries and keywords from the engineers' own words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.ai.wording import STOP_WORDS, Wording, likeness, stem_of, together, wording_of, words_of
from bot.domain.flows import MAX_KEYWORDS
from bot.domain.merging import shortened

MAX_TITLE = 80
MAX_SUMMARY = 400
FEWEST_WORDS = 3
"""Words from which a sentence says something."""
SHORTEST_KEYWORD = 3
STAYS = 0.9
"""A title stays that is at least so near as the nearest sentence."""

_SAID_IN_EVERY_TICKET = frozenset(
    words_of(
        "afternoon again ago anything asap began call changed else everybody everyone fix fixed help issue issues last"
        " month months morning need needs nothing now people problem problems said say says since somebody someone something"
        " started thanks thing time today tried trouble user users week weeks work working works year years yesterday"
    )
)

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|dear)\b(?: (?:all|team|there|everyone|folks|guys"
    r"|support|sir|madam)\b)*|(?:please )?help(?: me)?(?: out)?(?: please)?|thanks?(?: you)?(?: in advance)?)(?=\W|$)[\s,.!:-]*",
    re.IGNORECASE,
)
# What tells of the call or of the ticket and not of what is wrong; each takes its punctuation with it.
_ASIDES = tuple(
    re.compile(pattern, re.IGNORECASE | re.VERBOSE)
    for pattern in (
        r"^(?:re|fwd?):\s*",
        (
            r"[\s,(]* \b(?:(?:ticket|case|incident|reference|ref)\b [\s.:#]* (?:no|number)?\b [\s.:#]* [a-z]*\d{3,}"
            r" | (?:inc|req|ritm|chg)\d{4,})\b [)\s:,.-]*"
        ),
        (
            r"[\s,;(-]* \b(?:for\s|already\s)? (?:the\s|their\s|his\s|her\s|my\s)?"
            r" (?:second|third|fourth|fifth|\d+(?:nd|rd|th))\s(?:call|time|ticket|report)\b"
            r" (?:\s(?:today|in\sa\srow|(?:this|in\sa|within\sa)\s(?:day|week|month)))* \)? (?=[\s.!?]*$|,)"
        ),
        r"(?<!\band) [\s,]+ (?:yet\s|once\s)?again (?=[\s.!?]*$|,)",
        r"^(?:please\s)?call\s(?:me\s|us\s|him\s|her\s|them\s)?back (?:\W*|\s(?:on|at|after|before|asap)\b.*|\splease\W*)$",
        r"^(?:the\s)?(?:user|customer|caller|client)s?\s(?:reports?|says?|complains?|called)\s(?:that|because)\s+",
    )
)
_PLACEHOLDER = re.compile(r"<[a-zA-Z -]+(?: \d+)?>")
_WORD = re.compile(r"[^\W\d_][\w'-]*")


def title_of(problems: Sequence[str], worked_on: str, *, so_far: str | None = None) -> str:
    """Of all sentences the one nearest to what the problems share and to what was worked on, at most 80 characters.

    Greetings, counts of calls and ticket numbers are left out, and so are sentences about one person where others say
    enough. The title `so_far` stays unless another is clearly nearer: people look for what they have read.
    """
    sentences = [sentence for problem in problems for sentence in _sentences(problem)] or ["Untitled problem"]
    telling = [sentence for sentence in sentences if len(sentence.split()) >= FEWEST_WORDS] or sentences
    general = [sentence for sentence in telling if not _PLACEHOLDER.search(sentence)] or telling
    meant = [*_shared(problems), wording_of(worked_on)]
    sentence = _nearest(general, meant)
    if so_far and _is_as_near(so_far, sentence, meant):
        return so_far
    return shortened(sentence.rstrip(".!") or sentence, MAX_TITLE)


def summary_of(problems: Sequence[str]) -> str:
    """The problem nearest to what all of them share, without greetings, at most 400 characters."""
    return shortened(" ".join(_sentences(_nearest(problems, _shared(problems)))), MAX_SUMMARY)


def _shared(problems: Sequence[str]) -> list[Wording]:
    return [together([wording_of(problem) for problem in problems])]


def _nearest(texts: Sequence[str], meant: Sequence[Wording]) -> str:
    """The text most like all that is meant; the first of equals."""
    alike = likeness(
        meant, [wording_of(text) for text in texts]
    )  # the many on the side that takes little memory
    return texts[int(alike.sum(axis=0).argmax())]


def _is_as_near(title: str, other: str, meant: Sequence[Wording]) -> bool:
    own, best = likeness(meant, [wording_of(title), wording_of(other)]).sum(axis=0)
    return bool(own >= best * STAYS)


def keywords_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The words that most of the texts have in common, each in the form in which it is most often written."""
    forms: dict[str, Counter[str]] = {}
    for text in texts:
        said = _PLACEHOLDER.sub(" ", " ".join(_sentences(text)))
        for word in sorted({word.casefold() for word in _WORD.findall(said)}):
            if _is_telling(word):
                forms.setdefault(stem_of(word), Counter())[word] += 1
    frequent = sorted(forms.values(), key=lambda counts: -counts.total())
    return tuple(counts.most_common(1)[0][0] for counts in frequent[:MAX_KEYWORDS])


def _is_telling(word: str) -> bool:
    is_short = len(word) < SHORTEST_KEYWORD
    return not (is_short or "'" in word or word in STOP_WORDS or word in _SAID_IN_EVERY_TICKET)


def clean(text: str) -> str:
    """A step's wording on one line that begins with a capital letter."""
    return _capitalised(" ".join(text.split()))


def _sentences(problem: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(problem.strip()):
        words = " ".join(sentence.split())
        while (rest := _GREETING.sub("", words)) != words:
            words = rest
        if words := _without_asides(words):
            yield _capitalised(words)


def _without_asides(sentence: str) -> str:
    """What is left must say something."""
    for aside in _ASIDES:
        rest = aside.sub("", sentence)
        if len(rest.split()) >= FEWEST_WORDS - 1 or rest == "":
            sentence = rest
    return sentence


def _capitalised(text: str) -> str:
    """A word that has a capital or a digit inside (iPhone, 802.11ac) stays as it is written."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.islower() else text
