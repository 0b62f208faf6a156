"""Everything that people see makes sense to those who hear it: fallback texts, alternative texts, and labels."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.charts.dashboard import draw_dashboard
from bot.charts.digest import draw_digest
from bot.domain.cards import ProposalCard
from bot.slack.views import (
    digest_details,
    digests,
    proposals,
    queue,
    samples,
    samples_digests,
    samples_homes,
    stats,
)
from bot.slack.views.blocks import MESSAGE_TEXT, Json, image
from tests.slack.test_views import EXAMPLES

ALT_TEXT, LABEL = 2000, 75
EMOJI = re.compile(r":[a-z][a-z0-9_+-]*:|[\U0001F300-\U0001FAFF\u2600-\u27BF]")
SENTENCE = re.compile(r"[.?!…”*>`]\)?$|^[^:]+: .+")
"""Ends like a sentence, in a quotation or a name, or says after a colon what somebody wrote."""
LABELS_A_PICTURE = re.compile(r"(an? )?(image|picture|chart|graph|screenshot)\b", re.IGNORECASE)
FEWEST_WORDS = 3
CARDS = {
    name: getattr(samples, name)
    for name in ("NEW_FLOW", "CHANGE", "WORSE", "JOINING", "APPROVED", "MODIFIED", "DISMISSED", "REJECTED")
}


def found(value: Any, kind: str) -> Iterator[Json]:
    """Every block, element and option of a kind, wherever it stands."""
    if isinstance(value, dict):
        if value.get("type") == kind:
            yield value
        for inner in value.values():
            yield from found(inner, kind)
    elif isinstance(value, list):
        for inner in value:
            yield from found(inner, kind)


def words_of(payload: Json) -> str:
    """All that stands in text blocks: neither the fallback text nor what pictures say."""
    without = [block for block in payload.get("blocks", []) if block["type"] != "image"]
    return json.dumps(without, ensure_ascii=False).replace("*", "") if without else ""


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,]\d+)*", text))


def twice(labels: list[str]) -> list[str]:
    return [label for label, count in Counter(labels).items() if count > 1]


def spoken(option: Json) -> str:
    return " ".join(option[part]["text"] for part in ("text", "description") if part in option)


def label_of(button: Json) -> str:
    label: str = button.get("accessibility_label") or button["text"]["text"]
    return label


@pytest.fixture(scope="module")
def gallery() -> dict[str, Json]:
    return {str(each.id): each.values[0]() for each in EXAMPLES}  # type: ignore[operator]


def test_a_message_says_what_it_is_in_its_fallback_text(gallery: dict[str, Json]) -> None:
    texts = {name: payload["text"] for name, payload in gallery.items() if "type" not in payload}
    headers = {name: [block["text"]["text"] for block in found(gallery[name], "header")] for name in texts}
    assert texts
    assert {name: text for name, text in texts.items() if len(text) > MESSAGE_TEXT} == {}
    assert {name: text for name, text in texts.items() if len(text.split()) < FEWEST_WORDS} == {}
    assert {name: text for name, text in texts.items() if not SENTENCE.search(text)} == {}
    assert {name: text for name, text in texts.items() if text in headers[name]} == {}


def test_every_picture_says_what_one_learns_from_it(gallery: dict[str, Json]) -> None:
    pictures = [
        (name, picture["alt_text"])
        for name, payload in gallery.items()
        for picture in found(payload, "image")
    ]
    assert pictures
    assert [name for name, alt in pictures if len(alt) > ALT_TEXT or not re.search(r"\d", alt)] == []
    assert [name for name, alt in pictures if LABELS_A_PICTURE.match(alt)] == []
    assert [name for name, _ in pictures if not words_of(gallery[name])] == []


def test_no_two_buttons_of_a_view_sound_alike(gallery: dict[str, Json]) -> None:
    sounds = {name: [label_of(each) for each in found(view, "button")] for name, view in gallery.items()}
    assert {name: twice(labels) for name, labels in sounds.items() if twice(labels)} == {}
    assert {name for name, labels in sounds.items() if any(len(each) > LABEL for each in labels)} == set()


def test_every_field_says_what_it_is_for(gallery: dict[str, Json]) -> None:
    fields = {
        name: [block["label"]["text"] for block in found(view, "input")]
        + [each["placeholder"]["text"] for each in found(view, "static_select") if "placeholder" in each]
        for name, view in gallery.items()
    }
    assert {name: twice(labels) for name, labels in fields.items() if twice(labels)} == {}


def test_a_box_to_tick_names_what_is_ticked(gallery: dict[str, Json]) -> None:
    boxes = {
        name: [spoken(option) for each in found(view, "checkboxes") for option in each["options"]]
        for name, view in gallery.items()
    }
    assert any(boxes.values())
    assert {name: twice(labels) for name, labels in boxes.items() if twice(labels)} == {}
    assert [name for name, labels in boxes.items() if "Select" in labels] == []


def test_no_pictograph_stands_alone_or_on_a_button(gallery: dict[str, Json]) -> None:
    for name, payload in gallery.items():
        assert [each for each in found(payload, "plain_text") if EMOJI.search(each["text"])] == [], name
        written = [EMOJI.sub("", each["text"]) for each in found(payload, "mrkdwn")]
        assert [text for text in written if not re.search(r"\w|\N{EN DASH}", text)] == [], name


def test_what_is_shown_by_a_primary_button_alone_is_said_too(gallery: dict[str, Json]) -> None:
    """Which period a dashboard shows."""
    primary = [each for each in found(gallery["stats: dashboard"], "button") if each.get("style")]
    assert [label_of(each) for each in primary] == ["Show 30 days, shown now"]


@pytest.mark.parametrize("name", CARDS)
def test_a_card_names_what_its_picture_marks(name: str) -> None:
    card: ProposalCard = CARDS[name]
    change, tree = card.change, card.proposal.draft.tree
    added, changed = (change.added, change.changed) if change else ((), ())
    payload = proposals.proposal_card(card, samples.PICTURE)
    said = words_of(payload)
    if change is None:
        assert tree.nodes[tree.root].text in said
        assert re.search(r"Fix: |more steps?", said)
        return
    starts = {branch.leads_to for branch in change.branches} & set(added)
    assert [node_id for node_id in {*starts, *changed} if tree.nodes[node_id].text not in said] == []
    assert re.search(rf"adds {len(added)} steps?, changes {len(changed)} step", payload["text"])


def test_the_dashboard_says_every_number_that_its_alternative_text_says() -> None:
    drawn = draw_dashboard(samples.DASHBOARD)
    message = stats.dashboard_message(samples.DASHBOARD, image("F1", drawn.alt), asked_by="U1")
    assert numbers_in(drawn.alt) - numbers_in(words_of(message)) == set()


def test_the_digest_says_every_number_that_its_alternative_text_says() -> None:
    drawn = draw_digest(samples.DIGEST)
    assert drawn is not None
    message = digests.digest_message(samples.DIGEST, image("F1", drawn.alt))
    assert numbers_in(drawn.alt) - numbers_in(words_of(message)) == set()


def test_the_fallback_text_of_the_digest_counts_what_stands_below() -> None:
    text = digests.EXAMPLES["digest"]()["text"]
    for fact in ("412 sessions", "78 % resolved", "3 knowledge gaps", "5 waiting, the oldest for 8 days"):
        assert fact in text


def test_a_digest_says_over_which_time_its_gaps_were_looked_for() -> None:
    digest = replace(samples_digests.FULL, gap_days=31)
    shown = digests.digest_message(digest, None)
    assert "Knowledge gaps in the last 31 days" in words_of(shown)
    assert "3 knowledge gaps in the last 31 days." in shown["text"]
    thread = words_of(digest_details.digest_details(digest))
    assert "Knowledge gaps in the last 31 days" in thread
    assert "Gaps in the last 31 days that are not certain yet" in thread


@pytest.mark.parametrize(
    ("example", "facts"),
    [
        ("queue: queue", ("5 proposals", "New flow: VPN drops", "Change: VPN drops")),
        ("gaps: gaps", ("3 knowledge gaps", "Networking: 9 of 12 escalated", "Outlook profile repair")),
        ("sessions: my sessions", ("2 open sessions", "VPN drops every ten minutes, step 2")),
        ("sessions: question", ("Step 2", "Does it drop on a cable too?", "Answers: Yes, No")),
        ("sessions: another flow fits", ("Step 2", "Printer offline may fit")),
        ("sessions: briefing", ("Ben Okafor asks", "ticket 1042", "I may not change the gateway")),
        ("sessions: opening, resolved", ("Ben Okafor started", "Resolved by Ben Okafor")),
        ("flows: list", ("VPN drops every ten minutes",)),
        ("stats: dashboard", ("412 sessions", "78 % resolved")),
        ("by_hand: to the author, rejected", ("VPN drops every ten minutes", "Rejected by", "outdated")),
    ],
)
def test_a_fallback_text_tells_the_facts(
    gallery: dict[str, Json], example: str, facts: tuple[str, ...]
) -> None:
    text = gallery[example]["text"].replace("*", "")
    assert [fact for fact in facts if fact not in text] == []


def test_boxes_and_buttons_of_home_name_long_titles_as_far_as_slack_lets_them() -> None:
    long = replace(samples.NEW_FLOW.proposal.draft, title="VPN drops " * 30)
    row = replace(samples_homes.PAGE.rows[0], proposal=replace(samples.NEW_FLOW.proposal, draft=long))
    blocks = list(queue.workable_blocks(replace(samples_homes.PAGE, rows=(row,)), now=samples.NOW))
    (box,) = found(blocks, "checkboxes")
    assert box["options"][0]["text"]["text"].startswith("New flow: VPN drops VPN drops")
    assert all(
        label_of(each).startswith(("Review new flow: VPN", "Approve new flow: VPN"))
        for each in [*found(blocks, "button")][:2]
    )
