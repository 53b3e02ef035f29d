"""The types of host keys that sshds offer to whoever asks: what is weak of them, and what nothing is said of."""

from collections.abc import Mapping

import pytest
from support.checkcases import NOW

from tui_ops.model.facts import Beginnings, Fields
from tui_ops.model.security import CheckResult, FindingSeverity
from tui_ops.practices.security.checks.base import Judgement, Read, Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID

CHECK = BY_ID["ssh-hostkey"]
KEY: dict[str, Fields] = {
    "/etc/ssh/ssh_host_ed25519_key": {
        "kind": "file", "mode": "0600", "uid": 0, "owner": "root", "group": "root", "type": "ssh-ed25519", "bits": 256,
    },
}  # fmt: skip
TWO: dict[str, Fields] = {
    "sshd_config -f /etc/ssh/sshd_two": {"value": ["Port 2222"], "ports": ["2222"], "effective": True}
}


def judged(
    outside: Mapping[str, object] | None, keys: Mapping[str, Fields] = KEY, unread: tuple[str, ...] = (),
    settings: Mapping[str, Fields] | None = None,
) -> Judgement:  # fmt: skip
    reads = {
        "modes": Read("modes", keys, NOW, unread=unread), "sshdconf": Read("sshdconf", settings or {}, NOW),
    }  # fmt: skip
    known = {} if outside is None else {"outside.ssh": outside}
    return run_check(CHECK, Scene("h", reads, NOW, dict(CHECK.parameters), known=known))


def keeps(said: Judgement, *objects: str) -> bool:
    """Whether nothing is said of any of these: what was seen there stays."""
    return all(Beginnings(said.unread).has(one) for one in objects)


@pytest.mark.parametrize(("offered", "weak"), [
    (["ssh-ed25519", "ssh-dss"], ["ssh-dss"]), (["ssh-rsa", "ssh-dss"], ["ssh-dss", "ssh-rsa"]),
    (["ssh-rsa"], ["ssh-rsa"]), (["SSH-RSA"], ["ssh-rsa"]), (["rsa-sha2-256", "ssh-rsa"], []),
    (["ssh-dss-cert-v01@openssh.com", "ssh-ed25519"], ["ssh-dss-cert-v01@openssh.com"]),
    (["x509v3-ssh-dss"], ["x509v3-ssh-dss"]), (["x509v3-sign-rsa"], ["x509v3-sign-rsa"]),
    (["x509v3-rsa2048-sha256", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256"], []),
])  # fmt: skip
def test_each_type(offered: list[str], weak: list[str]) -> None:
    said = judged({"port": "22", "host_keys": offered})
    assert said.result is (CheckResult.FAIL if weak else CheckResult.PASS)
    assert [one.object for one in said.seen] == weak


def test_what_a_finding_says() -> None:
    (one,) = judged({"host_keys": ["ssh-rsa"]}).seen
    assert one.text == "sshd offers ssh-rsa, which signs with SHA-1, and nothing better (as offered from outside)"
    assert one.severity is FindingSeverity.MEDIUM
    way = CHECK.remedy.way(one)
    assert one.data["parts"] == ["strength"]
    assert not way.plan
    assert "HostKeyAlgorithms" in way.by_hand
    (one,) = judged({"host_keys": [], "others": {"2200": {"host_keys": ["ssh-dss"]}}}).seen
    assert one.text.startswith("the sshd at port 2200 offers ssh-dss, a key of DSA")


def test_a_file_and_an_offer_are_two_findings() -> None:
    bad = {path: {**fields, "mode": "0644"} for path, fields in KEY.items()}
    said = judged({"host_keys": ["ssh-dss"]}, bad)
    assert [one.object for one in said.seen] == ["/etc/ssh/ssh_host_ed25519_key", "ssh-dss"]
    assert said.text.endswith("; sshd offers ssh-dss")


class TestNothingIsSaid:
    def test_of_any_offer_where_nobody_has_asked(self) -> None:
        said = judged(None)
        assert said.result is CheckResult.PASS
        assert keeps(said, "ssh-dss", "ssh-rsa", "x509v3-ssh-dss", "port 22 ssh-dss")
        assert keeps(judged(None, settings=TWO), "-f /etc/ssh/sshd_two ssh-dss")

    def test_of_who_was_silent(self) -> None:
        """The others were heard: what they no longer offer is gone."""
        said = judged({"port": "22", "host_keys": ["ssh-ed25519"], "silent": ["2222"]}, settings=TWO)
        assert said.result is CheckResult.PASS
        assert keeps(said, "port 2222 ssh-dss", "-f /etc/ssh/sshd_two ssh-dss")
        assert not any(keeps(said, one) for one in ("ssh-dss", "port 2200 ssh-dss", "/etc/ssh/ssh_host_rsa_key"))

    def test_of_the_usual_one_where_only_another_was_heard(self) -> None:
        said = judged({"port": "22", "others": {"2200": {"host_keys": ["ssh-ed25519"]}}})
        assert keeps(said, "ssh-dss", "ssh-rsa")
        assert not keeps(said, "port 2200 ssh-dss")

    def test_of_files_that_could_not_be_looked_at(self) -> None:
        """A mended offer is gone all the same, and a weak one is a finding."""
        said = judged({"host_keys": ["ssh-ed25519"]}, {}, ("",))
        assert said.result is CheckResult.UNKNOWN
        assert keeps(said, "/etc/ssh/ssh_host_rsa_key")
        assert not keeps(said, "ssh-dss")
        said = judged({"host_keys": ["ssh-dss"]}, {}, ("",))
        assert [one.object for one in said.seen] == ["ssh-dss"]
        assert keeps(said, "/etc/ssh/ssh_host_rsa_key")
        said = judged(None, {}, ("",))
        assert said.result is CheckResult.UNKNOWN
        assert keeps(said, "ssh-dss", "port 22 ssh-dss", "/etc/ssh/ssh_host_rsa_key")
