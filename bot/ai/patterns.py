"""Problems that keep coming back: which of many are alike, whatever words they are told in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.ai.wording import Vector, likeness, wording_of

ALIKE = 0.3
"""Mean likeness of two groups' problems from which they are one. A pattern that is found as two does less harm than
strangers that are found as one."""
STANDS_OUT = 2.0
"""They must also be more alike than any two problems here are, by so many standard deviations: in tickets that are made
from a form, most of the words are the form's."""
MANY = 20
"""Different problems from which what any two share says what is usual here."""


def groups_of_alike(problems: Sequence[str]) -> list[list[int]]:
    """The places of the problems, each in one group, by average linkage; the largest group first.

    The same problems in the same order give the same groups.
    """
    if not problems:
        return []
    distinct = {text: row for row, text in enumerate(dict.fromkeys(problems))}
    members: list[list[int]] = [[] for _ in distinct]
    for at, text in enumerate(problems):
        members[distinct[text]].append(at)
    wordings = [wording_of(text) for text in distinct]
    alike = likeness(wordings, wordings)
    _join(alike, members, _bar(alike))
    groups = [sorted(group) for group in members if group]
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def _bar(alike: Vector) -> float:
    if len(alike) < MANY:
        return ALIKE
    pairs = alike[~np.eye(len(alike), dtype=bool)]
    return max(ALIKE, float(pairs.mean() + STANDS_OUT * pairs.std()))


def _join(alike: Vector, members: list[list[int]], bar: float) -> None:
    """Join the two groups that are most alike, again and again; a group that went into another is empty."""
    np.fill_diagonal(alike, -1)
    while True:
        one, other = divmod(int(alike.argmax()), len(members))
        if alike[one, other] < bar:
            return
        sizes = len(members[one]), len(members[other])
        mean = (alike[one] * sizes[0] + alike[other] * sizes[1]) / sum(sizes)
        alike[one], alike[:, one] = mean, mean
        alike[other], alike[:, other] = -1, -1
        alike[one, one] = -1
        members[one] += members[other]
        members[other] = []
