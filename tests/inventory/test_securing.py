"""The section ``security`` of an inventory: what it says, and each mistake where it stands."""

import json
from pathlib import Path

import pytest

from tui_ops.inventory import load
from tui_ops.inventory.errors import InventoryError
from tui_ops.model.checkids import PARAMETERS, PARAMETERS_OF
from tui_ops.model.securing import DAY_S, Excepted, SecuritySpec
from tui_ops.model.security import FindingSeverity
from tui_ops.practices.security.checks.declared import CHECKS

KEY = "SHA256:" + "A" * 43

HEAD = "name: x\nhosts: {web-1: 127.0.0.1, web-2: 127.0.0.2, db-1: {address: 127.0.0.3, groups: [dbs]}}\n"


def read(text: str) -> SecuritySpec:
    return load(Path("x.yaml"), HEAD + text).security


def test_without_the_section_it_is_as_usual() -> None:
    assert read("") == SecuritySpec()


def test_everything_that_can_be_said() -> None:
    found = read(f"""security:
  profile: pci
  parameters: {{max_age_days: 60, service_accounts: [a, b], clock_offset_most_s: 0.5,
    boot_virtual: yes, mail_ports: 25}}
  off: boot-pw
  exceptions:
    one: {{check: "ssh-*", hosts: ["group:dbs"], reason: a jump host}}
    two: {{check: [acct-maxage, acct-inactive], hosts: ["web-*"], reason: r, parameters: {{max_age_days: 90}}}}
  due: {{critical: 3d, low: never}}
  feed_age: 2d
  admins: {{sudo: [ann, bob], docker: []}}
  listeners:
    web: {{hosts: ["web-*"], allow: [tcp/22, tcp/443]}}
    more: {{hosts: [web-1], allow: udp/53}}
  key_owners: {{"{KEY}": ann}}
  frameworks: [pci]
  scanners: {{lynis: {{hosts: [db-1]}}}}
""")
    assert (found.profile, found.off, found.feed_age_s) == ("pci", {"boot-pw"}, 2 * DAY_S)
    assert found.parameters == {
        "max_age_days": 60, "service_accounts": ["a", "b"], "clock_offset_most_s": 0.5, "boot_virtual": True,
        "mail_ports": ["25"],
    }  # fmt: skip
    webs = frozenset({"web-1", "web-2"})
    assert found.excepted == (
        Excepted("ssh-*", frozenset({"db-1"}), "a jump host"),
        Excepted("acct-maxage", webs, "r", {"max_age_days": 90}),
        Excepted("acct-inactive", webs, "r", {"max_age_days": 90}),
    )
    assert found.due_s == {
        FindingSeverity.CRITICAL: 3 * DAY_S, FindingSeverity.HIGH: 30 * DAY_S, FindingSeverity.MEDIUM: 90 * DAY_S,
    }  # fmt: skip
    assert found.admins == {"sudo": ("ann", "bob"), "docker": ()}
    assert found.listeners == {"web-1": ("tcp/22", "tcp/443", "udp/53"), "web-2": ("tcp/22", "tcp/443")}
    assert (found.key_owners, found.frameworks) == ({KEY: "ann"}, ("pci",))
    assert found.scanners == {"lynis": frozenset({"db-1"})}


@pytest.mark.parametrize(("text", "at", "said"), [
    ("  profile: cisx", "4:12", "no profile"),
    ("  parameters: {Max: 1}", "4:16", "'Max': no check has such a parameter"),
    ("  parameters: {max_age_dayz: 30}", "4:16", "did you mean 'max_age_days'?"),
    ("  parameters: {tls_days: soon}", "4:26",
     "tls_days is a number, and this is 'soon' (numbers are 0 or more: docs/checks.md has those"),
    ("  parameters: {tls_days: -1}", "4:26", "tls_days is a number, and this is '-1'"),
    ("  parameters: {rsa_bits: [a]}", "4:26", "rsa_bits is a number, and this is a list"),
    ("  parameters: {rsa_bits: !env BITS}", "4:26", "rsa_bits is a number, and this is something else"),
    ("  parameters: {rsa_bits: }", "4:26", "rsa_bits is a number, and this is nothing"),
    ("  parameters: {av_roles: {mail: 1}}", "4:26", "av_roles is a list of texts, and this is something else"),
    ("  parameters: {av_roles: [[mail]]}", "4:26", "av_roles is a list of texts"),
    ("  parameters: {boot_virtual: 2}", "4:30", "boot_virtual is yes or no, and this is '2'"),
    ("  parameters: [tls_days]", "4:15", "expected a mapping"),
    ("  exceptions: {a: {check: acct-maxage, hosts: [web-1], reason: r, parameters: {max_age_dayz: 4}}}", "4:80",
     "'max_age_dayz': acct-maxage has no such parameter (did you mean 'max_age_days'?)"),
    ("  exceptions: {a: {check: ssh-maxauth, hosts: [web-1], reason: r, parameters: {tls_days: 4}}}", "4:80",
     "'tls_days': ssh-maxauth has no such parameter (it has max_tries)"),
    ("  exceptions: {a: {check: ssh-kex, hosts: [web-1], reason: r, parameters: {max_age_days: 4}}}", "4:76",
     "it has none: leave 'parameters:' away"),
    ("  exceptions: {a: {check: 'ssh-*', hosts: [web-1], reason: r, parameters: {max_tries: few}}}", "4:87",
     "max_tries is a number, and this is 'few'"),
    ("  off: 'a b'", "4:8", "no check"),
    ("  off: [boot-pw, ssh-rot]", "4:18", "'ssh-rot': there is no such check (did you mean 'ssh-root'?)"),
    ("  off: telnet-*", "4:8", "no checks that begin so"),
    ("  due: {criticl: 3d}", "4:9", "did you mean 'critical'"),
    ("  due: {low: soon}", "4:14", "not a duration"),
    ("  exceptions: {a: {check: ssh-kex, hosts: [web-1]}}", "4:16", "has no reason"),
    ("  exceptions: {a: {check: ssh-kex, hosts: [web-9], reason: r}}", "4:44", "no host 'web-9'"),
    ("  exceptions: {a: {hosts: [web-1], reason: r}}", "4:19", "'check' is missing"),
    ("  listeners: {a: {hosts: [web-1], allow: [tcp/0]}}", "4:43", "says not what may listen"),
    ("  key_owners: {SHA256:x: ann}", "4:16", "no fingerprint"),
    ("  scanners: {lyns: {hosts: [web-1]}}", "4:14", "did you mean 'lynis'"),
    ("  wrong: 1", "4:3", "unknown key"),
    ("  feed_age: 1s", "4:13", "1h to 92d"),
    ("  alert: medium", "4:10", "which findings become incidents"),
])  # fmt: skip
def test_each_mistake_is_told_where_it_stands(text: str, at: str, said: str) -> None:
    with pytest.raises(InventoryError) as caught:
        read(f"security:\n{text}\n")
    told = str(caught.value)
    assert f":{at}: " in told, told
    assert said in told, told


def test_each_parameter_of_each_check_can_be_said_with_the_value_that_it_is_declared_with() -> None:
    """And none of it is changed on the way to the checks."""
    declared = {name: value for check in CHECKS for name, value in check.parameters.items()}
    assert set(PARAMETERS) == set(declared)
    assert {check.id: tuple(sorted(check.parameters)) for check in CHECKS if check.parameters} == PARAMETERS_OF
    text = json.dumps(declared)
    assert read(f"security: {{parameters: {text}}}\n").parameters == declared
