"""``status``, ``check``, ``audit verify``, ``doctor``, and the shape of the command line itself."""

import asyncio
import sqlite3
from collections import Counter

import pytest
from support.cli_state import ScriptedEngine, seed

from tui_ops.cli import status
from tui_ops.cli.arguments import VERBS, load, verb_parser
from tui_ops.cli.desk import engine_arguments, engine_listens
from tui_ops.cli.doctoring.session import agent_is_forwarded, kills_processes
from tui_ops.cli.main import main


def test_status_is_one_line_with_the_worst_first(tui):
    """Failed hosts are critical, each word has its first names, and every state its number."""
    ran = tui("status")
    assert ran.code == 2
    told, data = ran.out.rstrip("\n").split(" | ")
    assert told == (
        "TUI-OPS CRITICAL - 1 host key changed (moved-1), 1 down (db-1), 1 warning (web-2), "
        "1 host key unknown (new-1), 1 up; no incident open"
    )
    assert data.startswith("pending=0;;;0;5 up=1;;;0;5 ")
    assert ran.out.count("\n") == 1


def test_status_without_an_engine_is_unknown(run, tmp_path):
    """Old numbers are no answer: a stopped engine and a missing state are exit 3, on standard output."""
    paths = asyncio.run(seed(tmp_path / "old", stopped_at=1.0))
    ran = run("--state-dir", str(paths.root), "status")
    assert ran.code == 3
    assert ran.out.startswith("TUI-OPS UNKNOWN - the engine was stopped")
    missing = run("--state-dir", str(tmp_path / "none"), "status")
    assert (missing.code, missing.err) == (3, "")
    assert run("status", "now").code == 3


def test_status_of_nothing_but_good_hosts_is_ok():
    """An empty tally is unknown, not good."""
    assert status.tally([]).worst is status.Service.UNKNOWN
    assert status.line(status.tally([]), status.Incidents()) == "TUI-OPS UNKNOWN - the inventory has no hosts"


def test_check_prints_every_mistake_with_its_place(run, tmp_path):
    """All at once on standard output, the count on standard error, exit 1."""
    file = tmp_path / "fleet.yaml"
    file.write_text("name: shop\nhosts:\n  web-1: {adress: 10.0.0.1}\n  web-2: {address: 10.0.0.2, port: 99999}\n")
    ran = run("check", str(file))
    assert ran.code == 1
    assert f"{file}:3:" in ran.out
    assert "did you mean 'address'?" in ran.out
    assert f"{file}:4:" in ran.out


def test_check_counts_what_a_good_file_describes(run, tmp_path):
    """One line, exit 0; the file in use is taken where none is named."""
    file = tmp_path / "fleet.yaml"
    file.write_text("name: shop\nhosts:\n  web-[1:3]: {address: '10.0.0.[1:3]'}\n")
    assert run("check", str(file)).out == f"{file}: ok, shop: 3 hosts\n"
    assert run("-i", str(file), "check").code == 0
    assert run("-i", str(tmp_path / "none.yaml"), "check").code == 1


def test_check_counts_the_checks_too(run, tmp_path):
    """As the inventory says them, not once for each of their hosts."""
    file = tmp_path / "fleet.yaml"
    text = "name: shop\nhosts:\n  web-[1:3]: {address: '10.0.0.[1:3]'}\nchecks:\n"
    file.write_text(text + "  ssh: {tcp: '{address}:22', hosts: ['web-*']}\n")
    assert run("check", str(file)).out == f"{file}: ok, shop: 3 hosts, 1 check\n"
    file.write_text(text + "  ssh: {tcp: '{address}:22', hosts: ['web-*']}\n  page: {http: 'https://shop.example'}\n")
    assert run("check", str(file)).out == f"{file}: ok, shop: 3 hosts, 2 checks\n"


def test_check_says_what_a_foreign_file_is_and_what_of_it_is_left_out(run, tmp_path):
    """The format stands in the last line, each note before it; that is no failure."""
    file = tmp_path / "shop.ini"
    file.write_text("[web]\nw1\nw2 ansible_host='{{ x }}'\n")
    ran = run("check", str(file))
    assert ran.code == 0
    note, last = ran.out.splitlines()
    assert note.startswith(f"note: {file}:3:1: the host 'w2' is left out: 'ansible_host' is a Jinja template (")
    assert last == f"{file}: ok, shop (Ansible INI): 1 host"


def test_audit_verify_names_what_was_changed(tui, state):
    """A whole chain is exit 0; an entry that someone changed behind the engine's back is named, exit 1."""
    assert tui("audit", "verify").out == "the audit is whole: 3 entries\n"
    with sqlite3.connect(state.ops_db) as attacker:
        for (name,) in attacker.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            attacker.execute(f"DROP TRIGGER {name}")
        attacker.execute("UPDATE audit SET who = 'mallory' WHERE id = 2")
    attacker.close()
    ran = tui("audit", "verify")
    assert ran.code == 1
    assert ran.out.startswith("entry 2: changed: ")


def test_doctor_looks_at_everything_and_says_what_to_do(tui, state):
    """A state that lets others in is bad, and the line below says how to mend it."""
    state.root.chmod(0o755)
    ran = tui("doctor", "db-1")
    assert ran.code == 1
    assert "BAD   state        mode 0755 lets others in\n" in ran.out
    assert f"do: chmod 0700 {state.root}" in ran.out
    assert "do: check power, network and sshd of the host" in ran.out
    assert "by hand" in ran.out


def test_doctor_asks_the_engine_who_we_are(tui, engine: ScriptedEngine):
    """The role by which acts are allowed stands there before one is refused."""
    assert "ok    you          alice, admin\n" in tui("doctor").out
    assert engine.asked[0].ask == "status"


def test_doctor_tells_what_ends_with_the_session():
    """A forwarded agent and a machine that kills at logout both stop an engine in the background."""
    forwarded = {"SSH_AUTH_SOCK": "/tmp/ssh-XXXX/agent.12", "SSH_CONNECTION": "1 2 3 4"}
    assert agent_is_forwarded(forwarded)
    assert not agent_is_forwarded({"SSH_AUTH_SOCK": "/run/user/1000/keyring/ssh", "SSH_CONNECTION": "1 2 3 4"})
    assert kills_processes(["[Login]\nKillUserProcesses=no\n", "KillUserProcesses = yes"])
    assert not kills_processes(["#KillUserProcesses=yes\n"])


@pytest.mark.parametrize("verb", VERBS.values(), ids=lambda verb: verb.name)
def test_every_verb_has_what_the_command_line_calls(verb):
    """The table of verbs names modules that are there, each with its arguments and its help."""
    module = load(verb)
    assert callable(module.add_arguments)
    assert callable(module.run)
    assert verb_parser(verb).prog == f"tui-ops {verb.name}"


def test_usage_errors_are_short_and_exit_2(run):
    """A wrong verb is suggested, a late global option is told where it belongs."""
    wrong = run("shwo")
    assert (wrong.code, wrong.out) == (2, "")
    assert "did you mean show?" in wrong.err
    late = run("show", "hosts", "-i", "x")
    assert late.code == 2
    assert "stands before the verb" in late.err
    assert run("--frobnicate").code == 2
    assert run("demo", "--hosts", "0").code == 2


def test_the_desk_needs_a_terminal(run):
    """Without one it says so and names what scripts use; no engine is started."""
    ran = run()
    assert ran.code == 2
    assert "tui-ops show hosts" in ran.err


def test_the_state_is_found_by_option_environment_and_name(monkeypatch, tmp_path):
    """In this order; the fleet's name is the folder's."""
    from tui_ops.cli.arguments import global_parser
    from tui_ops.cli.context import Context

    file = tmp_path / "fleet.yaml"
    file.write_text("name: shop\nhosts: {here: local}\n")
    environ = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "xdg")}
    parse = global_parser().parse_args
    found = Context(parse(["-i", str(file)]), environ)
    assert found.state.root == tmp_path / "xdg" / "tui-ops" / "shop"
    assert engine_arguments(found) == [
        "-i", str(file), "--state-dir", str(found.state.root), "engine", "--background",
    ]  # fmt: skip
    environ["TUI_OPS_STATE"] = str(tmp_path / "named")
    assert Context(parse([]), environ).state.root == tmp_path / "named"
    assert Context(parse(["--state-dir", "/srv/x"]), environ).state.root.as_posix() == "/srv/x"


def test_an_engine_is_told_by_its_socket(state, tmp_path):
    """A socket that nobody listens at any more is no engine."""
    assert not engine_listens(state.socket)
    with ScriptedEngine(state.socket):
        assert engine_listens(state.socket)
    assert not engine_listens(state.socket)


def test_ctrl_c_is_exit_130(monkeypatch):
    """Wherever it comes, without a traceback."""
    from tui_ops.cli import check

    def interrupted(_options: object, _context: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "run", interrupted)
    assert main(["check"]) == 130


def test_status_tells_open_incidents_and_who_is_on_call():
    """By priority, whatever else is true; the exit code stays that of the hosts, and each priority has its number."""
    told = status.Incidents(Counter({1: 1, 3: 2}), "line anna | b")
    line = status.line(status.Tally(Counter({"up": 2})), told)
    assert "; 3 incidents open: 1 P1, 2 P3; on call: line anna / b | " in line
    assert line.endswith(
        "incidents_p1=1;;;0 incidents_p2=0;;;0 incidents_p3=2;;;0 incidents_p4=0;;;0 incidents_p5=0;;;0"
    )


def test_status_reads_them_from_the_store(tui, state):
    """Those that are over are not among them."""
    with sqlite3.connect(state.ops_db) as connection:
        known = {row[1]: row[2] for row in connection.execute("PRAGMA table_info(incident)") if row[3] and not row[5]}
        rest = {name: 0 if kind in ("INTEGER", "BOOLEAN", "FLOAT") else "" for name, kind in known.items()}
        for number, (priority, word) in enumerate([(1, "triage"), (2, "monitoring"), (2, "resolved")], 1):
            row = {**rest, "id": number, "priority": priority, "state": word, "services": "[]", "roles": "{}"}
            names = ", ".join(row)
            connection.execute(f"INSERT INTO incident ({names}) VALUES ({', '.join('?' * len(row))})", (*row.values(),))
    connection.close()
    assert "; 2 incidents open: 1 P1, 1 P2 | " in tui("status").out


ON_CALL = """
name: shop
hosts: {web-1: {address: 10.0.0.1}}
operators: {anna: operator, bernd: operator}
door: {token: !file door-token}
oncall:
  mail: {server: mail.example.org, tls: starttls, from: desk@example.org, user: desk, password: !env MAIL_PASSWORD}
  contacts:
    anna: {ways: {push: !file anna-push, mail: anna@example.org}}
    bernd: {ways: {mail: bernd@example.org}}
  rotations:
    first: {people: [anna, bernd], every: week, on: mon, at: "09:00"}
"""


def test_doctor_reads_the_secrets_of_calls_and_of_the_door(run, tmp_path, monkeypatch):
    """All are there: it says so, and none of them stands in what it prints."""
    file = tmp_path / "fleet.yaml"
    file.write_text(ON_CALL)
    (tmp_path / "door-token").write_text("a-token-of-more-than-16\n")
    (tmp_path / "anna-push").write_text("ntfy://secret-topic\n")
    monkeypatch.setenv("MAIL_PASSWORD", "hunter2-hunter2")
    ran = run("-i", str(file), "--state-dir", str(tmp_path / "state"), "doctor")
    assert "ok    on call      3 ways to 2 people, their secrets can be read" in ran.out
    assert "ok    door         its token can be read; 127.0.0.1 port 9870" in ran.out
    assert not [one for one in ("a-token", "secret-topic", "hunter2") if one in ran.out + ran.err]


def test_doctor_names_each_secret_that_can_not_be_read(run, tmp_path, monkeypatch):
    """With its place and what to do: nobody finds out at three in the morning. What only the engine's environment may
    have is no failure here.
    """
    file = tmp_path / "fleet.yaml"
    file.write_text(ON_CALL)
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "door-token").write_text("short\n")
    monkeypatch.delenv("MAIL_PASSWORD", raising=False)
    ran = run("-i", str(file), "--state-dir", str(tmp_path / "state"), "doctor")
    assert ran.code == 1
    assert "BAD   door         its token has less than 16 characters\n" in ran.out
    assert f"BAD   on call      anna's way push: {file}:" in ran.out
    assert "look  on call      the password of the mail server: " in ran.out
    assert "short" not in ran.out
