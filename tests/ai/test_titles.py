"""Titles, summaries and keywords from the engineers' own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ai.titles import clean, keywords_of, summary_of, title_of


@pytest.mark.parametrize(
    ("problem", "title"),
    [
        ("VPN drops every ten minutes", "VPN drops every ten minutes"),
        ("Hi all, the printer on floor 2 is offline. Thanks!", "The printer on floor 2 is offline"),
        (
            "Hello! Please help. Outlook asks for a password again and again.",
            "Outlook asks for a password again and again",
        ),
        ("Good morning team,\nmailbox of <e-mail address> is full", "Mailbox of <e-mail address> is full"),
        ("iPhone has no mail", "iPhone has no mail"),
        ("Account locked out again, third call this week", "Account locked out"),
        ("Locked out for the 2nd time today", "Locked out"),
        (
            "He is locked out, for the second time this week, and cannot print",
            "He is locked out, and cannot print",
        ),
        ("RE: INC0012345: scanner does not send. Please call back.", "Scanner does not send"),
        ("Printer is offline (ticket 41234)", "Printer is offline"),
        ("The user says that the screen stays black", "The screen stays black"),
        ("Call back rings the wrong desk phone", "Call back rings the wrong desk phone"),
        ("For the third time", "Untitled problem"),
        ("help", "Untitled problem"),
        ("  ", "Untitled problem"),
        ("!", "!"),
    ],
)
def test_title_is_what_the_problem_says(problem: str, title: str) -> None:
    assert title_of([problem], "") == title


def test_title_is_the_sentence_that_was_worked_on() -> None:
    problem = (
        "I bought this laptop two years ago. The screen stays black after it wakes up. I have a call at nine."
    )
    assert title_of([problem], "Does the screen wake up on an external monitor?") == (
        "The screen stays black after it wakes up"
    )


def test_title_of_several_problems_is_what_they_share() -> None:
    problems = [
        "User <e-mail address>, in the office today. Password box pops up again and again in Outlook.",
        "Outlook keeps asking for the password. Call back on <phone number> please.",
        "Works from home. Outlook on the desktop keeps asking for a password, webmail works",
    ]
    assert "asking for" in title_of(problems, "Is the login accepted in the browser?")


def test_title_stays_unless_another_is_clearly_nearer() -> None:
    problems = ["Outlook keeps asking for the password", "Outlook asks for the password all the time"]
    for title in problems:
        assert title_of(problems, "", so_far=title) == title
    assert title_of(problems, "", so_far="Locked out") in problems


def test_long_title_is_cut_between_words_and_never_inside_a_placeholder() -> None:
    title = title_of(
        ["The shared calendar of the whole sales department and " * 2 + "<e-mail address> is gone"], ""
    )
    assert len(title) <= 80
    assert title.endswith("…")
    assert title_of(["x" * 70 + " <e-mail address> is full of mail"], "") == "X" + "x" * 69 + "…"


@given(st.text(max_size=300), st.text(max_size=50))
def test_title_and_summary_keep_their_limits(problem: str, worked_on: str) -> None:
    assert 0 < len(title_of([problem], worked_on)) <= 80
    assert len(summary_of([problem])) <= 400


def test_summary_leaves_the_greeting_out() -> None:
    assert summary_of(["Hi team! VPN drops. It began today."]) == "VPN drops. It began today."


def test_keywords_are_what_the_texts_share_in_their_usual_form() -> None:
    texts = [
        "The printer is offline",
        "Printers go offline",
        "My printer needs help",
        "<e-mail address> printer",
    ]
    assert keywords_of(texts)[:2] == ("printer", "offline")
    assert "mail" not in keywords_of(texts)
    assert keywords_of(["Hi team, locked out again, third call this week"]) == ("locked",)
    assert keywords_of([]) == ()


def test_step_is_cleaned_to_one_line_with_a_capital() -> None:
    assert clean("is it\n  on?") == "Is it on?"
    assert clean("802.11ac or older?") == "802.11ac or older?"
