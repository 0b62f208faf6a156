"""How secrets and personal data look: for each kind where it may stand, and how to tell that it is one.

What is recognised by its form alone (an IBAN, a card number, an address) is checked, so that build numbers and error
codes survive: they are what a flow is made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from bot.ai import redaction_checks as checks
from bot.ai import redaction_credentials as credentials
from bot.ai.redaction_checks import compiled, value_of
from bot.domain.redactions import Redactable

Check = Callable[[re.Match[str]], bool]
PUBLIC_RESOLVERS = frozenset(
    {"1.0.0.1", "1.1.1.1", "8.8.4.4", "8.8.8.8", "9.9.9.9", "208.67.220.220", "208.67.222.222"}
)
"""Name servers for everybody: whose address stands in a step, it is what to do."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a value of the kind may stand: the last named group of the pattern, or all of it.

    A text without `hint` has none, which is cheaper to see.
    """

    kind: Redactable
    hint: re.Pattern[str]
    pattern: re.Pattern[str]
    is_one: Check = lambda _: True


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _before(match: re.Match[str], characters: int) -> str:
    start = match.start(match.lastgroup or 0)
    return match.string[max(0, start - characters) : start]


HIGHEST_MAJOR_VERSION = 32
_PRODUCT_BEFORE = re.compile(r"\b([A-Z]\w*|error)\s$")
_NETWORK_WORDS = frozenset(
    [
        "address",
        "allow",
        "allowed",
        "at",
        "block",
        "blocked",
        "by",
        "client",
        "connect",
        "destination",
        "dhcp",
        "dns",
        "endpoint",
        "firewall",
        "from",
        "gateway",
        "gw",
        "host",
        "ip",
        "ips",
        "ipv4",
        "lan",
        "machine",
        "nat",
        "nslookup",
        "peer",
        "ping",
        "pinged",
        "printer",
        "proxy",
        "reach",
        "remote",
        "resolver",
        "route",
        "router",
        "server",
        "site",
        "source",
        "ssh",
        "subnet",
        "switch",
        "target",
        "telnet",
        "to",
        "trace",
        "traceroute",
        "tracert",
        "via",
        "vpn",
        "wan",
    ]
)
_VERSION_BEFORE = compiled(
    r"(?:\b(?:version|ver|build|firmware|fw|driver|release|bios|update|patch|rev(?:ision)?|kernel)"
    r"(?:\s(?:is|was|at|from|to|number|no\.?))?[\s:]*(?:\d+(?:\.\d+)+,?\s(?:to|and|or)\s)?|\bv\.?\s?)$"
)


def _is_version(address: IPv4Address, before: str) -> bool:
    """Whether a product's name stands before what could be an address in the internet, too: "Veeam 12.1.2.172"."""
    product = _PRODUCT_BEFORE.search(before)
    return (
        address.packed[0] < HIGHEST_MAJOR_VERSION
        and product is not None
        and product[1].lower() not in _NETWORK_WORDS
    )


def _is_ipv4(match: re.Match[str]) -> bool:
    """An address of a machine; loopback, network masks and 0.0.0.0 name none."""
    text = match[0]
    try:
        address = IPv4Address(text)
    except AddressValueError:
        return False
    if address.is_loopback or address.is_unspecified or text.startswith("255.") or text in PUBLIC_RESOLVERS:
        return False
    before = _before(match, 48)
    return not (_VERSION_BEFORE.search(before) or (address.is_global and _is_version(address, before)))


def _is_ipv6(match: re.Match[str]) -> bool:
    try:
        address = IPv6Address(match[0])  # with the zone, if it names one
    except AddressValueError:
        return False
    is_prefix = match[0].endswith("::") and match.string.startswith("/", match.end())
    return any(character.isdigit() for character in match[0]) and not address.is_loopback and not is_prefix


_CARD_SCHEMES = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}"
    r"|6(?:011|4\d\d|5\d\d|2\d\d)\d{12}(?:\d{3})?|(?:5[06789]|6)\d{14,17}"
)


def _is_card(match: re.Match[str]) -> bool:
    """The length and beginning of a payment card's number, and its Luhn checksum (ISO/IEC 7812-1)."""
    text = _digits(match[0])
    digits = [int(digit) for digit in text]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return bool(_CARD_SCHEMES.fullmatch(text)) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


_IBAN_LENGTHS = """
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27
    GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21 MC27 MD24
    ME22 MK19 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VA22 XK20
"""
"""How many characters a country's IBAN has (the registry of ISO 13616)."""
_IBAN = compiled(
    rf"\b(?:{'|'.join(rf'{one[:2]}(?:[ -]?[0-9A-Z]){{{int(one[2:]) - 2}}}' for one in _IBAN_LENGTHS.split())})(?![0-9A-Z])"
)


def _is_iban(match: re.Match[str]) -> bool:
    """The checksum of ISO 13616: modulo 97 over the rearranged digits."""
    compact = "".join(character for character in match[0] if character.isalnum())
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


_REFERENCE_BEFORE = compiled(
    r"\b(?:ticket|case|order|serial|part|model|build|version|asset|sku|errors?|event|article|ids?|ref(?:erence)?|invoice"
    r"|code|incident|request|port|ports|s/n|sn|kb|bug|imei|contract|customer|licen[cs]e)(?:\s?(?:number|no\.?|nr\.?|is|was))*[\s:#]*$"
)
_DATE_OR_RANGE = re.compile(
    r"\d{4}-\d\d-\d\d.*|\d\d?([/.-])\d\d?\1(?:19|20)\d\d(?!\d).*|\d+(?:\.\d+){3}|\d{1,5} ?- ?\d{1,5}"
)


def _is_phone(match: re.Match[str]) -> bool:
    """As many digits as a number with its area code has (ITU-T E.164: at most 15), and no date or reference."""
    text = value_of(match)
    return (
        7 <= len(_digits(text)) <= 15  # noqa: PLR2004  (see above)
        and not _DATE_OR_RANGE.fullmatch(text)
        and not _REFERENCE_BEFORE.search(_before(match, 32))
    )


def _is_national(match: re.Match[str]) -> bool:
    return 9 <= len(_digits(match[0])) <= 12 and _is_phone(match)  # noqa: PLR2004  (with the area code)


def _is_product_key(match: re.Match[str]) -> bool:
    return any(character.isdigit() for character in match[0]) and any(c.isalpha() for c in match[0])


_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d(?:\W{0,2}\d){6}")
_NAMED = compiled(r"pass|pwd?|pin|psk|otp|[ -_]key|kennwort|community string|code")
_LONG_NAMED = compiled(credentials.LONG_NAME)
_TOKEN_NAMED = compiled(r"key|secret|token")
_COMMAND = compiled(r"(?<!\S)[-/]-?(?:\w+-)*[pu]|net use|SecureString")
_LONG = re.compile(r"[\w.+/-]{15}")
_SPACE = r"[ \u00a0]"
_SEPARATED = r"[ \u00a0./()-]"
_NUMBER = rf"\(?[+0]?\(?\d(?:{_SEPARATED}{{0,2}}\d){{6,14}}"

RULES = (
    Rule(Redactable.PRIVATE_KEY, re.compile("PRIVATE"), credentials.PRIVATE_KEY),
    Rule(Redactable.PERSON, re.compile("<@"), re.compile(r"<@[UW][A-Z0-9]{2,}(?:\|[^<>]*)?>")),
    Rule(Redactable.ACCESS_TOKEN, _LONG, credentials.KNOWN_TOKEN),
    Rule(Redactable.ACCESS_TOKEN, compiled("authorization"), credentials.AUTHORIZATION),
    Rule(Redactable.ACCESS_TOKEN, compiled("bearer|basic"), credentials.BEARER),
    Rule(Redactable.PASSWORD, re.compile("://"), credentials.IN_URL),
    Rule(Redactable.PASSWORD, re.compile("</"), credentials.IN_TAG),
    Rule(
        Redactable.PRODUCT_KEY,
        _DIGIT,
        re.compile(r"(?<![\w-])(?:[A-Z0-9]{5}-){4}[A-Z0-9]{5}(?![\w-])"),
        _is_product_key,
    ),
    Rule(Redactable.RECOVERY_KEY, _DIGIT, re.compile(r"(?<![\w-])(?:\d{6}-){7}\d{6}(?![\w-])")),
    *(
        Rule(Redactable.PASSWORD, _COMMAND, pattern, checks.is_argument)
        for pattern in credentials.COMMAND_LINES
    ),
    Rule(Redactable.ACCESS_TOKEN, _TOKEN_NAMED, credentials.TOKEN_ASSIGNED, checks.is_token),
    Rule(Redactable.ACCESS_TOKEN, _TOKEN_NAMED, credentials.TOKEN_TOLD, checks.is_token),
    Rule(Redactable.ACCESS_TOKEN, _TOKEN_NAMED, credentials.TOKEN_BARE, checks.is_bare_token),
    Rule(Redactable.PASSWORD, _NAMED, credentials.ASSIGNED_BY_SIGN, checks.is_argument),
    Rule(Redactable.PASSWORD, _NAMED, credentials.ASSIGNED, checks.is_told),
    Rule(Redactable.PASSWORD, _NAMED, credentials.WITH_USER, checks.is_told),
    Rule(Redactable.PASSWORD, _NAMED, credentials.TOLD, checks.is_told),
    Rule(Redactable.PASSWORD, _NAMED, credentials.CHANGED_FROM, checks.is_strong),
    Rule(Redactable.PASSWORD, _NAMED, credentials.CHANGED_FROM_TO, checks.is_strong),
    Rule(Redactable.PASSWORD, _NAMED, credentials.CHANGED_TO, checks.looks_secret),
    Rule(Redactable.PASSWORD, _NAMED, credentials.CHANGED, checks.looks_secret),
    Rule(Redactable.PASSWORD, _NAMED, credentials.USED, checks.is_word_used),
    Rule(Redactable.PASSWORD, _NAMED, credentials.BARE, checks.is_strong),
    Rule(Redactable.PASSWORD, _NAMED, credentials.THEN_IT_IS, checks.is_strong),
    Rule(Redactable.PASSWORD, _NAMED, credentials.BEFORE, checks.is_strong),
    Rule(Redactable.PASSWORD, _NAMED, credentials.SIGNS, checks.is_strong),
    Rule(Redactable.PASSWORD, _LONG_NAMED, credentials.WORD_WITH_NUMBER, checks.is_no_product),
    Rule(Redactable.PASSWORD, re.compile("[/:]"), credentials.PAIR_TOLD, checks.is_strong),
    Rule(Redactable.PASSWORD, re.compile("[:=].*[:=]"), credentials.SHORT_PAIR, checks.is_argument),
    Rule(Redactable.PASSWORD, re.compile("[/:]"), credentials.PAIR, checks.is_told),
    Rule(Redactable.E_MAIL, re.compile("@"), compiled(r"\b[\w.+%'#=-]{1,64}@(?:[\w-]+\.)+[a-z]{2,}\b")),
    Rule(Redactable.IBAN, _DIGITS, _IBAN, _is_iban),
    Rule(Redactable.CARD, _DIGITS, re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])"), _is_card),
    Rule(
        Redactable.MAC,
        _DIGIT,
        compiled(
            r"(?<![\w:-])(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2})(?![\w:-])"
            r"|(?<=\bmac )[0-9a-f]{12}\b|(?<=\bmac: )[0-9a-f]{12}\b|(?<=\bmac address )[0-9a-f]{12}\b"
            r"|(?<=\bmac address: )[0-9a-f]{12}\b|(?<=\bmac address is )[0-9a-f]{12}\b"
        ),
    ),
    Rule(
        Redactable.IP,
        re.compile(":[^:]*:"),
        compiled(r"(?<![\w:.])(?=[0-9a-f]{0,4}:)[0-9a-f:]{2,39}(?:\.\d+){0,3}(?:%\w+)?(?![\w:])"),
        _is_ipv6,
    ),
    Rule(
        Redactable.IP,
        re.compile(r"\d\.\d"),
        re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)"),
        _is_ipv4,
    ),
    Rule(
        Redactable.PHONE,
        _DIGITS,
        re.compile(rf"(?<![\w+])\+\d{{1,3}}{_SEPARATED}{{0,2}}(?:\d{_SEPARATED}{{0,2}}){{6,12}}\d(?!\w)"),
        _is_phone,
    ),
    Rule(
        Redactable.PHONE,
        _DIGITS,
        re.compile(
            rf"(?<![\w+.-])(?<!\d )00{_SPACE}?[1-9]\d{{0,2}}{_SPACE}\d(?:{_SEPARATED}{{0,2}}\d){{6,12}}(?!\w)"
        ),
        _is_phone,
    ),
    Rule(
        Redactable.PHONE,
        _DIGITS,
        re.compile(r"(?<![\w.+-])(?:1[-. ])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])\d{3}[-. ]\d{4}(?![\w-])"),
        _is_phone,
    ),
    Rule(
        Redactable.PHONE,
        _DIGITS,
        re.compile(
            rf"(?<![\w.,/+-])(?<!\d )(?=\(?\d+[ /)-])\(?0[1-9]\d{{0,4}}\)?(?:{_SPACE}?[/-]?{_SPACE}?\d{{2,}})+(?![\w-])"
        ),
        _is_national,
    ),
    Rule(
        Redactable.PHONE,
        _DIGITS,
        compiled(
            r"\b(?:tel|telephone|phone|call|mobile|cell|fax|text|sms|whatsapp|handy|dial(?:l?ed)?|ring|call \w+ (?:at|on|under)|reach \w+ (?:at|on)|reachable (?:at|on))\b"
            rf"[^\w\d<]{{0,3}}(?:(?:number|no)\b\W{{0,3}})?(?:is |at |on )?(?P<secret>{_NUMBER})(?!\w)"
        ),
        _is_phone,
    ),
    Rule(Redactable.ACCESS_TOKEN, _LONG, credentials.LONG_WORD, checks.is_random),
    Rule(Redactable.ACCESS_TOKEN, _LONG, credentials.LONG_HEX, checks.is_secret_hex),
)
"""In this order: what holds other secrets comes before them, and the surer form before the less sure one."""
HINTS = frozenset(rule.hint for rule in RULES)
