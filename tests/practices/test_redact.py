"""Secrets in what a host shows: struck out, whatever stands around them, and no text takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.practices.incidents.redact import LINE_LIMIT, STRUCK, redacted, redacted_line

SECRET = "Tr0ub4dor"

SECRETS = [
    f"mysqldump --user=app --password={SECRET} shop",
    f"mysql -h db-1 -uapp -p{SECRET} shop",
    f"/usr/bin/backup --db-password {SECRET} --to /srv",
    f"PGPASSWORD={SECRET} psql -h db",
    f"app[1]: login with password: {SECRET}",
    f"app[1]: connect to postgres://app:{SECRET}@db-1/shop failed",
    f"clone https://{SECRET}{SECRET}@github.com/a/b",
    f"GET /hook?token={SECRET}&x=1",
    f'{{"user": "app", "client_secret": "{SECRET}"}}',
    f"curl -H 'Authorization: Bearer {SECRET}' http://x",
    f"Authorization: Basic {SECRET}=",
    f"proxy-authorization: {SECRET}",
    f"Cookie: session={SECRET}; lang=en",
    f"set-cookie: sid={SECRET}",
    f"curl -s -u admin:{SECRET} https://x",
    f"sshpass -p {SECRET} ssh web-1",
    f"redis-cli -h c -a {SECRET} info",
    f"ldapsearch -x -D cn=a -w {SECRET}",
    f"openssl rsa -passin pass:{SECRET}",
    f"smbclient //nas/x -U bob%{SECRET}",
    f"htpasswd -bc /etc/f bob {SECRET}",
    f"CREATE USER a IDENTIFIED BY '{SECRET}'",
    f"the password for bob is {SECRET}",
    f"api_key: {SECRET}",
    f"AWS_SECRET_ACCESS_KEY={SECRET}",
    f"export X-API-Key: {SECRET}",
    f'passphrase="{SECRET} with blanks"',
    f"--token='{SECRET}'",
    f"key ghp_{SECRET}0123456789",
    f"glpat-{SECRET}123 used",
    f"xoxb-1234567890-{SECRET}",
    f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.{SECRET}",
    f"root:$6$saltsalt${SECRET}:19000:0:99999:7:::",
    f"bob:$y$j9T$abc${SECRET}",
]


@pytest.mark.parametrize("line", SECRETS)
def test_a_secret_is_struck_out(line: str) -> None:
    """What it is stays, what it says does not."""
    found = redacted_line(line)
    assert SECRET not in found
    assert STRUCK in found
    assert found[:3] == line[:3] or line.startswith(("key", "eyJ", "glpat", "xoxb"))


def test_keys_of_amazon() -> None:
    """By their form alone."""
    assert redacted_line("id AKIAIOSFODNN7EXAMPLE here") == f"id {STRUCK} here"


KEPT = [
    "2026-11-28T10:00:00Z sshd[12]: Failed password for root from 10.0.0.1 port 22 ssh2",
    "2026-11-28T10:00:00Z sshd[12]: Accepted publickey for deploy from 10.0.0.1 port 4 ssh2: ED25519 SHA256:abcdefgh",
    "2026-11-28T10:00:00Z kernel: EXT4-fs error (device sdb1): ext4_find_entry:1463: inode #2: comm nginx",
    "2026-11-28T10:00:00Z systemd[1]: Started postgresql@15-main.service - PostgreSQL Cluster 15-main.",
    "tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*",
    "https://web-1.lon:8443/health?x=1 answers 503",
    "  812 root         S     1.0    12 MiB       4  /usr/sbin/nginx -p /srv -c /etc/nginx.conf",
    "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 ok",
    "/usr/lib/jvm/java17openjdk/lib/server/classes/Very/Long/Path/Without/Any/Dot/In/It/At/All/9",
    "sudo: deploy : TTY=pts/0 ; PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/systemctl restart app",
    "pinging 10.0.0.4, tokens per second 12, keyboard: us",
]


@pytest.mark.parametrize("line", KEPT)
def test_what_is_no_secret_stays(line: str) -> None:
    """Evidence that says nothing any more would be of no use."""
    assert redacted_line(line) == line


def test_a_private_key_becomes_one_line() -> None:
    """Its text is struck out also where a log writes its time before each line, or the end is missing."""
    body = ["QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2", "abcd=="]
    begin, end = "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"
    logged = [f"10:00 app[1]: {line}" for line in (begin, *body)]
    assert redacted(["a", begin, *body, end, "b"]) == ["a", f"{STRUCK} private key {STRUCK}", "b"]
    assert redacted([*logged, "10:01 kernel: oops, a disk"]) == [
        f"10:00 app[1]: {STRUCK} private key {STRUCK}", "10:01 kernel: oops, a disk",
    ]  # fmt: skip
    assert redacted([body[0]]) == [STRUCK]


def test_a_key_that_never_ends_hides_no_evidence() -> None:
    """Whoever writes its beginning into a log strikes out nothing of what follows."""
    lines = [f"line {number} of a log" for number in range(500)]
    assert redacted(["-----BEGIN PRIVATE KEY-----", *lines])[1:] == lines


HOSTILE = [
    "password" * 130, "://" * 340, "://a:" * 250, "://" + "a" * 997, "a" * 1000, "eyJ" * 333, "eyJ" + "a" * 997,
    "$6$" + "a" * 997, "curl " * 200, "mysql " + "a " * 490, "curl -u " * 125, "-" * 1000, "--pass" * 160,
    "secret to " * 100, "Aa0" * 333, "Aa0+" * 40 + " " + "Aa0+" * 200, "Authorization" * 76, '"' * 1000,
    'password="' * 100, "x" * 500 + "password", "cookie: " * 125, "identified by " * 70, "ldapsearch -w " * 70,
]  # fmt: skip


def test_no_text_takes_long() -> None:
    """The worst that comes to mind, as much of it as all the evidence of a host may be."""
    lines = HOSTILE * 20
    began = time.process_time()
    redacted(lines)
    spent_s = time.process_time() - began
    assert spent_s / len(lines) < 0.005, f"{spent_s / len(lines) * 1000:.2f} ms a line"


@given(st.lists(st.text(max_size=200), max_size=20))
def test_any_text(lines: list[str]) -> None:
    """Bounded, never more lines than before; and what was struck out once is left at that."""
    found = redacted(lines)
    assert len(found) <= len(lines)
    assert all(len(line) <= LINE_LIMIT + 1000 for line in found)


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=12, max_size=40))
def test_any_value_of_a_password(value: str) -> None:
    """Whatever it is."""
    assert value not in redacted_line(f"run --password={value} --verbose")
