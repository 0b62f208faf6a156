"""Titles, summaries and keywords from the engineers' own words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from bot.ai.wording import STOP_WORDS, likeness, stem_of, wording_of, words_of
from bot.domain.merging import shortened

MAX_TITLE = 80
MAX_SUMMARY = 400
MAX_KEYWORDS = 8
FEWEST_WORDS = 3
"""Words from which a sentence says something."""
SHORTEST_KEYWORD = 3

_SAID_IN_EVERY_TICKET = frozenset(
    words_of(
        "ago asap fix fixed help issue issues last month months need needs now problem problems thanks time today tried"
        " trouble week weeks work working works year years yesterday"
    )
)

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|dear)\b(?: (?:all|team|there|everyone|folks|guys"
    r"|support|sir|madam)\b)*|(?:please )?help(?: me)?(?: out)?(?: please)?|thanks?(?: you)?(?: in advance)?)(?=\W|$)[\s,.!:-]*",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"<[a-zA-Z -]+>")
_WORD = re.compile(r"[^\W\d_][\w'-]*")


def title_of(problem: str, worked_on: str) -> str:
    """The sentence that comes nearest to what was worked on, without a greeting, at most 80 characters."""
    sentences = list(_sentences(problem)) or ["Untitled problem"]
    telling = [sentence for sentence in sentences if len(sentence.split()) >= FEWEST_WORDS] or sentences
    alike = likeness([wording_of(worked_on)], [wording_of(sentence) for sentence in telling])[0]
    return shortened(telling[int(alike.argmax())].rstrip(".!"), MAX_TITLE)


def summary_of(problem: str) -> str:
    """The problem without greetings, at most 400 characters."""
    return shortened(" ".join(_sentences(problem)), MAX_SUMMARY)


def keywords_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The words that most of the texts have in common, each in the form in which it is most often written."""
    forms: dict[str, Counter[str]] = {}
    for text in texts:
        for word in sorted({word.casefold() for word in _WORD.findall(_PLACEHOLDER.sub(" ", text))}):
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
        if words:
            yield _capitalised(words)


def _capitalised(text: str) -> str:
    """A word that has a capital or a digit inside (iPhone, 802.11ac) stays as it is written."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.islower() else text
