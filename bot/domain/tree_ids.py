"""The ids that we give: n1, n2, … to nodes and o1, o2, … to the options of a node. None is used twice."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OURS = re.compile(r"[no]([0-9]{1,9})")


def next_number(ids: Iterable[str]) -> int:
    """The first number above all that the ids use; ids from elsewhere use none."""
    return 1 + max((int(ours[1]) for each in ids if (ours := _OURS.fullmatch(each))), default=0)
