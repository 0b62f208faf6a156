"""What a conversation tells of a problem, by rules: the same conversation always gives the same account.

The first message is the problem. Questions and requests of others, and what anybody reports to have done, are steps; what
is answered to them is what was found. The last words that say that it works, or the asker's thanks, point to the fix: it
is told in them, or it is the last thing done before. English words, and question marks in any language. Where the rules
find nothing they say nothing: a person fills it in, and corrects the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bot.domain.conversations import Account, Said, Tried, most_active
from bot.domain.merging import shortened
from bot.domain.sessions import MAX_STEPS

MAX_PROBLEM = 2000
MAX_FOUND = 200
MAX_DEED = 500

_VERBS = {  # as it is ordered: as it is reported, where that is not "…ed" or "…d"
    **dict.fromkeys(
        re.findall(
            r"\w+",
            "add allow assign block change clean clear close configure connect copy create delete disable disconnect enable"
            " enter extend flush force free grant increase install join kill lift lower map move open pair reboot rebuild"
            " recreate reconnect refresh reinstall rejoin release remap remove rename renew repair replace restart restore"
            " resync revoke roll shorten sign start switch sync turn unblock uninstall unlock unpair update upgrade",
        )
    ),
    "stop": "stopped",
    "plug": "plugged",
    "unplug": "unplugged",
    "swap": "swapped",
    "log": "logged",
    "put": "put",
    "run": "ran",
    "set": "set",
    "reset": "reset",
    "take": "took",
    "forget": "forgot",
    "rebuild": "rebuilt",
}
_LOOKS = {
    **dict.fromkeys(re.findall(r"\w+", "check compare look ping test trace verify watch")),
    "try": "tried",
    "see": "saw",
}
_POLITE = re.compile(
    r"(?:(?:ok|okay|so|then|well|hm+|hi|hey|hello|and|now|first|next|also|maybe|please|pls|just|let's|try to|i would"
    r"|i'd|(?:can|could|would|will) you|you (?:can|could|should|need to|have to|might want to)|have a)\b[\s,:]*)+",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\bfixed(?! (?:ip|address|disk|line|cost))\b|\b(?:re)?solved\b|\bsorted\b|\bdid (?:it|the trick)\b|\bdoes the trick\b"
    r"|\b(?:it|that|this|everything|all)(?:'s| is| all)? work(?:s|ed|ing)(?=\W*$| (?:now|again|fine|perfectly|thank))"
    r"|\bwork(?:s|ing) (?:now|again|fine again)\b|\b(?:up and running|back (?:up|online|to normal))\b|\bthat was it\b"
    r"|\b(?:that|this|it) helped\b|\b(?:problem|error|issue)(?:'s| is)? gone\b",
    re.IGNORECASE,
)
_NOT_SO = re.compile(
    r"(?:\b(?:not|never|still|hardly|if|whether|until|unless|be|get|need|once)|n't)\W+(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thx|cheers|perfect|brilliant|awesome|lifesaver)\b", re.IGNORECASE
)
_PROMISE = re.compile(
    r"\b(?:will|'ll|going to|in advance|trying|let (?:you|me)|later|but|still|hold on)\b", re.IGNORECASE
)
_CHECK_IN = re.compile(
    r"(?:so|and|any (?:luck|news|change|better)|better|(?:is|does|has|did|are) (?:it|that|this|you)(?: all)?"
    r" (?:fixed|solved|better|help|ok|okay|good|happy|work(?:ing)?))?(?: now| yet| again)?\W*",
    re.IGNORECASE,
)
_ABLE = re.compile(r"\b(?:can|could|able to|lets me)\s+\w+", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_REPORTED = re.compile(
    r"(?:(?:i|we)(?:'ve| have| had to)?\s+)?(?:(?:just|already|also|now|then)\s+)*", re.IGNORECASE
)
_MYSELF = re.compile(r"\b(?:i|we|myself)\b", re.IGNORECASE)
_RESULT = re.compile(r"\s*(?:,|;|:| - | – |\bbut\b)\s*", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:ok(?:ay)?\W+)?(?:fixed|solved|resolved|sorted|found it)(?: it)?\s*[:,.–-]+\s*", re.IGNORECASE
)
_TAIL = re.compile(r"\W*\b(?:thanks?|thank you|thx|cheers)\b[^.!?]*[.!?]*$", re.IGNORECASE)
_TICKET = re.compile(
    r"(?:\b(?:ticket|case|incident)\b[\s:#]*(?:(?:no\.?|number)\s*)?)(?P<named>[A-Z]{0,6}-?\d{3,10})\b"
    r"|\b(?P<bare>(?:INC|REQ|SR|CS|TASK)-?\d{3,10})\b",
    re.IGNORECASE,
)
_TICKET_ASIDE = re.compile(rf"[\s,;:(-]*(?:{_TICKET.pattern})[)\s:,.]*", re.IGNORECASE)


def _forms(verbs: dict[str, str | None]) -> tuple[str, str, str]:
    """The verbs as they are ordered, as they are reported, and in any form."""
    ordered = "|".join(sorted(verbs, key=len, reverse=True))
    reported = "|".join(
        past or (f"{verb}d" if verb.endswith("e") else f"{verb}ed") for verb, past in verbs.items()
    )
    stems = "|".join(rf"{verb.removesuffix('e')}(?:e|{verb[-1]})?(?:d|ed|ing)?" for verb in verbs)
    return ordered, reported, f"{stems}|{reported}"


_DO, _DID, _DOING = _forms(_VERBS)
_LOOK, _LOOKED, _ = _forms(_LOOKS)
_ORDER = re.compile(rf"(?:{_DO}|{_LOOK})\b", re.IGNORECASE)
_REPORT = re.compile(rf"(?:{_DID}|{_LOOKED})\b", re.IGNORECASE)
_ONLY_LOOKS = re.compile(rf"(?:{_LOOK}|{_LOOKED})\b", re.IGNORECASE)
_ANY_DEED = re.compile(rf"\b(?:{_DOING})\b", re.IGNORECASE)


class _Kind(Enum):
    QUESTION = "question"
    REQUEST = "request"
    REPORT = "report"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class _Sentence:
    """`message` is its number in the conversation."""

    message: int
    by: str
    kind: _Kind
    text: str


@dataclass(slots=True)
class _Step:
    sentence: _Sentence
    checked: str
    found: str = ""
    answered_in: int | None = None

    @property
    def is_deed(self) -> bool:
        return self.sentence.kind is not _Kind.QUESTION and not _ONLY_LOOKS.match(self.checked)


def recount(said: Sequence[Said]) -> Account:
    """The account that the conversation gives."""
    said = [replace(each, text=_trimmed(each.text)) for each in said]
    if not said:
        return Account()
    asker, begins = said[0].by, _length_of_problem(said)
    sentences = [each for number in range(1, len(said)) for each in _sentences(number, said[number], asker)]
    end = _closing(said, begins, asker)
    steps = _steps([each for each in sentences if end is None or each.message < end])
    fix, fixer = _fix(said, end, steps) if end is not None else ("", None)
    tried = [step for step in steps if step is not fixer] or steps
    return Account(
        problem=_problem(said[:begins]),
        tried=tuple(Tried(step.checked, step.found) for step in tried[-MAX_STEPS:]),
        fix=fix,
        ticket=_ticket(said),
        worked_by=_worker(said, asker, fixer),
        fixed_at=said[end if end is not None else -1].at,
    )


def _trimmed(text: str) -> str:
    """Without runs of spaces, on which patterns would try every way to divide them."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


def _problem(said: Sequence[Said]) -> str:
    """What the messages say, without the ticket, which stands by itself."""
    words = " ".join(each.text for each in said).strip()[: 2 * MAX_PROBLEM]
    without = _TICKET_ASIDE.sub(" ", words, count=1).strip()
    return shortened(without or words, MAX_PROBLEM)


def _length_of_problem(said: Sequence[Said]) -> int:
    """How many messages tell the problem: those of the asker before anybody else speaks."""
    if not said[0].by:
        return 1
    others = (number for number, each in enumerate(said) if each.by != said[0].by)
    return next(others, 1)


def _sentences(number: int, said: Said, asker: str) -> Iterator[_Sentence]:
    for text in filter(None, (part.strip() for part in _SENTENCE.split(said.text))):
        yield _Sentence(number, said.by, _kind(text, is_asker=bool(asker) and said.by == asker), text)


def _kind(text: str, *, is_asker: bool) -> _Kind:
    """What a sentence is. The asker's own questions and requests are none of the way to the fix."""
    bare = _without_politeness(text)
    if _REPORT.match(_REPORTED.sub("", text, count=1)) and not text.endswith("?"):
        return _Kind.REPORT
    if is_asker:
        return _Kind.OTHER
    if _ORDER.match(bare):
        return _Kind.REQUEST
    return _Kind.QUESTION if text.endswith("?") and not _CHECK_IN.fullmatch(bare) else _Kind.OTHER


def _without_politeness(text: str) -> str:
    polite = _POLITE.match(text)
    return text[polite.end() :] if polite else text


def _closing(said: Sequence[Said], begins: int, asker: str) -> int | None:
    """The number of the last message that says that it works; else of the asker's last thanks."""
    later = range(len(said) - 1, begins - 1, -1)
    done = (number for number in later if any(_is_done(part) for part in _SENTENCE.split(said[number].text)))
    thanks = (
        number
        for number in later
        if asker
        and said[number].by == asker
        and _THANKS.search(said[number].text)
        and _is_final(said[number].text)
    )
    return next(done, None) or next(thanks, None)


def _is_done(sentence: str) -> bool:
    found = _DONE.search(sentence)
    return (
        found is not None
        and not sentence.rstrip().endswith("?")
        and not _NOT_SO.search(sentence[: found.start()])
    )


def _is_final(text: str) -> bool:
    return "?" not in text and not _PROMISE.search(text)


def _steps(sentences: Sequence[_Sentence]) -> list[_Step]:
    """Each with the first message that answers it."""
    steps: list[_Step] = []
    for sentence in sentences:
        if sentence.kind is not _Kind.OTHER:
            steps.append(_begun(sentence))
        elif steps and _answers(sentence, steps[-1]):
            step = steps[-1]
            step.answered_in = sentence.message
            step.found = shortened(f"{step.found} {sentence.text}".strip(), MAX_FOUND)
    return steps


def _begun(sentence: _Sentence) -> _Step:
    match sentence.kind:
        case _Kind.REPORT:
            deed, *result = _RESULT.split(sentence.text, maxsplit=1)
            found = shortened("".join(result).rstrip("."), MAX_FOUND)
            return _Step(
                sentence, _clean(_REPORTED.sub("", deed, count=1)), found, sentence.message if found else None
            )
        case _Kind.REQUEST:
            return _Step(sentence, _clean(_without_politeness(sentence.text).rstrip("?")))
    return _Step(sentence, _clean(sentence.text))


def _answers(sentence: _Sentence, step: _Step) -> bool:
    """Somebody else does, or who reports goes on; once it is answered only that same message goes on."""
    if step.answered_in is not None:
        return step.answered_in == sentence.message
    is_same_message = sentence.message == step.sentence.message
    if step.sentence.kind is _Kind.REPORT:
        return True
    return not is_same_message and (not sentence.by or sentence.by != step.sentence.by)


def _fix(said: Sequence[Said], end: int, steps: Sequence[_Step]) -> tuple[str, _Step | None]:
    """The fix, and the step that it is: told in the last message, else the last deed, else the last thing tried."""
    telling = [part.strip() for part in _SENTENCE.split(said[end].text) if _tells_deed(part)]
    if telling:
        words = _TAIL.sub("", _LEAD.sub("", " ".join(telling)))
        own = _Step(_Sentence(end, said[end].by, _Kind.REPORT, " ".join(telling)), words)
        return _clean(_REPORTED.sub("", words, count=1)), own
    fixer = next((step for step in reversed(steps) if step.is_deed), steps[-1] if steps else None)
    return (fixer.checked, fixer) if fixer else ("", None)


def _worker(said: Sequence[Said], asker: str, fixer: _Step | None) -> str:
    """Who did it or said how; of an asker who tells that it helped, whoever helped."""
    own = fixer.sentence.by if fixer else ""
    if (
        fixer
        and own
        and (own != asker or _MYSELF.search(fixer.sentence.text) or not _DONE.search(fixer.sentence.text))
    ):
        return own
    return most_active(said, without=asker) or asker


def _tells_deed(sentence: str) -> bool:
    return not sentence.rstrip().endswith("?") and bool(
        _ANY_DEED.search(_ABLE.sub("", _DONE.sub("", sentence)))
    )


def _ticket(said: Sequence[Said]) -> str | None:
    found = next((match for each in said if (match := _TICKET.search(each.text))), None)
    return (found["named"] or found["bare"]) if found else None


def _clean(text: str) -> str:
    """On one line, at most `MAX_DEED` long, beginning with a capital letter, without the full stop."""
    line = shortened(" ".join(text.split()).rstrip("."), MAX_DEED)
    return line[:1].upper() + line[1:]
