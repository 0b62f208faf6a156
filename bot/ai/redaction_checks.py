"""Whether what stands where a password or a token would stand is one.

The hard part is to tell a password from what is the matter with it: "the password is hunter" from "is wrong".
"""

from __future__ import annotations

import re
from itertools import pairwise

SHORTEST_SECRET = 4
SHORTEST_TOKEN = 8
SHORTEST_BARE_TOKEN = 12
"""Of a value that merely stands beside the word "token"."""
SHORTEST_OF_TWO_KINDS = 24
"""Random characters without capitals are told from a word with a number only when there are more of them."""


def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def value_of(match: re.Match[str]) -> str:
    return match[match.lastgroup or 0]


_STATES = """
    a about above accepted access account active after again all allowed already also always an and another any asked at
    back bad bad because been before being below blank both broken but by cached can cannot case caps changed chosen
    clear complex compliant compromised confidential copied correct could current default denied desired different disabled displayed
    do does done down due easy either email empty enabled encrypted entered even exact expired expiring expire expires
    face false faulty field fine fingerprint first for forgotten found from fully gone good greyed hard has have he her
    here hers hidden his identical if in inactive incorrect inside intact invalid is it its just kept known last later
    leaked left less long longer lost lower managed masked match matching maybe me missing mine more must my needed never
    new next no none nonsense normal not nothing now null number ok okay old on once one only optional or other our out
    outdated over password passcode pending permanent phone pin please possible present private probably prompt prompted public
    random random ready recent refused rejected remembered required reset right safe same saved secret secure see sensitive sent set she
    short shorter should shown similar simple since so some someone something sso static still stolen stored strong stuck
    stronger such sync synced temporary than that the their them then there these they this those through to today token too
    true tried twice typed unavailable unchanged under unique unknown unset until up updated upper used useless user username valid
    via visible was we weak weaker were what when where whether which while who why will with without working written wrong
    yes yesterday yet you your yours
    """
_STATE_WORDS = frozenset(_STATES.split())
"""What follows "the password is" or "password:" when no password does."""
_BELONGINGS = """
    box change changes dialog expiry field file filter form generator hash hashes hint history length list login lockout logon manager
    managers method page policies policy portal prompt prompts requirements reset resets rotation rules screen script server spray
    sync tool vault window writeback
"""
_BELONGS_TO_PASSWORDS = frozenset(_BELONGINGS.split())
"""What follows "with password" when it is no password."""
_STATE_ENDING = re.compile(r".{2,}(?:ed|ing|ly|able|ible|ful|less|ive|ous|ent|ant|ment|tion)$")
_NO_SECRET = re.compile(
    r"0x[0-9a-f]+|kb\d+|sha-?\d+|md5|base64|utf-?8|[23]fa|n/?a|ntlmv2|oauth2?|v?\d+(?:\.\d+)+|\d{1,3}\D{0,2}|[*•x.?_-]+"
    r"|and/or|[\d.]+[a-z]?",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s?(?:-|(?:more |or )?(?:char|digit|letter|bit|second|minute|hour|day|week|month|year|time|attempt|sign|word|%))",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"[\"'“”]?\s*(?:$|[.,;!)\n]|(?:and|but|for|on|at|so|then|with|until|again|now|as|is|was)\b)",
    re.IGNORECASE,
)
_LONGEST_ACRONYM = 5
_FEWEST_OF_PHRASE = 3
"""Words in quotes that make a passphrase, whatever they are."""
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_PRODUCT = compiled(
    r"(?:android|build|chrome|client|desktop|error|event|exchange|floor|host|laptop|level|microsoft|notebook|office|outlook"
    r"|port|printer|project|room|server|share ?point|sql|step|switch|tablet|ticket|update|version|visio|win|word|excel)"
)
_HEX = compiled(r"[0-9a-f]+")
_GUID = compiled(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMES_A_HASH = compiled(
    r"(?:thumbprint|fingerprint|hash|sha-?\d*|md5|checksum|digest|commit|\bids?\b|correlation|request|trace|activity"
    r"|error|guid|uuid|object|tenant|session|serial)(?:\W[^\n]{0,24}|ids?\W{0,2})?$"
)


def is_told(match: re.Match[str]) -> bool:
    """Whether a secret was told, in a sentence or after a colon: it looks like one, or could be nothing else."""
    return looks_secret(match) or _is_plain_word(match)


def looks_secret(match: re.Match[str]) -> bool:
    """Digits, signs or capitals inside, as words do not have; and no version, error code or count of characters."""
    value = value_of(match)
    has_unit = value[0].isdigit() and _UNIT.match(match.string, match.end()) is not None
    if _NO_SECRET.fullmatch(value):
        return value.isdigit() and len(value) >= SHORTEST_SECRET and not has_unit
    if has_unit or value.casefold() in _STATE_WORDS:
        return False
    return match.lastgroup == "code" or _is_unlike_words(value)


def is_strong(match: re.Match[str]) -> bool:
    """For a value that merely stands beside the word "password"."""
    value = value_of(match)
    has_digit = match.lastgroup == "quoted" or _DIGIT.search(value) is not None
    return has_digit and len(value) >= SHORTEST_SECRET and looks_secret(match)


def is_word_used(match: re.Match[str]) -> bool:
    """For "with password sunflower", not for "with password protection"."""
    return value_of(match).casefold() not in _BELONGS_TO_PASSWORDS and is_told(match)


def is_no_product(match: re.Match[str]) -> bool:
    """For a word with a number somewhere in a text about a password: "Porto-2026", but not "Office365"."""
    return looks_secret(match) and not _PRODUCT.match(value_of(match))


def is_token(match: re.Match[str]) -> bool:
    value = value_of(match)
    return len(value) >= SHORTEST_TOKEN and looks_secret(match) and not _GUID.fullmatch(value)


def is_bare_token(match: re.Match[str]) -> bool:
    """For a value that merely stands beside the word "token"."""
    value = value_of(match)
    is_mixed = bool(_DIGIT.search(value) and _LETTER.search(value))
    return is_mixed and len(value) >= SHORTEST_BARE_TOKEN and is_token(match)


def is_argument(match: re.Match[str]) -> bool:
    """Neither the next option of a command line, nor a variable, nor a question for the password."""
    value = value_of(match)
    return value.casefold() not in _STATE_WORDS and not value.startswith(("*", "$", "%", "{", "-"))


def is_random(match: re.Match[str]) -> bool:
    """Letters and digits that change as often as by chance; what is made of words changes less.

    Of two random base-64 characters 63 % are of different kinds (lower case, upper case, digit), within 0.11 for 20;
    of lower case and digits alone 40 %.
    """
    value = match[0].rstrip("=")
    if _GUID.fullmatch(value) or value.count("/") > len(value) / 12:
        return False
    kinds = [_kind(character) for character in value]
    changes = sum(one != other for one, other in pairwise(kinds)) / (len(kinds) - 1)
    if {"digit", "upper", "lower"} <= set(kinds):
        return changes >= 0.4  # noqa: PLR2004  (two deviations below chance)
    is_plain = set(kinds) == {"digit", "lower"} and not _HEX.fullmatch(value)
    return is_plain and len(value) >= SHORTEST_OF_TWO_KINDS and changes >= 0.35  # noqa: PLR2004  (as above, longer)


def is_secret_hex(match: re.Match[str]) -> bool:
    """Not the hash of something, and not the id of a request or an error, when the words before say so."""
    if not (_DIGIT.search(match[0]) and _LETTER.search(match[0])):
        return False
    return not _NAMES_A_HASH.search(match.string, max(0, match.start() - 48), match.start())


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    return "upper" if character.isupper() else "lower" if character.islower() else "sign"


def _is_unlike_words(value: str) -> bool:
    is_mixed = value.isalpha() and not (value.islower() or value.isupper() or value.istitle())
    has_sign = any(not (character.isalnum() or character in "-'’/.,") for character in value)
    return is_mixed or (has_sign and " " not in value) or _DIGIT.search(value) is not None


def _is_plain_word(match: re.Match[str]) -> bool:
    """Whether a word that is no state ends its clause, as "hunter" does in "the password is hunter"."""
    value = value_of(match)
    folded = value.casefold().strip(".,!'’-")
    is_acronym = value.isupper() and len(value) <= _LONGEST_ACRONYM
    is_word = len(folded) >= SHORTEST_SECRET and any(character.isalpha() for character in folded)
    is_state = folded in _STATE_WORDS or _STATE_ENDING.match(folded)
    if is_acronym or is_state or not is_word:
        return False
    if match.lastgroup == "quoted":
        words = folded.split()
        return len(words) >= _FEWEST_OF_PHRASE or not _STATE_WORDS.intersection(words)
    return _CLAUSE_END.match(match.string, match.end()) is not None
