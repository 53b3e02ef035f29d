"""Every mistake of a plan: at its place, with what would be right, and all at once."""

import pytest

from tui_ops.plans import PlanWrong, read_plan
from tui_ops.plans.batching import SIZES_MAX
from tui_ops.plans.parameters import PARAMETERS_MAX
from tui_ops.plans.reading import FILLED_LIMIT, STEPS_MAX, TEXT_LIMIT
from tui_ops.plans.values import CONTENT_LIMIT, WORD_LIMIT, WORDS_MAX

GOOD = "steps: [command: a]\n"


def mistakes(text: str, values: dict[str, str] | None = None) -> list[str]:
    """Return what is wrong, each as ``LINE:COLUMN message (hint)``."""
    with pytest.raises(PlanWrong) as caught:
        read_plan(text, values)
    return [str(one).removeprefix("plan:") for one in caught.value.mistakes]


def wrong(text: str, values: dict[str, str] | None = None) -> str:
    """Return the one thing that is wrong."""
    (said,) = mistakes(text, values)
    return said


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("comand: a", "2:5: unknown key 'comand' (did you mean 'command'?)"),
        ("nonsense: a", "2:5: unknown key 'nonsense' (kinds of steps are: command, script"),
        ("{command: a, script: b}", "2:18: a step does one thing, and this one has 'command' already"),
        ("{become: yes}", "2:5: this step does nothing (add one of: command"),
        ("just words", "2:5: expected a step, found 'just words'"),
        ("{command: a, becom: yes}", "2:18: unknown key 'becom' (did you mean 'become'?)"),
        ("{command: a, become: si}", "2:26: 'si' is neither yes nor no"),
        ("{command: a, timeout: 5}", "2:27: '5' is not a duration (write a number with a unit"),
        ("{command: a, timeout: 25h}", "2:27: '25h' is out of bounds (write 1s to 24h)"),
        ("{command: a, retries: 11}", "2:27: '11' can't be used here (write a whole number from 0 to 10)"),
        ("{command: a, name: ''}", "2:24: '' is empty, too long, or can't be shown"),
        ("{wait: 10m, timeout: 5m}", "2:26: the step waits 600 s, and is ended before"),
        ("{http: 'http://a/', become: yes}", "2:25: 'http' is done by the engine's own account"),
        ("command:", "2:5: 'command' says nothing (write 'command: …')"),
        ("command: []", "2:14: 'command' has no words"),
        ("command: ['', a]", "2:14: the program's name is empty"),
        ("command: {a: b}", "2:14: expected a list, found keys with values"),
        ("command: [a, [b]]", "2:18: expected a single value, found a list"),
        ("command: it's", "2:14: a quote in the command is not closed"),
        ('command: ["a\\0b"]', "2:15: the character NUL can't be handed to a program"),
        ("script: '  '", "2:13: the script is empty"),
        ("file: /x", "2:11: expected keys below 'file', found '/x' (known below it: path, state"),
        ("file:", "2:5: 'file' says nothing (known below it: path"),
        ("file: {content: a}", "2:5: 'path' is missing below 'file'"),
        ("file: {path: x, content: a}", "2:18: 'x' can't be a file's path (write an absolute path"),
        ("file: {path: /a/../b, content: a}", "2:18: '/a/../b' leads through '.' or '..'"),
        ("file: {path: /a/, content: a}", "2:18: '/a/' can't be a file's path"),
        ("file: {path: /a}", "2:5: the file has no content"),
        ("file: {path: /a, from: b}", "2:22: a file beside the plan can't be named yet"),
        ("file: {path: /a, state: absent, mode: '644'}", "2:37: 'mode' has no meaning for a file that is removed"),
        ("file: {path: /a, state: kept, mode: '644'}", "2:35: 'mode' has no meaning for a file that is kept as it is"),
        ("file: {path: /a, content: b, mode: 'rw'}", "2:40: 'rw' can't be a mode"),
        ("file: {path: /a, content: b, owner: -x}", "2:41: '-x' can't be an owner"),
        ("package: {do: remove}", "2:5: the package has no name"),
        ("package: {name: a, do: hold, version: 1}", "2:34: 'version' has no meaning with 'do: hold'"),
        ("package: --force", "2:14: '--force' can't be a package's name"),
        ("unit: {name: a, do: strat}", "2:25: 'strat' is no act on a unit (did you mean 'start'?)"),
        ("unit: {name: a}", "2:5: 'do' is missing below 'unit'"),
        ("unit: {name: -a, do: stop}", "2:18: '-a' can't be a unit's name"),
        ("account: {name: 'a b', do: add}", "2:21: 'a b' can't be a name of an account or group"),
        ("account: {name: a, do: lock, shell: /bin/sh}", "2:34: 'shell' has no meaning with 'do: lock'"),
        ("account: {name: a, do: add, comment: 'a:b'}", "2:42: a comment can't hold ':'"),
        ("key: {account: a, key: ssh-rsa AAAA}", "2:28: the key is not of the type that it says"),
        ("key: {account: a, key: nonsense}", "2:28: 'nonsense' can't be a public key"),
        ("reboot: 3s", "2:13: '3s' is out of bounds (write 10s to 2h)"),
        ("http: ftp://a/", "2:11: 'ftp://a/' can't be asked"),
        ("http: http://a:b@c/", "2:11: an account or a password does not belong into an address"),
        ("http: {url: 'http://a/', status: 1000}", "2:38: '1000' can't be used here"),
        ("check: {unti: a}", "2:12: this 'check' does not say what is looked at"),
        ("check: {file: /a, exists: yes, contains: b}", "2:36: 'contains' has no meaning beside 'exists'"),
        ("check: {unit: a, is: up}", "2:26: 'up' is no state of a unit"),
        ("check: {port: 70000}", "2:19: '70000' is not a port"),
        ("check: {command: a, says: '('}", "2:31: the pattern '(' can't be read"),
        ("check: {command: a, says: '(a+)+b'}", "2:31: the pattern repeats a group that itself repeats"),
        ("check: {unit: a, port: 1}", "2:22: unknown key 'port'"),
        ("ansible: {playbook: /a, tags: [b, --limit=x]}", "2:39: '--limit=x' can't be a tag"),
        ("ansible: a.yml", "2:14: 'a.yml' can't be a file's path"),
        ("restore: files", "2:5: 'restore' restores what steps replaced, and can't stand below 'steps'"),
        ("{command: a, when: 'os = 1'}", "2:28: '=' compares nothing (write '==')"),
        ("{command: a, when: os}", "2:24: this is no condition"),
        ("{command: a, when: oss == \"x\"}", "2:24: nothing is called 'oss' (did you mean 'os'?)"),
        ("{command: a, when: 'host == \"a\" and grup(\"b\")'}", "2:41: there is no function 'grup' (did you mean"),
        ("{command: a, when: [a]}", "2:24: expected a single value, found a list"),
        ("command: !!python/object:os.system a", "2:14: the tag '!!python/object:os.system' means nothing here"),
        ("command: !env HOME", "2:14: the tag '!env' means nothing here (leave it out"),
        ("{command: a, command: b}", "2:18: the key 'command' is here twice, first at line 2, column 6"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_step(step: str, said: str) -> None:
    """The first thing that is told of it."""
    assert mistakes(f"steps:\n  - {step}\n")[0].startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: the plan is empty"),
        ("# nothing\n", "1:1: the plan is empty"),
        ("- command: a\n", "1:1: expected a plan, found a list"),
        ("pre: [wait: 1s]\n", "1:1: the plan has no step"),
        ("steps:\n", "1:1: the plan has no step"),
        ("steps: {command: a}\n", "1:8: expected a list of steps below 'steps', found keys with values"),
        ("step: [command: a]\n", "1:1: unknown key 'step' (did you mean 'steps'?)"),
        (GOOD + "pre: [unit: {name: a, do: stop}]\n", "2:7: 'unit' changes something, and can't stand below 'pre'"),
        (GOOD + "post: [local: a]\n", "2:8: 'local' changes something, and can't stand below 'post'"),
        (GOOD + "batches: [0]\n", "2:11: '0' is no size of a batch"),
        (GOOD + "batches: [0%]\n", "2:11: '0%' is no size of a batch"),
        (GOOD + "batches: [101%]\n", "2:11: '101%' is no size of a batch"),
        (GOOD + "batches: []\n", "2:10: there is no batch"),
        (GOOD + "by: room\n", "2:5: 'room' is no thing to go by"),
        (GOOD + "by: rack\nbatches: [1]\n", "3:1: each site or rack is a batch"),
        (GOOD + "parallel: 0\n", "2:11: '0' can't be used here (write a whole number from 1 to 200)"),
        (GOOD + "max_fail_percentage: 101\n", "2:22: '101' is not a percentage"),
        (GOOD + "on_failure: rollback\n", "2:13: 'rollback' does not say what follows from failures (did you mean"),
        (GOOD + "soak: 2d\n", "2:7: '2d' is out of bounds"),
        (GOOD + "abort_if: ['a b']\n", "2:12: 'a b' can't be a rule's name"),
        (GOOD + "---\nsteps: []\n", "2:1: a second document begins here"),
        ("steps: [command: a\n", "1:8: a '[' is not closed"),
        ("steps:\n\t- command: a\n", "2:1: a tab can't be used here"),
    ],
)
def test_a_mistake_beside_the_steps(text: str, said: str) -> None:
    assert wrong(text).startswith(said)


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("a b: ", "1:14: 'a b' can't be a parameter's name"),
        ("host: ", "1:14: 'host' stands for the host's own"),
        ("x: txt", "1:17: 'txt' is no type of a parameter (did you mean 'text'?)"),
        ("x: {typ: text}", "1:18: unknown key 'typ' (did you mean 'type'?)"),
        ("x: choice", "1:14: a choice has nothing to choose from"),
        ("x: {type: text, choices: [a]}", "1:30: 'choices' is for a choice, and this is a text"),
        ("x: {type: flag, pattern: a}", "1:30: 'pattern' is for a text, and this is a flag"),
        ("x: {least: 1}", "1:18: 'least' is for a number, and this is a text"),
        ("x: {type: number, least: 5, most: 4}", "1:48: the most is less than the least"),
        ("x: {type: number, default: a}", "1:41: 'a' is not a number"),
        ("x: {choices: [a, b], default: c}", "1:44: 'c' is no choice of 'x'"),
        ("x: {pattern: '[0-9]+', default: a}", "1:46: 'a' does not match '[0-9]+'"),
        ("x: {pattern: '(a+)+'}", "1:27: the pattern repeats a group"),
        ("x: {default: [a]}", "1:27: expected a single value, found a list"),
    ],
)
def test_a_mistake_in_a_parameter(parameter: str, said: str) -> None:
    text = f"parameters: {{{parameter}}}\nsteps: [command: 'a {{{{x}}}}']\n"
    assert mistakes(text)[0].startswith(said)


@pytest.mark.parametrize(
    ("parameter", "values", "said"),
    [
        ("x: ", {}, "the parameter 'x' has no value (give it one, a text)"),
        ("x: ", {"y": "1", "x": "2"}, "a value is given for 'y', which is no parameter"),
        ("x: {type: number, least: 2}", {"x": "1"}, "the value of 'x': '1' is too small (2 is the least)"),
        ("x: {type: number, most: 2}", {"x": "3"}, "the value of 'x': '3' is too large (2 is the most)"),
        ("x: number", {"x": "1e9"}, "the value of 'x': '1e9' is not a number"),
        ("x: {choices: [ab, cd]}", {"x": "abb"}, "the value of 'x': 'abb' is no choice of 'x' (did you mean 'ab'?)"),
        ("x: flag", {"x": "maybe"}, "the value of 'x': 'maybe' is neither yes nor no"),
        ("x: host", {"x": "-a"}, "the value of 'x': '-a' can't be a host's name"),
        ("x: {pattern: 'a+', help: Only a}", {"x": "ab"}, "the value of 'x': 'ab' does not match 'a+' (Only a)"),
        ("x: {pattern: 'a+'}", {"x": "a\n"}, "the value of 'x': 'a␊' does not match 'a+'"),
        ("x: {pattern: 'a*'}", {"x": "a" * 201}, "is too long for its pattern (200 characters are the most)"),
        ("x: ", {"x": "a\0"}, "the value of 'x': the character NUL can't be handed to a program"),
        ("x: ", {"x": "{{ host }}"}, "the value of 'x': '{{ host }}' holds a sign for the host's own name"),
        ("x: ", {"x": "\ud800"}, "the value of 'x': this holds half a character"),
        ("x: ", {"x": "a" * (WORD_LIMIT + 1)}, f"the value of 'x': this has 4,097 characters ({WORD_LIMIT:,} are"),
    ],
)
def test_a_value_that_does_not_fit(parameter: str, values: dict[str, str], said: str) -> None:
    """It is told at the parameter; values have no place of their own."""
    text = f"parameters: {{{parameter}}}\nsteps: [command: 'a {{{{x}}}}']\n"
    assert said in wrong(text, values)


@pytest.mark.parametrize(
    ("step", "values", "said"),
    [
        ("command: a {{y}}", None, "3:14: there is no parameter 'y'"),
        ("command: a {{!host}}", None, "3:14: '{{!host}}' can't be kept as a text"),
        ("command: '{{x}} {{{{x}}host}}'", {"x": ""}, "3:14: with the parameters put in, this holds a sign"),
        ("script: 'echo {{x}}'", None, "3:13: nothing is put into the text of a script, and '{{x}}' is a parameter"),
        ("wait: '{{x}}'", {"x": "a"}, "3:11: 'a' is not a duration"),
        ("unit: {name: '{{x}}', do: stop}", {"x": "--now"}, "3:18: '--now' can't be a unit's name"),
        ("file: {path: '/etc/{{x}}', content: a}", {"x": "../root"}, "3:18: '/etc/../root' leads through"),
        ("{command: 'a', when: 'param(\"y\") == \"\"'}", None, "3:33: there is no parameter 'y'"),
        ("{command: 'a', when: 'param(\"x\") == \"\"'}", {"x": "a\nb"}, "a value of several lines can't be compared"),
    ],
)  # fmt: skip
def test_a_mistake_in_what_is_put_in(step: str, values: dict[str, str] | None, said: str) -> None:
    assert any(said in one for one in mistakes(f"parameters: {{x: }}\nsteps:\n  - {step}\n", values))


def test_a_parameter_that_is_used_nowhere_is_told() -> None:
    said = wrong("parameters:\n  x:\n  y:\nsteps:\n- script: echo $TUI_xy ${TUI_x}\n")
    assert said.startswith("3:3: the parameter 'y' is used nowhere (put it in as '{{y}}', in a script as $TUI_y")


def test_all_mistakes_are_told_in_the_order_of_the_text() -> None:
    """One report has them with the lines and carets, and the exception's own words name the first."""
    text = "steps:\n- comand: a\n- unit: {name: a, do: strat}\npost:\n- restore: files\nsoak: 1\n"
    with pytest.raises(PlanWrong) as caught:
        read_plan(text)
    assert [one.place.line for one in caught.value.mistakes] == [2, 3, 5, 6]
    assert str(caught.value) == (
        "the plan has 4 mistakes, the first in line 2, column 3: unknown key 'comand' (did you mean 'command'?)"
    )
    assert caught.value.report(excerpts=True).split("\n")[:3] == [
        "plan:2:3: unknown key 'comand' (did you mean 'command'?)",
        "    - comand: a",
        "      ^",
    ]
    with pytest.raises(PlanWrong, match="the plan has a mistake in line 1, column 8: expected a list"):
        read_plan("steps: 1\n")


def test_bounds() -> None:
    """Each is told, with what it is; right up to it all is well."""
    many = "steps:\n" + "- command: a\n" * STEPS_MAX
    assert len(read_plan(many).steps) == STEPS_MAX
    assert f"more than {STEPS_MAX} steps" in wrong(many + "- command: a\n")
    words = ", ".join(["a"] * WORDS_MAX)
    assert read_plan(f"steps: [command: [{words}]]\n").steps[0].args["words"] == ("a",) * WORDS_MAX
    assert f"{WORDS_MAX + 1} entries here" in wrong(f"steps: [command: [{words}, a]]\n")
    assert "are the most" in wrong(f"steps: [command: [{'a' * (WORD_LIMIT + 1)}]]\n")
    read_plan(f"steps: [file: {{path: /a, content: {'a' * CONTENT_LIMIT}}}]\n")
    assert "100,001 characters" in wrong(f"steps: [file: {{path: /a, content: {'a' * (CONTENT_LIMIT + 1)}}}]\n")
    assert "longer than 100 kB" in wrong(f"steps: [script: {'ä' * (CONTENT_LIMIT // 2 + 1)}]\n")
    assert f"more than {SIZES_MAX} batches" in wrong(GOOD + f"batches: [{', '.join(['1'] * (SIZES_MAX + 1))}]\n")
    names = ", ".join(f"p{number}: " for number in range(PARAMETERS_MAX + 1))
    assert f"more than {PARAMETERS_MAX} parameters" in mistakes(f"parameters: {{{names}}}\n{GOOD}")[0]
    assert f"{TEXT_LIMIT + 1:,} bytes" in wrong(GOOD + "#" * (TEXT_LIMIT + 1 - len(GOOD)))
    read_plan(GOOD + "#" * (TEXT_LIMIT - len(GOOD)))


def test_nothing_grows_by_what_is_put_in() -> None:
    """Aliases and parameters make a large plan of a small text: it is bounded as it runs."""
    aliases = ", ".join(["*a"] * 190)
    text = f'parameters: {{x: }}\nsteps:\n- command: [a, &a "{{{{x}}}}", {aliases}]\n'
    read_plan(text, {"x": "y" * WORD_LIMIT})
    assert f"{FILLED_LIMIT:,} are the most" in wrong(text + f"- command: [a, {aliases}]\n" * 2, {"x": "y" * WORD_LIMIT})
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, after in zip("abcdefg", "bcdefgh", strict=True)
    )
    assert "holds more than 20,000 keys and values (a plan is far smaller)" in mistakes(bomb)[-1]
    assert "levels deep" in wrong("steps: " + "[" * 100_000)
