"""``tui-ops do`` and ``trust``: what is sent to the engine, what is printed, and what is refused before."""

import base64
import hashlib

import pytest
from support.cli_state import KNOWN, OFFERED, ScriptedEngine

from tui_ops.actions.errors import ActError, Code
from tui_ops.cli.fingerprints import read_fingerprints


def test_an_act_is_sent_as_written_and_its_outcomes_are_printed(tui, engine: ScriptedEngine):
    """Targets and parameters arrive in one request; outcomes go to standard output, the sentence to error."""
    ran = tui("do", "host.maintenance", "web-1", "group:db", "for=2h", "reason=new disk", "--expect", "web-1=3")
    asked = engine.asked[0]
    assert (asked.action, asked.targets) == ("host.maintenance", ("web-1", "group:db"))
    assert (asked.params, asked.expect) == ({"for": "2h", "reason": "new disk"}, {"web-1": 3})
    assert (ran.code, ran.out) == (0, "web-1     done\ngroup:db  done\n")
    assert "audit entry 7" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("host.red", "web-1"),
        ("host.read",),
        ("fleet.reload", "web-1"),
        ("host.maintenance", "web-1"),
        ("host.maintenance", "web-1", "for=soon", "reason=x"),
        ("host.maintenance", "web-1", "reason=x", "reason=y"),
        ("host.read", "web-1", "how=fast"),
        ("host.read", "web-1", "--expect", "web-1"),
        ("host.trust", "web-1", "new-1", f"fingerprints={OFFERED}", "--yes"),
        ("host.trust", "web-1", "fingerprints=MD5:aa", "--yes"),
        ("engine.stop",),
    ],
)
def test_what_can_not_be_meant_is_refused_before_anything_is_asked(tui, engine: ScriptedEngine, words):
    """A wrong command line is exit 2 and one sentence; the engine never hears of it."""
    ran = tui("do", *words)
    assert (ran.code, ran.out, engine.asked) == (2, "", [])
    assert ran.err.startswith("tui-ops: ")


def test_one_fingerprint_on_the_command_line_becomes_one_of_its_host(tui, engine: ScriptedEngine):
    """The socket takes fingerprints by host, so that none is trusted for another host."""
    assert tui("do", "host.trust", "new-1", f"fingerprints={OFFERED}", "--yes").code == 0
    assert engine.asked[0].params == {"fingerprints": {"new-1": [OFFERED]}}


def test_no_engine_is_exit_3_and_a_refusal_exit_4(tui, state):
    """A script tells apart that nobody was asked from that somebody said no."""
    assert tui("do", "host.read", "web-1").code == 3

    def refuse(_request):
        raise ActError(Code.FORBIDDEN, "a viewer may \x1b[31mnot", "ask an operator")

    with ScriptedEngine(state.socket, refuse):
        ran = tui("do", "host.read", "web-1")
    assert (ran.code, ran.out) == (4, "")
    assert ran.err == "tui-ops: a viewer may ␛[31mnot\n  ask an operator\n"


def test_a_read_only_session_asks_for_nothing(tui, engine: ScriptedEngine):
    """``--read-only`` stands before the verb and holds for every act."""
    ran = tui("--read-only", "do", "host.read", "web-1")
    assert (ran.code, engine.asked) == (4, [])


def test_without_an_act_the_acts_are_listed(tui):
    """A list on standard output, with what each asks for."""
    assert any(line.startswith("host.maintenance ") and "HOST… [for=1h] reason=…" in line
               for line in tui("do").out.splitlines())  # fmt: skip


def test_a_named_host_is_trusted_with_the_key_that_it_offers(tui, engine: ScriptedEngine):
    """The fingerprint is shown on standard error and sent as it was shown."""
    ran = tui("trust", "new-1", "--yes")
    assert ran.code == 0
    assert f"new-1  10.0.3.1  ssh-ed25519  {OFFERED}" in ran.err
    assert engine.asked[0].params == {"fingerprints": {"new-1": [OFFERED]}}


def test_a_changed_key_needs_to_be_replaced_in_so_many_words(tui, engine: ScriptedEngine):
    """Without --replace it is refused; with it, what is given up is shown."""
    ran = tui("trust", "moved-1", "--yes")
    assert (ran.code, engine.asked) == (1, [])
    assert KNOWN in ran.err
    ran = tui("trust", "moved-1", "--yes", "--replace")
    assert ran.code == 0
    assert f"instead of  ssh-ed25519  {KNOWN}" in ran.err or f"{KNOWN}, trusted by alice" in ran.err
    assert engine.asked[0].params == {"fingerprints": {"moved-1": [OFFERED]}, "replace": "yes"}


def test_nobody_is_trusted_in_silence(tui, engine: ScriptedEngine):
    """Without a terminal there is nobody to ask, and --yes alone names nobody."""
    assert tui("trust", "new-1").code == 2
    assert tui("trust", "--yes").code == 2
    assert tui("trust", "nobody", "--yes").code == 2
    assert engine.asked == []


def test_a_file_trusts_what_agrees_and_names_what_does_not(tui, engine: ScriptedEngine, tmp_path):
    """A host that offers another key than the file says is refused; the others are trusted; the exit code is 1."""
    file = tmp_path / "prints"
    file.write_text(f"# from the console\nnew-1 {OFFERED}\nmoved-1 {KNOWN}\nweb-9 {OFFERED}\n")
    ran = tui("trust", "--fingerprints", str(file), "--yes")
    assert ran.code == 1
    assert "moved-1: it offers ssh-ed25519" in ran.err
    assert "web-9: the file names it, the inventory does not" in ran.err
    assert engine.asked[0].params == {"fingerprints": {"new-1": [OFFERED]}}


def test_a_file_with_a_mistake_trusts_nothing(tui, engine: ScriptedEngine, tmp_path):
    """Every mistake has its line; half a file is worse than none."""
    file = tmp_path / "prints"
    file.write_text(f"new-1 {OFFERED}\nmoved-1 SHA256:short\nweb-1 MD5:00:11\n")
    ran = tui("trust", "--fingerprints", str(file), "--yes")
    assert (ran.code, engine.asked) == (1, [])
    assert "line 2:" in ran.err
    assert "line 3: MD5 proves nothing" in ran.err


def test_three_kinds_of_lines_say_the_same():
    """A fingerprint, a line of known_hosts and a line of ssh-keygen name one key."""
    kind = b"ssh-ed25519"
    blob = len(kind).to_bytes(4, "big") + kind + (32).to_bytes(4, "big") + bytes(32)
    key = base64.b64encode(blob).decode()
    print_ = "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    given = read_fingerprints(f"a {print_}\nb,[c]:2222 ssh-ed25519 {key} comment\n256 {print_} root@d (ED25519)\n")
    assert given.mistakes == []
    assert given.by_host == {"a": [print_], "b": [print_], "[c]:2222": [print_], "d": [print_]}


@pytest.mark.parametrize(
    "line",
    ["web-1", "* ssh-ed25519 AAAA", "|1|x|y ssh-ed25519 AAAA", "@cert-authority * ssh-rsa AAAA", "web-1 ssh-rsa ???",
     "256 SHA256:" + "A" * 43 + " no comment (ED25519)", "web-1 ssh-rsa " + base64.b64encode(bytes(60)).decode()],
)  # fmt: skip
def test_lines_that_say_nothing_certain_are_mistakes(line):
    """A pattern, a hash, a key that belies its type: each is told, none is guessed."""
    assert len(read_fingerprints(line).mistakes) == 1
