"""How alike two wordings are: cosine over three-letter groups of stemmed words, without the words that carry nothing.

Measured on differently worded questions this tells same from other better than whole words, longer groups, edit
distance, or weights from how rare a group is; and it needs no corpus, so that a text is worked out once and kept.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

BUCKETS = 1 << 13
"""Groups of letters are hashed into so many: collisions are rare, and a vector is small."""
KEPT_TEXTS = 20_000
"""Texts whose letter groups stay in memory, about 1 kB each."""

Vector = NDArray[np.float64]
_WORD = re.compile(r"\w+")
_WHICH_ONE = re.compile(r"(?<=[a-z]) \d+>")
"""The number of a placeholder, which says which value of its session is meant, and nothing about the question."""
_STOP_WORDS = """
    a about above after again all also am an and any are as at be because been before being below between both but
    by can cannot could did do does doing down during each few for from further get had has have having he her here
    him his how i if in into is it its itself just let me more most my no nor not of off on once only or other our out
    over own please same see she should so some such than that the their them then there these they this those through
    to too under until up us very was we were what when where which while who why will with would yes you your
"""
_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """A text as a sparse vector of length 1, never without an entry."""

    buckets: NDArray[np.int16]
    weights: Vector


def words_of(text: str) -> list[str]:
    """The words in lower case."""
    return _WORD.findall(text.casefold())


STOP_WORDS = frozenset(words_of(_STOP_WORDS))


@lru_cache(maxsize=KEPT_TEXTS)
def stem_of(word: str) -> str:
    return str(_stemmer.stemWord(word))


@lru_cache(maxsize=KEPT_TEXTS)
def wording_of(text: str) -> Wording:
    """The text's letter groups. A text of nothing but stop words keeps them, one without words its signs."""
    return _worked_out(text)


def _worked_out(text: str) -> Wording:
    text = _WHICH_ONE.sub(">", text)
    words = words_of(text) or text.split()
    telling = [word for word in words if word not in STOP_WORDS] or words
    line = f" {' '.join(map(stem_of, telling))} "
    groups = Counter(zlib.crc32(line[at : at + 3].encode()) % BUCKETS for at in range(max(1, len(line) - 2)))
    return _unit(groups, 1 + np.log(np.fromiter(groups.values(), np.float64, len(groups))))


@lru_cache(maxsize=KEPT_TEXTS)
def mention_of(prompt: str, answer: str) -> Wording:
    """A question together with its answer, which says what was understood. The question counts for more."""
    return together([wording_of(prompt), _worked_out(f"{prompt} {answer}")])


def together(wordings: Sequence[Wording]) -> Wording:
    """What the wordings, at least one, have in common: their sum, of length 1 again."""
    buckets = np.concatenate([wording.buckets for wording in wordings])
    weights = np.concatenate([wording.weights for wording in wordings])
    total = np.bincount(buckets, weights).astype(np.float64)
    used = np.flatnonzero(total)
    return _unit(used, total[used])


def likeness(wordings: Sequence[Wording], others: Sequence[Wording]) -> Vector:
    """The cosine, 0 to 1, of each wording (row) with each of the others (column)."""
    if not wordings or not others:
        return np.zeros((len(wordings), len(others)))
    dense = np.zeros((BUCKETS, len(wordings)))
    for column, wording in enumerate(wordings):
        dense[wording.buckets, column] = wording.weights
    buckets = np.concatenate([other.buckets for other in others])
    weights = np.concatenate([other.weights for other in others])
    starts = np.cumsum([0, *(len(other.buckets) for other in others[:-1])])
    products: Vector = np.add.reduceat(dense[buckets] * weights[:, None], starts, axis=0)
    return products.T


def _unit(buckets: Iterable[int], weights: Vector) -> Wording:
    return Wording(np.fromiter(buckets, np.int16), weights / np.linalg.norm(weights))
