"""What rules read from conversations, all of them made up."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversations import Account, Said, Tried, read_pasted, read_tried, tried_line
from bot.domain.recounting import MAX_PROBLEM, recount
from bot.domain.sessions import MAX_STEPS
from tests.conftest import NOW


def talk(*lines: str) -> list[Said]:
    """One message a minute; who speaks stands before it."""
    spoken = [line.split(": ", 1) for line in lines]
    return [
        Said(by=by, text=text, at=NOW + timedelta(minutes=number)) for number, (by, text) in enumerate(spoken)
    ]


CONVERSATIONS = {
    "a request and thanks": (
        talk(
            "ben: VPN drops every ten minutes",
            "ben: since this morning, ticket 1042",
            "chloe: Is split tunnelling on?",
            "ben: no",
            "chloe: ok, can you lower the MTU to 1350 on the adapter?",
            "ben: thanks, that did it!",
        ),
        ["Is split tunnelling on? → no"],
        "Lower the MTU to 1350 on the adapter",
        "chloe",
    ),
    "several deeds, the last one helps": (
        talk(
            "ben: Printer on the second floor prints nothing",
            "ada: Is it on?",
            "ben: Yes, green light",
            "ada: Please restart the spooler",
            "ben: done, still nothing",
            "ada: then delete the stuck job in the queue",
            "ben: works again, thank you",
        ),
        ["Is it on? → Yes, green light", "Restart the spooler → done, still nothing"],
        "Delete the stuck job in the queue",
        "ada",
    ),
    "the last message tells the fix": (
        talk(
            "ben: Outlook asks for my password again and again",
            "ada: have you tried restarting Outlook?",
            "ben: yes, no luck",
            "ada: hang on",
            "ada: Fixed: cleared the saved password in Credential Manager, thanks for waiting",
        ),
        ["Have you tried restarting Outlook? → yes, no luck"],
        "Cleared the saved password in Credential Manager",
        "ada",
    ),
    "only thanks": (
        talk(
            "ben: The file share is not reachable",
            "ben: I restarted my laptop, no change",
            "ada: ping the file server?",
            "ben: no reply",
            "chloe: I replaced the patch cable",
            "ben: perfect",
        ),
        ["Restarted my laptop → no change", "Ping the file server → no reply"],
        "Replaced the patch cable",
        "chloe",
    ),
    "thanks that promise are no end": (
        talk(
            "ben: Teams has no sound",
            "ada: which headset?",
            "ben: the USB one",
            "ben: thanks, I'll try another cable",
            "ada: any luck?",
            "ben: still not working",
            "ada: Set the device in Teams to the headset",
            "ben: that fixed it",
        ),
        ["Which headset? → the USB one"],
        "Set the device in Teams to the headset",
        "ada",
    ),
    "the asker solves it alone": (
        talk(
            "ben: Cannot mount the backup disk",
            "ada: no idea, sorry",
            "ben: Cleared the VSS writers, same error",
            "ben: Solved, I had to restart the volume shadow copy service",
        ),
        ["Cleared the VSS writers → same error"],
        "Restart the volume shadow copy service",
        "ben",
    ),
    "a looking is no fix": (
        talk(
            "ben: Dock shows no picture",
            "ada: update the dock firmware",
            "ben: ok did that",
            "ada: check the cable too",
            "ben: it works now",
        ),
        ["Check the cable too"],
        "Update the dock firmware",
        "ada",
    ),
    "one deed is step and fix": (
        talk("ben: Badge reader is dead", "ada: unplug it and plug it in again", "ben: thanks, works again"),
        ["Unplug it and plug it in again"],
        "Unplug it and plug it in again",
        "ada",
    ),
    "no end": (
        talk("ben: Laptop is slow", "ada: how much memory?", "ben: 8 GB", "ada: is it fixed now?"),
        ["How much memory? → 8 GB"],
        "",
        "ada",
    ),
    "what is denied is no end": (
        talk(
            "ben: I need this fixed today: scanner offline",
            "ada: Turn it off and on",
            "ben: that has not fixed it",
        ),
        ["Turn it off and on → that has not fixed it"],
        "",
        "ada",
    ),
    "a problem and nothing else": (talk("ben: Laptop is slow"), [], "", "ben"),
    "another language": (
        talk("ben: Der Drucker druckt nicht", "ada: Ist er eingeschaltet?", "ben: ja"),
        ["Ist er eingeschaltet? → ja"],
        "",
        "ada",
    ),
}


@pytest.mark.parametrize(("said", "tried", "fix", "worked_by"), CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_a_conversation_is_recounted(said: list[Said], tried: list[str], fix: str, worked_by: str) -> None:
    account = recount(said)
    assert account.problem.startswith(said[0].text)
    assert [tried_line(each) for each in account.tried] == tried
    assert (account.fix, account.worked_by) == (fix, worked_by)


def test_the_problem_is_all_that_the_asker_says_at_first_with_its_ticket_and_the_time_of_the_fix() -> None:
    account = recount(CONVERSATIONS["a request and thanks"][0])
    assert account.problem == "VPN drops every ten minutes since this morning"
    assert account.ticket == "1042"
    assert account.fixed_at == NOW + timedelta(minutes=5)


def test_nothing_said_is_nothing_told() -> None:
    assert recount([]) == Account()


def test_of_a_very_long_conversation_the_last_steps_stay() -> None:
    chatter = [line for n in range(200) for line in (f"ada: Is lamp {n} on?", "ben: " + "yes " * 500)]
    account = recount(talk("ben: " + "dark " * 5000, *chatter))
    assert len(account.problem) <= MAX_PROBLEM
    assert len(account.tried) == MAX_STEPS
    assert account.tried[-1].checked == "Is lamp 199 on?"
    assert len(tried_line(account.tried[-1])) < 300


@given(st.lists(st.tuples(st.sampled_from(["", "ben", "ada"]), st.text(max_size=200)), max_size=12))
def test_whatever_is_said_the_account_is_the_same_twice_and_has_bounds(spoken: list[tuple[str, str]]) -> None:
    said = [Said(by=by, text=text) for by, text in spoken]
    account = recount(said)
    assert account == recount(said)
    assert len(account.tried) <= MAX_STEPS
    assert all(each.checked.strip() for each in account.tried)


PASTED = [
    Said(by="Ben Okafor", text="VPN drops every ten minutes\nand again"),
    Said(by="Chloe Marsh", text="Is split tunnelling on?"),
]


@pytest.mark.parametrize(
    "text",
    [
        "Ben Okafor\n  9:14 AM\nVPN drops every ten minutes\nand again\nChloe Marsh\n  9:20 AM\nIs split tunnelling on?",
        "Ben Okafor  9:14 AM\nVPN drops every ten minutes\nand again\n\nChloe Marsh  [09:20]\nIs split tunnelling on?",
        "Ben Okafor: VPN drops every ten minutes\nand again\nChloe Marsh: Is split tunnelling on?",
        "[9:14] Ben Okafor: VPN drops every ten minutes\nand again\n[9:20] Chloe Marsh: Is split tunnelling on?",
    ],
)
def test_whoever_speaks_in_a_pasted_text_is_recognised(text: str) -> None:
    assert list(read_pasted(text)) == PASTED


def test_without_names_every_line_is_a_message() -> None:
    pasted = read_pasted("VPN drops\n\nerror: 809 appears\nIs it on?\nyes\nLower the MTU\nthat did it")
    assert [each.by for each in pasted] == [""] * 6
    account = recount(pasted)
    assert account.problem == "VPN drops"
    assert account.tried == (Tried("Is it on?", "yes"),)
    assert account.fix == "Lower the MTU"


def test_lines_of_what_was_tried_are_read_with_any_arrow() -> None:
    text = "Is it on? → yes -> green\n\n  Restarted   it => no change\nLooked\n→ nothing\nOpen A -> B -> no"
    assert read_tried(text) == (
        Tried("Is it on?", "yes -> green"),
        Tried("Restarted it", "no change"),
        Tried("Looked"),
        Tried("Open A -> B", "no"),
    )


@given(st.text(max_size=300))
def test_any_text_can_be_pasted(text: str) -> None:
    recount(read_pasted(text))
    assert all(each.checked for each in read_tried(text))
