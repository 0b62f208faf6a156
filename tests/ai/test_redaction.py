"""Secrets and personal data leave the texts; what a flow is made of stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ai.redaction import redact, redact_session
from bot.domain.sessions import Step, StepKind
from tests.domain.trees_made import a_session


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Mail bob.smith@corp.example.com now", "Mail <e-mail address> now"),
        ("Gateway 10.0.0.12, printer 192.168.1.20.", "Gateway <IP address>, printer <IP address>."),
        ("Address fe80::1ff:fe23:4567:890a", "Address <IP address>"),
        ("On 00:1A:2b:3c:4D:5e and 001a.2b3c.4d5e", "On <MAC address> and <MAC address>"),
        ("Call +49 30 1234567 today", "Call <phone number> today"),
        ("Call (555) 123-4567 or 555-123-4567", "Call <phone number> or <phone number>"),
        ("tel: 030 1234567", "tel: <phone number>"),
        ("Reach her at 030/123456", "Reach her at <phone number>"),
        ("The password is Summer2024!", "The password is <password>!"),
        ("Reset the password to Winter#9.", "Reset the password to <password>."),
        ("Password: hunter.", "Password: <password>."),
        ("db_password=abc rest", "db_password=<password> rest"),
        ("PIN is 4821", "PIN is <password>"),
        ("https://user:pa55@host/x", "https://user:<password>@host/x"),
        ("Authorization: Bearer abcdef.1234567890", "Authorization: Bearer <access token>"),
        ("Key AKIAIOSFODNN7EXAMPLE", "Key <access token>"),
        ("Push with ghp_0123456789abcdefghijABCDEFGHIJ012345", "Push with <access token>"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- after", "<private key> after"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE cut off", "<private key>"),
        ("Card 4111 1111 1111 1111", "Card <card number>"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN <IBAN>"),
    ],
)
def test_secret_gives_way_to_a_placeholder(text: str, redacted: str) -> None:
    assert redact(text).text == redacted


@pytest.mark.parametrize(
    "text",
    [
        "Windows 10.0.19041.1 after KB5005565",
        "Loopback 127.0.0.1, mask 255.255.255.0, any 0.0.0.0, ::1",
        "At 09:14:00 on 2026-11-02, std::string in C++",
        "Error 0x80070005, event 1000, code 12345678",
        "The password is wrong and the token is invalid",
        "Is the password expired? The PIN was refused",
        "MTU 1350 on 802.11ac, ports 5060-5061",
        "Order 4111 1111 1111 1112",
        "Account DE89 3704 0044 0532 0130 03",
        "Serial 0000 0000 0000 0000",
    ],
)
def test_what_a_flow_is_made_of_stays(text: str) -> None:
    assert redact(text).text == text
    assert redact(text).counts == {}


def test_redaction_counts_by_kind() -> None:
    counts = redact("a@b.example, c@d.example, 10.1.1.1").counts
    assert counts == {"e-mail address": 2, "IP address": 1}


@given(st.text("a1.@:+- ()=passwordis<>", max_size=60))
def test_redacted_text_has_nothing_more_to_redact(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


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
    assert counts == {"e-mail address": 7}
    assert (redacted.id, redacted.engineer, redacted.created_at) == (session.id, "U1", session.created_at)
