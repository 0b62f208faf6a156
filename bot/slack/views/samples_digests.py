"""Example facts for the views of the digest."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.digests import DoubtedFlow
from bot.domain.flow_effects import FlowEffect
from bot.domain.flows import FlowMention
from bot.domain.sessions import ProblemDomain
from bot.domain.statistics import Rate
from bot.domain.workspaces import DigestSection
from bot.slack.views import samples, samples_gaps

PAID_OFF = FlowEffect(
    flow=FlowMention(3, "VPN drops <on> the hour", 1),
    guided=17,
    domain=ProblemDomain.NETWORKING,
    before=Rate(48, 200),
    since=Rate(11, 120),
)
CLOSED = FlowEffect(flow=FlowMention(5, "Mail is delayed", 1), guided=9, outcome=samples_gaps.OUTCOMES[0])
WORSE = FlowEffect(
    flow=FlowMention(9, "Printer & scanner offline", 3), guided=31, before=Rate(3, 60), since=Rate(14, 40)
)
FEW = FlowEffect(flow=FlowMention(12, "Disk is full", 2), guided=3, before=Rate(3, 8), since=Rate(1, 3))
NEW = FlowEffect(flow=FlowMention(14, "Docking station", 1), guided=1)
UNUSED = FlowEffect(flow=FlowMention(5, "Restore a file", 1), outcome=samples_gaps.OUTCOMES[1])
FULL = replace(
    samples.DIGEST,
    gaps=samples_gaps.GAPS.alerts,
    watched=samples_gaps.GAPS.watched,
    effects=(WORSE, PAID_OFF, CLOSED, FEW, NEW, UNUSED),
    doubted=(DoubtedFlow(WORSE.flow, samples.DOUBTED),),
)
UNCLEAR = replace(samples.DIGEST, effects=(FEW, UNUSED))
SHORT = replace(
    FULL,
    left_out=tuple(
        each for each in DigestSection if each not in (DigestSection.QUEUE, DigestSection.DETAILS)
    ),
)
