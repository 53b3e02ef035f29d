"""Where rsyslog sends logs, held against what its 8.2302 sent to each of these ports, of three messages."""

import time

import pytest

from tui_ops.collectors.facts.rsyslogconf import FILTERED, covers, forwards, includes

SETTINGS = r"""
/*
*.* @192.0.2.1:5001
*/
*.* \
   @192.0.2.1:5002
*.* @(z5)192.0.2.1:5003
ruleset(name="uncalled") { action(type="omfwd" target="192.0.2.1" port="5004") }
ruleset(name="called") { action(type="omfwd" target="192.0.2.1" port="5005"
   name="x"   # ) odd
   ) }
*.* call called
:programname, isequal, "sshd" @192.0.2.1:5006
auth.* @192.0.2.1:5007
& @192.0.2.1:5008
*.*;mail.none @192.0.2.1:5009
if $syslogfacility-text == 'auth' then @192.0.2.1:5010
*.* { action(type="omfwd" target="192.0.2.1" port="5011") }
*.=info @192.0.2.1:5012
"""

SENT = {
    5002: "auth.err daemon.info mail.info",
    5003: "auth.err daemon.info mail.info",
    5005: "auth.err daemon.info mail.info",
    5006: "auth.err",
    5007: "auth.err",
    5008: "auth.err",
    5009: "auth.err daemon.info",
    5010: "auth.err",
    5011: "auth.err daemon.info mail.info",
    5012: "daemon.info mail.info",
}
"""What came to which port, of ``auth.err`` by sshd, ``daemon.info`` and ``mail.info``."""


def test_what_the_real_one_sent() -> None:
    """Nothing from a comment or a ruleset that nobody calls; all, where no more than mail was left out."""
    found = {int(one.target.rpartition(":")[2]): one.what for one in forwards(SETTINGS)}
    assert set(found) == set(SENT)
    whole = {port for port, sent in SENT.items() if "auth.err daemon.info" in sent}
    assert {port for port, what in found.items() if not what} == whole
    assert (found[5006], found[5007], found[5008], found[5012]) == (FILTERED, "auth.*", "auth.*", "*.=info")


@pytest.mark.parametrize(
    ("settings", "target", "protocol", "is_tls"),
    [
        ("*.* @[2001:db8::1]:514", "[2001:db8::1]:514", "udp", False),
        ("*.* @@(o,z9)a.example.com:6514;RSYSLOG_SyslogProtocol23Format", "a.example.com:6514", "tcp", False),
        ("$DefaultNetstreamDriver gtls\n$ActionSendStreamDriverMode 1\n*.* @@a:6514", "a:6514", "tcp", True),
        ('global(DefaultNetstreamDriver="ossl")\naction(type="omfwd" target="a" protocol="tcp" StreamDriverMode="1")',
         "a", "tcp", True),
        ('action(type="omfwd" target="a" StreamDriver="gtls" StreamDriverMode="1")', "a", "udp", False),
        ('action(type="omfwd" target="a" protocol="tcp" StreamDriver="gtls" StreamDriverMode="0")', "a", "tcp", False),
        ('action(type="omrelp" target="a" port="2514" tls="on" tls.permittedPeer=["b"])', "a:2514", "relp", True),
        ("*.* :omrelp:a:2514", "a:2514", "relp", False),
    ],
)  # fmt: skip
def test_how_it_is_sent(settings: str, target: str, protocol: str, is_tls: bool) -> None:
    """Both syntaxes, of which ``rsyslogd -N1`` takes each."""
    (one,) = forwards(settings)
    assert (one.target, one.protocol, one.is_tls, one.what) == (target, protocol, is_tls, "")


def test_what_is_no_target() -> None:
    """Comments, other outputs, an address of mail, and an action without an end."""
    assert forwards('# *.* @@a\n*.* /var/log/x\n$template t,"to root @b"\naction(type="omfile" file="x")\n') == []
    assert forwards('action(type="omfwd" target="a"') == []


@pytest.mark.parametrize(
    ("selector", "is_all"),
    [("*.*", True), ("*.info;mail.none;cron.none", True), ("*.*;auth,authpriv.none", False), ("auth.*", False),
     ("*.err", False), ("kern.*;*.debug", True), ("*.*;*.!=debug", True), ("*.*;auth.!err", False), ("", False)],
)  # fmt: skip
def test_selectors(selector: str, is_all: bool) -> None:
    assert covers(selector) is is_all


def test_files_from_elsewhere() -> None:
    """The usual folder is read, and is no start of a comment."""
    said = '$IncludeConfig /etc/rsyslog.d/*.conf\ninclude(file="/srv/a.conf")\n#include(file="/srv/b.conf")\n*.* @@a'
    assert includes(said) == ["/srv/a.conf"]
    assert [one.target for one in forwards(said)] == ["a"]


@pytest.mark.parametrize("piece", ["{", "action(", 'ruleset(name="a"){call a\n', "*.* @@h\n", " /*\n", '"', "'a",
                                   'action(type="omfwd" target="a")\n{', " ", "\\\n"])  # fmt: skip
def test_no_settings_take_long(piece: str) -> None:
    """Of as many characters as are looked through."""
    said = (piece * 30_000)[:30_000]
    began = time.thread_time()
    assert len(forwards(said)) <= 200
    assert time.thread_time() - began < 1.0, "it is 30 ms"
