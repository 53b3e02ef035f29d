"""What a right plan gives. Mistakes are in ``test_mistakes.py``."""

import pytest

from tui_ops.model.plans import Batching, OnFailure, Parameter, ParameterType, Part, Plan, Step, StepKind
from tui_ops.plans import read_plan

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0v7nHq0mOQnlB4r0a2Q3bq7y2h0dZlYj0m7f3b0c1A anna@desk"
"""A public key as a file holds it; nobody has the other half."""


def steps_of(text: str, values: dict[str, str] | None = None) -> tuple[Step, ...]:
    """Return the steps of a plan whose text after ``steps:`` is this."""
    return read_plan(f"steps:\n{text}", values).steps


def only(text: str) -> Step:
    """Return the one step of a plan that is this step."""
    (step,) = steps_of(f"  - {text}\n")
    return step


@pytest.mark.parametrize(
    ("text", "kind", "args"),
    [
        ("command: systemctl daemon-reload", "command", {"words": ("systemctl", "daemon-reload")}),
        ("command: [echo, 'a b', '']", "command", {"words": ("echo", "a b", "")}),
        ("command: echo 'a  b' \"c d\" e\\ f", "command", {"words": ("echo", "a  b", "c d", "e f")}),
        ("command: echo $HOME; rm * > x | y && z `w` #no",
         "command", {"words": ("echo", "$HOME;", "rm", "*", ">", "x", "|", "y", "&&", "z", "`w`")}),
        ("script: 'exit 0'", "script", {"text": "exit 0", "environment": ()}),
        ("file: {path: /a b/ü'\"$x, content: ''}", "file", {"path": "/a b/ü'\"$x", "state": "present", "content": ""}),
        ("file: {path: /x, content: a, mode: 640, owner: root, group: '0'}", "file",
         {"path": "/x", "state": "present", "content": "a", "mode": "0640", "owner": "root", "group": "0"}),
        ("file: {path: /x, state: absent}", "file", {"path": "/x", "state": "absent"}),
        ("file: {path: /x, state: kept}", "file", {"path": "/x", "state": "kept"}),
        ("file: {path: /x, content: 'a {{b}}'}", "file", {"path": "/x", "state": "present", "content": "a {{b}}"}),
        ("package: nginx", "package", {"name": "nginx", "do": "install"}),
        ("package: {do: security}", "package", {"do": "security"}),
        ("package: {name: 'libc6:i386', do: upgrade, version: '1:2.3~rc1-1+b2'}", "package",
         {"name": "libc6:i386", "do": "upgrade", "version": "1:2.3~rc1-1+b2"}),
        ("unit: {name: getty@tty1.service, do: mask}", "unit", {"name": "getty@tty1.service", "do": "mask"}),
        ("account: {name: deploy, do: add, groups: [web, adm], shell: /bin/sh, comment: For ß, home: /srv}", "account",
         {"name": "deploy", "do": "add", "groups": ("web", "adm"), "shell": "/bin/sh", "comment": "For ß",
          "home": "/srv"}),
        ("account: {name: deploy, do: lock}", "account", {"name": "deploy", "do": "lock"}),
        (f"key: {{account: deploy, key: {KEY}}}", "key", {"account": "deploy", "key": KEY, "do": "add"}),
        ("reboot:", "reboot", {"within": 600.0}),
        ("reboot: 20m", "reboot", {"within": 1200.0}),
        ("reboot: {within: 30s}", "reboot", {"within": 30.0}),
        ("wait: 1m30s", "wait", {"seconds": 90.0}),
        ("http: https://{host}:8443/health", "http",
         {"url": "https://{host}:8443/health", "status": 200, "within": 30.0, "times": 1, "from": "engine"}),
        ("http: {url: 'http://{address}/', status: 503, contains: ok, within: 0s, times: 3, from: host}", "http",
         {"url": "http://{address}/", "status": 503, "contains": "ok", "within": 0.0, "times": 3, "from": "host"}),
        ("check: {unit: nginx}", "check", {"unit": "nginx", "is": "active"}),
        ("check: {port: 443, listens: no}", "check", {"port": 443, "listens": False}),
        ("check: {file: /etc/motd}", "check", {"file": "/etc/motd", "exists": True}),
        (f"check: {{file: /x, sha256: {'AB' * 32}}}", "check", {"file": "/x", "sha256": "ab" * 32}),
        ("check: {file: /x, contains: 'a.*b'}", "check", {"file": "/x", "contains": "a.*b"}),
        ("check: {package: nginx}", "check", {"package": "nginx", "installed": True}),
        ("check: {package: nginx, version: 1.2-1}", "check", {"package": "nginx", "version": "1.2-1"}),
        ("check: {package: nginx, at_least: 1.2-1}", "check", {"package": "nginx", "at_least": "1.2-1"}),
        ("check: {command: [nginx, -t], exits: 1, says: 'ok$'}", "check",
         {"command": ("nginx", "-t"), "exits": 1, "says": "ok$"}),
        ("manual: Pull the plug.", "manual", {"text": "Pull the plug."}),
        ("local: 'scp x {{host}}:'", "local", {"words": ("scp", "x", "{{host}}:")}),
        ("ansible: {playbook: /srv/site.yml, tags: web, skip_tags: [slow, old]}", "ansible",
         {"playbook": "/srv/site.yml", "tags": ("web",), "skip_tags": ("slow", "old")}),
    ],
)  # fmt: skip
def test_each_kind_has_its_arguments(text: str, kind: str, args: dict[str, object]) -> None:
    """Types are those of the table, defaults are put in, and nothing of a shell means anything."""
    step = only(text)
    assert (step.kind, dict(step.args)) == (StepKind(kind), args)
    assert {name: type(value) for name, value in step.args.items()} == {
        name: type(value) for name, value in args.items()
    }


def test_every_kind_is_tried_here() -> None:
    """A new kind gets its row above."""
    (mark,) = vars(test_each_kind_has_its_arguments)["pytestmark"]
    assert {kind for _, kind, _ in mark.args[1]} == set(StepKind) - {StepKind.RESTORE}


def test_the_common_keys_of_a_step() -> None:
    step = only(
        "{command: a, name: Do it, timeout: 2m, retries: 3, retry_after: 0s, become: yes, when: 'group(\"web\")  '}"
    )
    assert (step.name, step.timeout_s, step.retries, step.retry_after_s) == ("Do it", 120.0, 3, 0.0)
    assert (step.become, step.when, step.line, step.key) == (True, 'group("web")', 2, "steps-1")


@pytest.mark.parametrize(
    ("text", "timeout_s"),
    [
        ("command: a", 60), ("package: a", 900), ("ansible: /a", 1800), ("manual: a", 86400),
        ("wait: 2h", 7230), ("reboot: 20m", 1230), ("http: {url: 'http://a/', within: 0s}", 60),
        ("http: {url: 'http://a/', within: 10m}", 630),
    ],
)  # fmt: skip
def test_how_long_a_step_may_take_without_a_word(text: str, timeout_s: float) -> None:
    """It is never ended while it waits as it was told."""
    assert only(text).timeout_s == timeout_s


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("command: systemctl  daemon-reload", "systemctl daemon-reload"),
        ("script: \"#!/bin/sh\\n\\nset -eu\\n  echo a\\n\"", "script: echo a"),
        ("file: {path: /x, content: a}", "file /x"), ("file: {path: /x, state: absent}", "remove /x"),
        ("file: {path: /x, state: kept}", "keep /x"),
        ("package: {name: a, version: '1'}", "install a = 1"), ("package: {do: security}", "security updates"),
        ("unit: {name: a, do: stop}", "stop a"), ("wait: 90s", "wait 1m"), ("reboot:", "reboot"),
        ("check: {unit: a, is: failed}", "unit a is failed"), ("check: {port: 1, listens: no}", "port 1: not listens"),
        ("check: {file: /a}", "file /a exists"), ("check: {command: a b}", "command a b"),
        ("http: http://a/", "http://a/ = 200"), ("local: a b", "here: a b"), ("manual: \"one\\ntwo\"", "one"),
    ],
)  # fmt: skip
def test_a_step_without_a_name_is_called_after_what_it_does(text: str, name: str) -> None:
    assert only(text).name == name


def test_a_whole_plan() -> None:
    """Every key of the top."""
    plan = read_plan("""\
pre: [check: {unit: a}]
steps: [command: b]
post: [wait: 1s]
rollback: [{manual: c}, {restore: files}]
batches: [1, 5 %, 12.50%, rest]
order: random
parallel: 3
max_fail_percentage: 10%
on_failure: roll_back_all
soak: 5m
expected_alerts: [host-down, host-down, unit-failed]
abort_if: shop-slow
""")
    assert [step.key for step in plan.all_steps()] == ["pre-1", "steps-1", "post-1", "rollback-1", "rollback-2"]
    assert plan.batching == Batching(
        ("1", "5%", "12.5%", "100%"), "", "random", 3, 10.0, OnFailure.ROLL_BACK_ALL, 300.0
    )
    assert (plan.expected_alerts, plan.abort_if) == (("host-down", "unit-failed"), ("shop-slow",))
    assert plan.parameters == ()


def test_what_is_not_said_is_as_usual() -> None:
    plan = read_plan("steps: [command: a]\n")
    assert plan == Plan(steps=plan.steps)
    assert read_plan("steps: [command: a]\nby: rack\n").batching == Batching(by="rack")
    assert read_plan("steps: [command: a]\nbatches: 5\n").batching.sizes == ("5",)


FILE = "steps: [{file: {path: /x, content: a}, become: %s}]\n"


def test_a_plan_that_writes_files_restores_them() -> None:
    """By root where root wrote one; where it says its own rollback, or none, that is what it has."""
    (restore,) = read_plan(FILE % "yes").rollback
    assert (restore.kind, restore.part, restore.args, restore.become) == (
        StepKind.RESTORE, Part.ROLLBACK, {"what": "files"}, True,
    )  # fmt: skip
    assert not read_plan(FILE % "no").rollback[0].become
    assert read_plan(FILE % "yes" + "rollback: [restore: files]\n").rollback[0].become
    assert read_plan(FILE % "yes" + "rollback: []\n").rollback == ()
    assert [one.kind for one in read_plan(FILE % "yes" + "rollback: [command: a]\n").rollback] == [StepKind.COMMAND]
    assert read_plan("steps: [command: a]\n").rollback == ()


MODEL = """\
parameters:
  version: {pattern: '[0-9.]+', help: As apt has it}
  workers: {type: number, least: 1, most: 64, default: 4}
  tls: {choices: [TLSv1.2, TLSv1.3], default: TLSv1.3}
  restart: {type: flag, default: no}
  to: host
  any:
steps:
  - package: {name: nginx, version: "{{version}}"}
    name: To {{version}}
  - command: run {{workers}} {{ tls }} -{{restart}}- {{to}} {{any}}
"""


def test_a_model_keeps_its_parameters_open() -> None:
    plan = read_plan(MODEL)
    assert plan.parameters == (
        Parameter("version", pattern="[0-9.]+", help="As apt has it"),
        Parameter("workers", ParameterType.NUMBER, "4", least=1.0, most=64.0),
        Parameter("tls", ParameterType.CHOICE, "TLSv1.3", ("TLSv1.2", "TLSv1.3")),
        Parameter("restart", ParameterType.FLAG, "no"),
        Parameter("to", ParameterType.HOST),
        Parameter("any"),
    )
    assert plan.steps[0].args["version"] == "{{version}}"


def test_a_model_with_its_values_is_a_plan() -> None:
    """Defaults stand in for what is not said, and no parameter is left."""
    plan = read_plan(MODEL, {"version": "1.2", "to": "web-1", "any": "x; y", "restart": "TRUE"})
    assert plan.parameters == ()
    assert plan.steps[0].args["version"] == "1.2"
    assert plan.steps[0].name == "To 1.2"
    assert plan.steps[1].args["words"] == ("run", "4", "TLSv1.3", "-yes-", "web-1", "x; y")


def test_a_value_that_is_no_text_may_be_a_parameter() -> None:
    """It is checked once its value is known."""
    text = (
        "parameters: {p: number, w: , b: flag}\nsteps: [{check: {port: '{{p}}', listens: '{{b}}'}}, {wait: '{{w}}'}]\n"
    )
    assert dict(read_plan(text).steps[0].args) == {"port": "{{p}}", "listens": "{{b}}"}
    plan = read_plan(text, {"p": "80", "w": "5s", "b": "no"})
    assert [dict(step.args) for step in plan.steps] == [{"port": 80, "listens": False}, {"seconds": 5.0}]


def test_a_script_has_its_parameters_as_variables() -> None:
    """Its text stays as it was written, whatever they are."""
    text = "parameters: {b: , a: }\nsteps: [{script: 'echo \"$TUI_a\" ${TUI_b} {{.Names}} {{other}}'}]\n"
    step = read_plan(text, {"a": "x'y", "b": "$(z)\n"}).steps[0]
    assert step.args == {
        "text": 'echo "$TUI_a" ${TUI_b} {{.Names}} {{other}}',
        "environment": ("TUI_a=x'y", "TUI_b=$(z)\n"),
    }


def test_an_alias_is_what_it_names() -> None:
    plan = read_plan("steps: [{command: a, <<: &more {become: yes}}, {command: b, <<: *more}]\n")
    assert [step.become for step in plan.steps] == [True, True]
