"""The process that draws for a `ChartPool`.

Reads pickled requests from standard input until it ends, so it never outlives whoever asks. Answers each with four
bytes of length and a pickled picture, None or failure on what was standard output at the start.
"""

from __future__ import annotations

import gc
import logging
import os
import pickle
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

import matplotlib as mpl

from bot.charts.canvas import render, sheet, write
from bot.charts.dashboard import draw_dashboard
from bot.charts.digest import draw_digest
from bot.charts.heat_map import draw_heat_map
from bot.charts.parts import draw_part
from bot.charts.registry import Chart, Failure, Request
from bot.charts.tree import draw_tree
from bot.domain.cards import Picture

_DRAWINGS: Mapping[Chart, Callable[..., Picture | None]] = {
    Chart.DASHBOARD: draw_dashboard,
    Chart.PART: draw_part,
    Chart.DIGEST: draw_digest,
    Chart.TREE: draw_tree,
    Chart.HEAT_MAP: draw_heat_map,
}


def main() -> None:
    answers = _take_standard_output()
    _warm_up()
    for request in _requests(sys.stdin.buffer):
        answer = pickle.dumps(_draw(request))
        answers.write(len(answer).to_bytes(4, "big") + answer)
        answers.flush()
        gc.collect()  # figures are circles of references, and each holds megabytes of pixels


def _take_standard_output() -> BinaryIO:
    """The stream for answers; whatever else is printed goes to standard error and cannot garble them."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _warm_up() -> None:
    """Load the font and every part that a first drawing loads, under matplotlib's own defaults."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it remarks on its cache folder at each start
    mpl.rcdefaults()
    render(64, 64, lambda figure: write(sheet(figure), 8, 32, "warm", 16))
    gc.freeze()


def _requests(stream: BinaryIO) -> Iterator[Request]:
    while True:
        try:
            yield pickle.load(stream)  # noqa: S301  (our own parent writes it)
        except EOFError:
            return


def _draw(request: Request) -> Picture | Failure | None:
    try:
        return _DRAWINGS[request.chart](*request.args, **request.kwargs)
    except Exception:  # noqa: BLE001  (the pool raises it, with all that is known)
        return Failure(traceback.format_exc())
