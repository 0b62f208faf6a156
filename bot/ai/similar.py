"""Which of the things that the team knows are about a problem like this one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ai.wording import likeness, wording_of

ALIKE = 0.25
"""Likeness from which two problems may be of one kind. Of the sample workspace's problems 7 in 10 are as like as that to
another one of their kind, and 1 in 20 to one of another given kind."""


def is_alike(problem: str, known: Sequence[str]) -> bool:
    """Whether any of the known problems is like this one."""
    return bool((likeness([wording_of(problem)], [wording_of(each) for each in known]) >= ALIKE).any())
