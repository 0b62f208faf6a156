from datetime import datetime

import pytest

from bot.domain.statistics import Rate
from bot.domain.windows import window_ending
from bot.domain.words import alt_text, domain_name, duration, file_stem, one_line, share_of, window_words
from tests.charts.makers import ZONE


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1.2, "1 minute"),
        (31.2, "31 minutes"),
        (89.7, "1.5 hours"),
        (120, "2 hours"),
        (1500, "25 hours"),
        (2879.9, "2 days"),
        (3600, "2.5 days"),
        (14_400, "10 days"),
    ],
)
def test_durations_are_rounded_as_people_say_them(minutes: float, words: str) -> None:
    assert duration(minutes) == words


@pytest.mark.parametrize(
    ("rate", "words"),
    [(Rate(0, 0), "none"), (Rate(2, 3), "2 of 3"), (Rate(7, 9), "7 of 9"), (Rate(78, 100), "78 %")],
)
def test_shares_of_few_are_counts(rate: Rate, words: str) -> None:
    assert share_of(rate) == words


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("m365", "Microsoft 365"),
        ("active_directory", "Active Directory"),
        ("unknown", "Unknown"),
        ("5 more", "5 more"),
    ],
)
def test_domains_have_names_for_people(domain: str, words: str) -> None:
    assert domain_name(domain) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "10 January 2027, Europe/Berlin"),
        (7, "4 to 10 January 2027, Europe/Berlin"),
        (30, "12 December 2026 to 10 January 2027, Europe/Berlin"),
    ],
)
def test_a_window_says_once_what_both_ends_share(days: int, words: str) -> None:
    assert window_words(window_ending(datetime(2027, 1, 10, 9, tzinfo=ZONE), days, ZONE)) == words


def test_long_texts_are_cut() -> None:
    assert one_line("one  two\nthree", 9) == "one two…"
    assert len(alt_text("word " * 900)) <= 2000


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("VPN drops!", "vpn-drops"),
        ("Outlook asks again for the password", "outlook-asks-again"),
        ("Outlook asks for passwords", "outlook-asks-for"),
        ("Outlook asks for the pin", "outlook-asks-for-the"),
        ("Donaudampfschifffahrtsgesellschaft", "donaudampfschifffahr"),
        ("«…»", ""),
    ],
)
def test_file_is_named_by_whole_words(title: str, stem: str) -> None:
    assert file_stem(title, 20) == stem
