"""Where passwords and tokens stand as people write them into tickets: told, assigned, on a command line."""

from __future__ import annotations

import re

from bot.ai.redaction_checks import compiled

LONG_NAME = r"(?:pass(?:word|wd|phrase|code|wort)|kennwort)s?"
_NAME = (
    rf"(?:{LONG_NAME}|(?<![^\W_])(?:pass|pwd?|pin(?:[ -]?code)?|psk|otp|pre-?shared[ _-]key|community string"
    r"|(?:wi-?fi|wpa2?|wireless|guest)[ -]key"
    r"|(?:verification|authenticator|digit|security|access|one-time|mfa|2fa|sms|auth(?:entication)?|door|alarm|unlock|recovery|backup)[ -]codes?))"
)
_KEY_NAME = r"(?:(?:api|access|secret|account|subscription|signing|auth|encryption|license|service)[ _-]?key|secret|token)"
_VALUE = r"(?P<secret>[^\s\"'“”‘’<>(]{1,200}?)(?=[\"'“”‘’.,;:?)\]}]*(?:\s|$|<))"
_QUOTED = r"[\"'“‘](?P<quoted>[^\"'“”‘’<>\n]{3,80})[\"'”’]"
_CODE = r"(?P<code>\d{3} \d{3}(?![\d ]*\d))"
_EITHER = rf"(?:{_QUOTED}|{_CODE}|{_VALUE})"
_OF_WHAT = (
    r"(?:\s\([^()\n]{1,30}\)|\s(?:for|of|on|from|to|that|which|they|he|she|we|i|you|vom|von|für|der|des)"
    r"(?:\s[\w.'’-]+){1,5}?)?"
)
_IS = (
    r"(?:['’]s|\s(?:is|was|are|were|ist|war|lautet|(?:should|would|will|must|can|could)(?:\snow)?\sbe|has\sbeen|had\sbeen|reads))"
    r"(?:\s(?:now|currently|again|still|just|always|then|probably|simply))*(?:\s(?:re)?set\sto|\schanged\sto|\supdated\sto)?"
)
_USER = r"[\w.@\\$-]+"

ASSIGNED = compiled(rf"{_NAME}{_OF_WHAT}[\"']?\s?:\s*{_EITHER}")
ASSIGNED_BY_SIGN = compiled(
    rf"{_NAME}[\"']?\s?=\s?(?:{_QUOTED}|(?P<secret>[^\s\"'<>;]+?)(?=[.,;:?)\]}}]*(?:\s|$)|;|&\w+=|[\"'<]))"
)
TOLD = compiled(rf"{_NAME}{_OF_WHAT}{_IS}:?\s{_EITHER}")
CHANGED = compiled(
    rf"{_NAME}[^\n]{{0,60}}?\b(?:re)?(?:set|changed|updated|switched)(?:\sfrom\s\S+)?\s(?:(?:it|this|that|back)\s)*to\s{_EITHER}"
)
CHANGED_FROM = compiled(rf"{_NAME}[^.\n]{{0,30}}?\bfrom\s{_EITHER}(?=\s?to\s)")
CHANGED_FROM_TO = compiled(rf"{_NAME}[^.\n]{{0,30}}?\bfrom\s\S+\sto\s{_EITHER}")
CHANGED_TO = compiled(
    rf"\b(?:set|reset|change[ds]?|changing|updated?|switch(?:ed)?)\b[^.\n]{{0,40}}?{_NAME}{_OF_WHAT}\sto\s{_EITHER}"
)
BARE = compiled(rf"{_NAME}(?:\s(?:[-–—=]>?|→)\s|,\s|\s\(?){_EITHER}")
THEN_IT_IS = compiled(rf"{_NAME}[?.!,;]?\s(?:it['’]s|it\sis|which\sis|namely|try|use|i\.e\.)\s{_EITHER}")
BEFORE = compiled(
    rf"(?<!\S)[\"'“(]?(?P<secret>[^\s\"'“”<>()]{{4,60}})[\"'”)]?\s(?:as|is|was|for)\s(?:(?:the|his|her|my|their|our|a)\s)?(?:\w+\s){{0,2}}{_NAME}"
)
USED = compiled(
    rf"\b(?:with|us(?:e|es|ed|ing)|tr(?:y|ied)|typed?|enter(?:ed)?)\s(?:(?:the|his|her|my|their|our)\s)?{_NAME}\s{_VALUE}"
)
SIGNS = re.compile(
    r"(?<![^\s(\"'“,:])(?P<secret>(?=\S{0,38}[A-Za-z]{2})(?=\S{0,39}\d)(?=[\w.,:;@-]{0,39}[!#$%^*~+])[^\s\"'“”<>/\\()=]{6,40}?)(?=[\"'”.,;:?)]*(?:\s|$))"
)
WITH_USER = compiled(
    rf"\buser(?:[ -]?name|[ -]?id)?\W{{1,3}}{_USER}?,?(?:\s(?:and|with))?\s{_NAME}\s{_EITHER}"
)
PAIR = compiled(
    rf"\b(?:(?:log(?:ged|ging)?|sign(?:ed|ing)?)[ -]?(?:in|on)\b[^/:\n]{{0,30}}?(?:\bwith|\bas|\busing|:)"
    rf"|cred(?:ential)?s?\b[^/:\n]{{0,30}}?(?:\bare|\bis|\bwere|\bwith|:)|(?:cred(?:ential)?s?|try|tried))\s?{_USER}\s?[/:]\s?{_VALUE}"
)
WORD_WITH_NUMBER = re.compile(
    r"(?<![^\s(\"'“,:])(?P<secret>[A-Z][a-z]{2,}[\w-]*\d{2,}[a-z]?)(?=[\"'”.,;:?)]*(?:\s|$))"
)
PAIR_TOLD = compiled(rf"\blog(?:in|on)s?\s(?:\w+\s)?(?:is|are|was)\s{_USER}\s?[/:]\s?{_VALUE}")
SHORT_PAIR = compiled(
    rf"\bu(?:n|ser\w*)?\s?[:=]\s?[^\s,;/]{{1,100}}[\s,;/]+p(?:w|wd|ass\w*)?\s?[:=]\s?{_VALUE}"
)
IN_URL = compiled(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@<>]*:(?P<secret>[^\s/@<>]+)@")
IN_TAG = compiled(rf"<\w{{0,40}}(?:{LONG_NAME}|pwd|secret)>(?P<secret>[^<>\n]+)</")
COMMAND_LINES = tuple(
    compiled(pattern)
    for pattern in (
        rf"(?<!\S)(?:--?|/)(?:\w+-)*(?:{LONG_NAME}|pass|pwd?)[ =:]\s?[\"']?{_VALUE}",
        rf"(?<!\S)/p:{_VALUE}",
        rf"\bnet use\b[^\n]{{0,200}}?/u(?:ser)?:\S+\s(?![/-]|\w:|\\\\){_VALUE}",
        rf"\bnet use\b(?:\s\w:|\s\*)?\s\\\\\S+\s(?![/-]){_VALUE}(?=\s/u)",
        rf"\bnet user\s\S+\s(?![/-]){_VALUE}(?=\s/)",
        rf"(?<!\S)-u(?:ser)?\s?\S+\s-p(?!ass|w\s)\s?[\"']?{_VALUE}",
        rf"(?<!\S)-u\s?[\w.\\/-]+%{_VALUE}",
        rf"\b(?:sshpass|plink|psexec\w*|winexe|mysql\w*)\b[^\n]{{0,200}}?\s-(?:pw\s|p\s?)(?!\d{{1,5}}\b|w\s)[\"']?{_VALUE}",
        rf"\bcurl\b[^\n]{{0,200}}?\s(?:-u|--user)\s?[\"']?{_USER}:{_VALUE}",
        r"\bConvertTo-SecureString\s(?:-String\s)?[\"'](?P<quoted>[^\"'\n]+)[\"']",
    )
)
TOKEN_ASSIGNED = compiled(
    rf"{_KEY_NAME}[\"']?\s?[=:]\s?(?:{_QUOTED}|(?P<secret>[^\s\"'<>;&(]{{4,}}?)(?=[.,:?)\]}}]*(?:\s|$)|[;&\"'<]))"
)
TOKEN_TOLD = compiled(rf"{_KEY_NAME}{_OF_WHAT}{_IS}:?\s(?:{_QUOTED}|{_VALUE})")
TOKEN_BARE = compiled(rf"{_KEY_NAME}\s\(?{_VALUE}")
KNOWN_TOKEN = re.compile(
    r"\b(?:A(?:KIA|SIA)[0-9A-Z]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abeprs]-[\w-]{10,}"
    r"|xapp-[\w-]{20,}|sk-[\w-]{20,}|[rsp]k_(?:live|test)_\w{16,}|AIza[\w-]{35}|ya29\.[\w-]{20,}"
    r"|SG\.[\w-]{16,}\.[\w-]{20,}|npm_\w{30,}|pypi-[\w-]{20,}|hf_\w{20,}|hvs\.[\w-]{20,}|dop_v1_[0-9a-f]{40,}"
    r"|(?:AC|SK)[0-9a-f]{32}|[0-9a-f]{32}-us\d\d?|sq0(?:atp|csp)-[\w-]{22,}|[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}|shp(?:at|ca|pa|ss)_[0-9a-f]{32}|\d{8,10}:AA[\w-]{32,33}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
    r"|(?<=hooks\.slack\.com/services/)[\w/]{20,}"
)
AUTHORIZATION = compiled(r"\bauthorization[\"']?:\s*[\"']?(?:\w+\s+)?(?P<secret>[\w.~+/:-]{8,}=*)")
BEARER = compiled(r"\b(?:bearer|basic)\s+(?P<secret>(?=[\w.~+/-]*\d)[\w.~+/-]{12,}=*)")
PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
LONG_WORD = re.compile(r"(?<![\w/\\.+-])[\w+/-]{20,}={0,2}(?![\w\\/])", re.ASCII)
LONG_HEX = compiled(r"(?<![\w-])[0-9a-f]{32,128}(?![\w-])")
