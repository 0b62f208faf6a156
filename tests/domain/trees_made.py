"""Trees, sessions and alignments to test with: made by hand, and drawn by hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from bot.domain.analysis import AlignedStep
from bot.domain.sessions import ProblemDomain, Session, SessionSource, SessionStatus, Step, StepKind
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.troubleshooting import NOT_WORKED, WORKED

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LETTERS = 'aByZ0 3:#=!>?-→⏎"“”\\|<&*_`[](.é\n\t'
TEXTS = st.text(LETTERS, min_size=1, max_size=12).filter(lambda text: bool(text.strip()))
LABELS = TEXTS.filter(lambda text: len(text.strip().splitlines()) == 1)


def question(text: str, *options: tuple[str, str], **more: Any) -> Node:
    return Node(kind=NodeKind.QUESTION, text=text, options=_options(options), **more)


def action(text: str, *options: tuple[str, str], **more: Any) -> Node:
    return Node(kind=NodeKind.ACTION, text=text, options=_options(options), **more)


def fix(text: str, **more: Any) -> Node:
    return Node(kind=NodeKind.RESOLUTION, text=text, **more)


def escalation(text: str) -> Node:
    return Node(kind=NodeKind.ESCALATION, text=text)


def _options(pairs: tuple[tuple[str, str], ...]) -> tuple[Option, ...]:
    return tuple(Option(f"o{number}", label, target) for number, (label, target) in enumerate(pairs, 1))


def vpn_tree() -> FlowTree:
    return FlowTree(
        "n1",
        {
            "n1": question("Is split tunnelling on?", ("Yes", "n2"), ("No", "n3")),
            "n2": question("Does it drop on a cable too?", ("Yes", "n4"), ("No", "n3")),
            "n3": fix("Lower the MTU to 1350."),
            "n4": escalation("Hand over to the network team."),
        },
    )


def a_step(prompt: str, choice: str | None, **more: Any) -> Step:
    return Step(kind=StepKind.QUESTION, prompt=prompt, options=("Yes", "No"), choice=choice, **more)


def a_session(*steps: Step, resolution: str | None = "Lowered the MTU.", **more: Any) -> Session:
    facts: dict[str, Any] = {
        "id": 1,
        "external_id": "T-1",
        "source": SessionSource.SLACK,
        "problem": "VPN drops every ten minutes",
        "status": SessionStatus.RESOLVED,
        "created_at": NOON,
        "problem_domain": ProblemDomain.NETWORKING,
        "steps": steps,
        "resolution": resolution,
    }
    return Session(**(facts | more))


@st.composite
def trees(draw: st.DrawFn) -> FlowTree:
    """Valid trees, some with nodes that several answers lead to."""
    count = draw(st.integers(1, 9))
    targets: list[list[int]] = [[] for _ in range(count)]
    for child in range(1, count):
        targets[draw(st.integers(0, child - 1))].append(child)
    for parent, child in draw(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=3)):
        if parent < child < count and targets[parent]:
            targets[parent].append(child)
    return FlowTree("n1", {f"n{at + 1}": draw(_nodes(below)) for at, below in enumerate(targets)})


@st.composite
def _nodes(draw: st.DrawFn, targets: list[int]) -> Node:
    ends = targets == []
    kinds = [NodeKind.RESOLUTION, NodeKind.ESCALATION] if ends else [NodeKind.QUESTION, NodeKind.ACTION]
    by_label = st.lists(
        LABELS,
        min_size=len(targets),
        max_size=len(targets),
        unique_by=lambda label: label.strip().casefold(),
    )
    return Node(
        kind=draw(st.sampled_from(kinds)),
        text=draw(TEXTS),
        help=draw(st.none() | TEXTS),
        expected=draw(st.none() | TEXTS),
        options=tuple(
            Option(f"o{at}", label, f"n{target + 1}")
            for at, (label, target) in enumerate(zip(draw(by_label), targets, strict=True), 1)
        ),
        evidence=draw(st.frozensets(st.builds(Evidence, st.integers(1, 9), st.integers(0, 5)), max_size=3)),
    )


STEPS = st.builds(
    Step,
    kind=st.sampled_from(StepKind),
    prompt=st.just("") | TEXTS,
    choice=st.none() | st.sampled_from(["Yes", "No", " yes "]) | TEXTS,
    answer_text=st.none() | TEXTS,
    help=st.none() | TEXTS,
)
IN_VAIN = st.builds(
    Step,
    kind=st.just(StepKind.ACTION),
    prompt=TEXTS,
    options=st.just((WORKED, NOT_WORKED)),
    choice=st.just(NOT_WORKED),
)
"""Fixes of a flow that did not help."""
SESSIONS = st.builds(
    lambda steps, resolution: a_session(*steps, resolution=resolution, id=77),
    st.lists(STEPS | IN_VAIN, max_size=6),
    st.none() | st.just(" ") | TEXTS,
)
ALIGNED = st.lists(
    st.builds(
        AlignedStep,
        step=st.integers(-1, 8),
        node_id=st.none() | st.sampled_from([f"n{number}" for number in range(1, 10)]) | st.just("elsewhere"),
        text=st.just("") | TEXTS,
    ),
    max_size=9,
)
