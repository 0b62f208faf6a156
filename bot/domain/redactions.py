"""What is taken out of the words of a session before anything is learnt from them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from bot.domain.words import counted, listed


class Redactable(StrEnum):
    """The kinds of secrets and personal data, as people call one of them."""

    PRIVATE_KEY = "private key"
    ACCESS_TOKEN = "access token"  # noqa: S105  (a kind, not one)
    PASSWORD = "password"  # noqa: S105  (as above)
    PRODUCT_KEY = "product key"
    RECOVERY_KEY = "recovery key"
    E_MAIL = "e-mail address"
    IBAN = "IBAN"
    CARD = "card number"
    MAC = "MAC address"
    IP = "IP address"
    PHONE = "phone number"
    PERSON = "person"


Redactions = Mapping[Redactable, int]
"""How many different values of each kind were taken out."""
NOTHING_REDACTED: Redactions = MappingProxyType({})


def placeholder(kind: Redactable, number: int) -> str:
    """What stands for the `number`th different value of its kind (from 1): `<ip address>`, then `<ip address 2>`."""
    return f"<{kind.lower()}>" if number == 1 else f"<{kind.lower()} {number}>"


def redaction_words(redactions: Redactions) -> str:
    """For example "2 passwords, 1 IP address and 3 names"."""
    return listed([_counted(kind, redactions[kind]) for kind in Redactable if redactions.get(kind)])


def _counted(kind: Redactable, count: int) -> str:
    noun = "name" if kind is Redactable.PERSON else kind.value
    return counted(count, noun, f"{noun}es" if noun.endswith("s") else None)
