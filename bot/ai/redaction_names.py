"""Names of people who are known to be part of a session, found in its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from bot.ai.wording import STOP_WORDS

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]{2,})*")
_NAME_WORD = re.compile(rf"(?<!\w){_WORD.pattern}(?!\w)")
_TITLES = frozenset(
    {"dr", "frau", "herr", "madam", "miss", "mr", "mrs", "ms", "mx", "prof", "professor", "sir"}
)
_ROLES = """
    account admin administrator agent bot center centre company customer department desk engineer group guest help
    helpdesk information manager office operator reception sales service servicedesk support system team tech technician
    test unknown unassigned user vendor
    """
_PARTICLES = frozenset(
    {"al", "bin", "da", "de", "del", "den", "der", "di", "du", "el", "ibn", "la", "le", "van", "von", "zu"}
)
_WORDS = """
    abby ace amber angel april art ash august autumn baker banks barber bass bay bean bell bench berry best bill bishop black
    bond bob booth brooks brown buck bush butler buttons cage card carol case cash chance chase chip christian church
    clay cliff coach cole cook cross dale dash daisy dawn day dean dell diamond dick dot drew duke dusty earl edge ember
    faith field fields finch fisher fox frank gates gene gill ginger glass gold good grace grant gray green grey guy hall
    hand harmony hart hazel heath heather hill hope house hunter iris ivy jack jade jasmine jay jean jet joy june justice
    king knight lake lance lane large law lee lily little long love major marks mark mason max may mercy miles min mint
    moon new nick noble norm north olive page paris park parks pat patience patty peace pearl penny piper pool pope
    porter post power price prince queen ray read reed reid rich river rob robin rock rod roman rose ruby rush rusty
    sage sandy savage sky short small smart smith snow speed spring star stern steel stone storm strong summer sunny
    teal temple terry tide tom tower trip true turner van victor violet virginia walker wall ward warden waters wells
    west white will winter wise wood woods word young
"""
_ALSO_WORDS = frozenset(_WORDS.split())
"""Names that are words as well: alone they are a name only where the words around them say so."""
_NO_NAMES = (_TITLES | STOP_WORDS | frozenset(_ROLES.split())) - _ALSO_WORDS
"""What stands in fields for people and names nobody."""
_GREETS = re.compile(
    r"(?:\b(?:hi|hello|hey|dear|thanks|thank you|thx|cheers|regards|best|greetings|bye|sincerely|signed|morning"
    r"|mr|mrs|ms|dr|herr|frau)\b[\s,.!:\-–—]*|[\s,]@)$",
    re.IGNORECASE,
)
_TOUCHES = re.compile(
    r"(?:\b(?:from|with|by|told|asked|ask|called|call|emailed|for|user|users|colleague|contact|engineer|manager|customer"
    r"|helped|tell|let|and|to|informed|sent|gave|showed|reached)|[,(]|\bof)\s$",
    re.IGNORECASE,
)
_NAMES_A_THING = re.compile(
    r"\b(?:the|an?|this|that|in|on|at|of|click|press|open|select|choose|use|see|says?|is|are|was|by|not?|or|via|until"
    r"|since|before|after|every|last|next|[A-Z]\w*)\W{1,2}$"
)
"""Before a word with a capital: that it is a button, a month, or part of a title."""
_ACTS = re.compile(
    r"['’]s\b|\s(?:said|says|confirmed|confirms|called|reported|reports|mentioned|asked|asks|tried|wrote|replied|told"
    r"|cannot|can't|could|does|did|has|had|is|was|wants|needs|gets|got|will|left|works|sees|saw|logged|opened|restarted)\b"
)
_REPORTS = re.compile(
    r"['’]s\b|\s(?:said|says|confirmed|confirms|reported|reports|mentioned|tried|wrote|replied|told|called|cannot|has)\b"
)
_STARTS = re.compile(r"(?:^|[.!?:\n•“\"(-]\s*)$")
_JOINS = re.compile(r"(?:\.?[ \t\u00a0]|,[ ]|[._-])")

_WITHOUT_STROKES = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"})

Found = tuple[int, int, int]
"""Where a name starts and ends, and whose it is: the place among the people."""


class Names:
    """The people of a session. Without any, nothing is looked at."""

    def __init__(self, people: Sequence[str] = ()) -> None:
        self._owners: dict[str, set[int]] = {}
        for person, name in enumerate(people):
            for part in {*_parts(name), *_parts(_without_accents(name))}:
                self._owners.setdefault(part, set()).add(person)

    def found_in(self, text: str) -> Iterator[Found]:
        if not self._owners:
            return
        folded = text.casefold()
        if not any(part in folded for part in self._owners):
            return
        words = list(_WORD.finditer(text))
        place = 0
        while place < len(words):
            run, owners = self._run(text, words[place:])
            if run and (person := self._person(text, run, owners)) is not None:
                start = _title_start(text, words, place)
                yield start, run[-1].end(), person
            place += max(1, len(run))

    def _run(self, text: str, words: Sequence[re.Match[str]]) -> tuple[list[re.Match[str]], set[int]]:
        """The words from the first on that are parts of one person's name."""
        run: list[re.Match[str]] = []
        owners: set[int] = set()
        for word in words:
            if run and not _JOINS.fullmatch(text, run[-1].end(), word.start()):
                break
            shared = self._owners.get(word[0].casefold(), set())
            shared = shared & owners if run else shared
            if not shared:
                break
            run.append(word)
            owners = shared
        return run, owners

    def _person(self, text: str, run: Sequence[re.Match[str]], owners: set[int]) -> int | None:
        telling = [word for word in run if word[0].casefold() not in _PARTICLES]
        if not telling or (len(telling) == 1 and not _is_name_here(text, telling[0])):
            return None
        return min(owners)


def _parts(name: str) -> list[str]:
    words = [word[0].casefold() for word in _NAME_WORD.finditer(name.partition("@")[0])]
    return [word for word in words if len(word) > 1 and word not in _NO_NAMES]


def _without_accents(name: str) -> str:
    plain = unicodedata.normalize("NFD", name).translate(_WITHOUT_STROKES)
    return "".join(character for character in plain if not unicodedata.combining(character))


def _title_start(text: str, words: Sequence[re.Match[str]], place: int) -> int:
    """Where the name starts, with the title before it."""
    start = words[place].start()
    if place and words[place - 1][0].casefold() in _TITLES:
        before = words[place - 1]
        if text[before.end() : start] in {" ", ". "}:
            return before.start()
    return start


def _is_name_here(text: str, word: re.Match[str]) -> bool:
    """Whether one word is meant as a name: written like one, or in the place of one."""
    before, start, end = text[max(0, word.start() - 24) : word.start()], word.start(), word.end()
    if _GREETS.search(before):
        return True
    if not word[0][0].isupper():
        return False
    if word[0].casefold() not in _ALSO_WORDS:
        return True
    if _STARTS.search(before) or not start:
        stands_alone = not text[end:].strip(" .,!\n") and "\n" in before
        return stands_alone or bool(_REPORTS.match(text, end))
    return bool(_TOUCHES.search(before) or _ACTS.match(text, end)) or not _NAMES_A_THING.search(before)
