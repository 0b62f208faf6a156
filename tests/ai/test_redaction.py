"""Secrets and personal data leave the texts; what a flow is made of stays."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ai.redaction import findings, redact, redact_session
from bot.domain.redactions import Redactable, placeholder, redaction_words
from bot.domain.sessions import Step, StepKind
from tests.domain.trees_made import a_session


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Mail bob.smith@corp.example.com now", "Mail <e-mail address> now"),
        ("Gateway 10.0.0.12, printer 192.168.1.20.", "Gateway <ip address>, printer <ip address 2>."),
        ("Address fe80::1ff:fe23:4567:890a%eth0", "Address <ip address>"),
        ("On 00:1A:2b:3c:4D:5e and 001a.2b3c.4d5f", "On <mac address> and <mac address 2>"),
        ("Call +49 30 1234567 today", "Call <phone number> today"),
        ("Call (555) 123-4567 or 555-123-4567", "Call <phone number> or <phone number>"),
        ("tel: 030 1234567", "tel: <phone number>"),
        ("Reach her at 030/123456", "Reach her at <phone number>"),
        ("The password is hunter", "The password is <password>"),
        ("The password is hunter. Try again", "The password is <password>. Try again"),
        ("pw: hunter2", "pw: <password>"),
        ("The new password would be Summer2024!", "The new password would be <password>"),
        ("Reset the password to Winter#9.", "Reset the password to <password>."),
        ("login admin / secret7", "login admin / secret7"),
        ("Log in with admin / admin", "Log in with admin / <password>"),
        ("the wifi password is 'correct horse battery'", "the wifi password is '<password>'"),
        ("db_password=abc rest", "db_password=<password> rest"),
        ("Password=abc;b=1", "Password=<password>;b=1"),
        ("PIN is 4821", "PIN is <password>"),
        ("https://user:pa55@host/x", "https://user:<password>@host/x"),
        ("net use Z: \\\\a\\b /user:bob Pa55", "net use Z: \\\\a\\b /user:bob <password>"),
        ("mysql -u root -pSecret1 crm", "mysql -u root -p<password> crm"),
        ("<password>abc1</password>", "<password><password></password>"),
        ("Authorization: Bearer abcdef.1234567890", "Authorization: Bearer <access token>"),
        ("Key AKIAIOSFODNN7EXAMPLE", "Key <access token>"),
        ("Push with ghp_0123456789abcdefghijABCDEFGHIJ012345", "Push with <access token>"),
        ("It posts Zm9vYmFyQmF6UXV4MTIzNDU2Nzg5MEFi", "It posts <access token>"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- after", "<private key> after"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE cut off", "<private key>"),
        ("Card 4111 1111 1111 1111", "Card <card number>"),
        ("IBAN DE89 3704 0044 0532 0130 00 OK", "IBAN <iban> OK"),
        ("Activate VK7JG-NPHTM-C97JM-9MPGT-3V66T", "Activate <product key>"),
        ("<@U024BE7LH> and <@W1|ada> look", "<person> and <@W1|ada> look"),
    ],
)
def test_secret_gives_way_to_a_placeholder(text: str, redacted: str) -> None:
    assert redact(text).text == redacted


@pytest.mark.parametrize(
    "text",
    [
        "Windows 10.0.19041.1 after KB5005565",
        "Loopback 127.0.0.1, mask 255.255.255.0, any 0.0.0.0, ::1",
        "Firmware 7.2.4.1, upgraded from v7.4.3.1 to v7.4.5.2",
        "Ping 8.8.8.8 and 1.1.1.1",
        "At 09:14:00 on 2026-11-02, std::string in C++",
        "Error 0x80070005, event 1000, code 12345678",
        "Correlation ID 3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "Thumbprint a909502dd82ae41433e6f83886b00d4277a32a7b",
        "The password is wrong and the token is invalid",
        "Is the password expired? The PIN was refused",
        "Password: expired",
        "Password reset, password policy, password is 14 characters long",
        "MTU 1350 on 802.11ac, ports 5060-5061",
        "Order 4111 1111 1111 1112",
        "Account DE89 3704 0044 0532 0130 03",
        "Serial 0000 0000 0000 0000",
        "ssh -p 2222, mkdir -p /srv, docker run -p 8080:80",
        "Sign in / sign out, and/or restart srv-dc01.example.com",
    ],
)
def test_what_a_flow_is_made_of_stays(text: str) -> None:
    assert redact(text).text == text
    assert redact(text).counts == {}


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Anna Schmidt and ANNA SCHMIDT (Schmidt, Anna)", "<person> and <person> (<person>)"),
        ("Anna asked Will, then Mark.", "<person> asked <person 2>, then <person 3>."),
        ("Will it print? Mark it as read", "Will it print? Mark it as read"),
        ("Mark says no", "<person> says no"),
        ("thanks, anna", "thanks, <person>"),
        ("Dr. Schmidt's laptop", "<person>'s laptop"),
        ("C:\\Users\\anna.schmidt", "C:\\Users\\<person>"),
        ("Ask for Zoe at Renee", "Ask for Zoe at <person>"),
        ("It is the support desk", "It is the support desk"),
    ],
)
def test_people_of_the_session_are_recognised_and_words_stay(text: str, redacted: str) -> None:
    people = ["Anna Schmidt", "Mark O'Brien", "Will Chen", "Renée", "IT Support", "U024BE7LH", "x@y.example"]
    assert redact(text, people).text == redacted


def test_different_values_are_counted_by_kind() -> None:
    counts = redact("a@b.example, c@d.example, A@B.example, 10.1.1.1").counts
    assert counts == {Redactable.E_MAIL: 2, Redactable.IP: 1}


@given(st.text("a1.@:+- ()=passwordis<>/", max_size=60))
def test_redacted_text_has_nothing_more_to_redact(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@given(st.text("aAn1.@:,;-= \n<>\"'pwiskeytoken/", max_size=80))
def test_findings_are_in_order_and_do_not_overlap(text: str) -> None:
    found = findings([text], ["Ann Key"])[text]
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_equal_values_of_a_session_have_one_placeholder_wherever_they_stand() -> None:
    step = Step(kind=StepKind.QUESTION, prompt="Ping 10.0.0.2?", answer_text="No, 10.0.0.1 answers Bob")
    session = a_session(
        step,
        problem="Gateway 10.0.0.1 is down, password is Winter#9",
        resolution="Typed Winter#9 on 10.0.0.2, told Bob Lee",
        people=("Bob Lee",),
    )
    redacted, counts = redact_session(session)
    assert redacted.problem == "Gateway <ip address> is down, password is <password>"
    assert (redacted.steps[0].prompt, redacted.steps[0].answer_text) == (
        "Ping <ip address 2>?",
        "No, <ip address> answers <person>",
    )
    assert redacted.resolution == "Typed <password> on <ip address 2>, told <person>"
    assert counts == {Redactable.IP: 2, Redactable.PASSWORD: 1, Redactable.PERSON: 1}


def test_every_word_of_a_session_is_redacted_and_nothing_else_changes() -> None:
    mail, hidden = "x@y.example", "<e-mail address>"
    step = Step(
        kind=StepKind.QUESTION,
        prompt=mail,
        options=(mail, "No"),
        choice=mail,
        answer_text=mail,
        help=f"Ask {mail}",
    )
    session = a_session(step, problem=f"Mail of {mail}", resolution=mail, engineer="U1")
    redacted, counts = redact_session(session)
    assert redacted.problem == f"Mail of {hidden}"
    assert redacted.resolution == hidden
    assert redacted.steps == (
        Step(
            kind=StepKind.QUESTION,
            prompt=hidden,
            options=(hidden, "No"),
            choice=hidden,
            answer_text=hidden,
            help=f"Ask {hidden}",
        ),
    )
    assert counts == {Redactable.E_MAIL: 1}
    assert (redacted.id, redacted.engineer, redacted.created_at) == (session.id, "U1", session.created_at)


def test_counts_are_told_in_words() -> None:
    assert redaction_words({}) == ""
    assert redaction_words({Redactable.IP: 1, Redactable.PASSWORD: 2}) == "2 passwords and 1 IP address"
    counts = {Redactable.PERSON: 1, Redactable.MAC: 2, Redactable.IBAN: 2}
    assert redaction_words(counts) == "2 IBANs, 2 MAC addresses and 1 name"


def test_the_first_placeholder_of_a_kind_has_no_number() -> None:
    assert [placeholder(Redactable.MAC, number) for number in (1, 2)] == ["<mac address>", "<mac address 2>"]


def test_long_texts_are_redacted_in_a_time_that_grows_with_their_length() -> None:
    """Each would take minutes if its time grew with the square of its length."""
    for part in ("f:", "::'", "1,", "1-", "'::", "a@", "u=", "net use ", "curl ", "A1b-", "(1"):
        text = part * (100_000 // len(part)) + "!x"
        assert redact(text).text
