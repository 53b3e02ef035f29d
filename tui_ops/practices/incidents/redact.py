"""Secrets taken out of what a host shows, before it is kept: everyone who reads the store would see them there.

It is better to strike out a word too much than one too few: what stands for a secret is ``***``, and the word that says
what it was stays. Every pattern looks at one line of bounded length and repeats nothing that itself repeats, so that no
text makes it slow.
"""

import re
from collections.abc import Iterable

STRUCK = "***"
"""Stands for a secret."""

LINE_LIMIT = 1000
"""Characters of a line that are looked at; what is beyond is cut off, since a secret in it would stay."""

KEY_LINES = 200
"""Lines after the beginning of a private key in which its text is looked for: the largest RSA key, of 16,384 bits, has
160."""

_FULL = "password|passwd|passphrase|passcode|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?"
"""Words that name nothing but a secret."""

_NAMES = rf"{_FULL}|pass|pwd(?![\"']? ?[=:] ?/)|(?:account|auth|encryption|signing)[-_]?key|session[-_]?id|psk|otp|pin"
"""The same and those that are only believed before a sign: ``PGPASSWORD=``, ``"client_secret":``."""

_VALUE = r"""(?:"[^"]{1,400}"?|'[^']{1,400}'?|[^\s"'&;,<>|)}\]]{1,400})"""
"""A value in quotes, or up to what ends a word in a command line, an address or JSON."""

_BEHIND: tuple[str, ...] = (
    # Headers first: their values hold blanks.
    r"(?i)\b((?:proxy-)?authorization\W{1,4})(?:(?:basic|bearer|digest|negotiate|token|apikey) {1,4})?[^\s\"']{1,400}",
    r"(?i)\b((?:set-)?cookie2?: ?)[^\"']{1,400}",
    r"(?i)\b(bearer {1,4})[\w.~+/=-]{8,400}",
    # Addresses with a login: of a user with a password the name stays.
    r"(://[^\s:/@\"']{0,100}:)[^\s/\"']{1,300}(?=@)",
    r"(://)[^\s:/@\"'?]{16,300}(?=@)",
    # Names and what they are set to: name=value, "name": "value", --name value.
    rf"(?i)((?:{_NAMES})[\w.-]{{0,30}}[\"']?(?: ?[=:]|:=|=>) {{0,2}}){_VALUE}",
    rf"(?i)((?:^|\s)-[\w-]{{0,30}}?(?:{_FULL})[\w-]{{0,20}} {{1,4}})(?!-){_VALUE}",
    rf"(?i)\b((?:{_FULL}) (?:is|was|to|for \S{{1,60}} (?:is|to)) ){_VALUE}",
    r"(?i)\b(identified (?:with \S{1,40} )?(?:by|as) (?:password )?)['\"][^'\"]{1,300}['\"]?",
    # Programs that take a secret behind a letter.
    r"(?i)\b((?:mysql|mariadb)[\w-]{0,20}\b[^|;]{0,200}? -p)[^\s-]\S{0,300}",
    r"\b(sshpass (?:-\w{1,8} )?-p ?)\S{1,300}",
    r"\b(curl\b[^|;]{0,300}? (?:-u|--user|--proxy-user|-U)[ =]?[^\s:]{1,100}:)\S{1,300}",
    r"\b((?:redis-cli|ldap\w{3,10}|rabbitmqctl|mosquitto_\w{3})\b[^|;]{0,200}? -[awWP] ?)[^\s-]\S{0,300}",
    r"\b(smbclient\b[^|;]{0,200}? -U ?[^\s%]{1,100}%)\S{1,300}",
    r"\b(pass:)\S{1,300}",
    r"\b(htpasswd -\w{0,6}b\w{0,6} \S{1,200} \S{1,100} )\S{1,300}",
)
"""What stands behind something that stays."""

_TOKENS = (
    r"gh[pousr]_|github_pat_|gl(?:pat|dt|rt)-|xox[abeoprs]-|xapp-|hv[sb]\.|npm_|pypi-|dop_v1_|[sr]k[-_](?:live_)?|AIza"
    r"|ya29\.|SG\.|AGE-SECRET-KEY-|shpat_|lin_api_|tskey-"
)
"""How the tokens of well-known services begin."""

_ALONE: tuple[str, ...] = (
    r"\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b",
    rf"\b(?:{_TOKENS})[\w./=-]{{10,400}}",
    # A web token, the hash of a password, and a line of a key whose beginning is not here.
    r"\beyJ[\w-]{5,400}\.[\w-]{2,400}(?:\.[\w-]{0,400})?",
    r"\$(?:1|2[abxy]?|5|6|7|y|gy|argon2id?|scrypt|pbkdf2[\w-]{0,10})\$[\w./$=,+-]{8,400}",
    r"(?<![\w/+=.-])(?=[^\s]{0,70}[a-z])(?=[^\s]{0,70}[A-Z])(?=[^\s]{0,70}[0-9])[A-Za-z0-9+][A-Za-z0-9+/]{59,400}={0,2}",
)
"""What has a form of its own, whatever stands before it."""

_PATTERNS = (
    *((re.compile(pattern), rf"\1{STRUCK}") for pattern in _BEHIND),
    *((re.compile(pattern), STRUCK) for pattern in _ALONE),
)

_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----")
_KEY_TEXT = re.compile(r"[A-Za-z0-9+/]{16,400}={0,2}|[A-Za-z0-9+/]{1,15}={1,2}")


def redacted_line(line: str) -> str:
    """Return one line without the secrets in it, at most :data:`LINE_LIMIT` characters."""
    line = line[:LINE_LIMIT]
    for pattern, instead in _PATTERNS:
        line = pattern.sub(instead, line)
    return line


def redacted(lines: Iterable[str]) -> list[str]:
    """Return lines without the secrets in them.

    A private key becomes one line that says so; what others wrote between its lines stays.

    Args:
        lines: of one text, in their order, without ends of lines.
    """
    found: list[str] = []
    inside = 0
    for line in lines:
        begins, ends = _KEY_BEGINS.search(line), _KEY_ENDS.search(line)
        if begins is not None:
            found.append(f"{redacted_line(line[: begins.start()])}{STRUCK} private key {STRUCK}")
            inside = 0 if ends is not None and ends.start() > begins.start() else KEY_LINES
        elif ends is not None:
            inside = 0
        elif inside and _KEY_TEXT.fullmatch(line.rpartition(" ")[2]):
            inside -= 1
        else:
            inside = max(0, inside - 1)
            found.append(redacted_line(line))
    return found
