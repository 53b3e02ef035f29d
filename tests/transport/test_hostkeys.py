"""Host keys against real servers: accepted only if somebody trusted them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.sshd import Sshd, SshdFarm, fingerprint, hash_names, keygen, public_text, sign

from tui_ops.model.states import HostState
from tui_ops.transport.errors import KeyChanged, KeyRevoked, KeyUnknown
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.ssh import SshTransport


async def works(transport: SshTransport, server: Sshd, **more: object) -> None:
    link = await transport.connect(server.spec(**more))
    assert (await link.run(["true"], timeout_s=5)).exit_status == 0
    await link.close()


def write(farm: SshdFarm, *lines: str) -> None:
    farm.known_hosts.write_text("".join(line.rstrip("\n") + "\n" for line in lines))


@pytest.fixture
def unknown(farm: SshdFarm) -> Sshd:
    return farm.sshd(known=False)


@pytest.fixture
def here(unknown: Sshd) -> str:
    return f"[{unknown.address}]:{unknown.port}"


class TestAnUnknownKey:
    async def test_is_shown_and_nothing_is_connected(
        self, farm: SshdFarm, unknown: Sshd, transport: SshTransport
    ) -> None:
        """The error carries the offered key as ssh-keygen shows it, and no login was made."""
        with pytest.raises(KeyUnknown) as caught:
            await transport.connect(unknown.spec())
        offered = caught.value.offered
        assert offered.fingerprint == fingerprint(farm.host_key)
        assert offered.public_key == public_text(farm.host_key)
        assert offered.kind == "ssh-ed25519"
        assert caught.value.state is HostState.KEY_UNKNOWN
        assert unknown.logins == 0

    async def test_stays_unknown(self, unknown: Sshd, transport: SshTransport) -> None:
        """Having been seen once makes it no more trusted: never trust on first use."""
        for _ in range(2):
            with pytest.raises(KeyUnknown):
                await transport.connect(unknown.spec())

    async def test_is_trusted_by_an_operator(self, unknown: Sshd, keys: KeyBook, transport: SshTransport) -> None:
        """What the error offered, trusted under the host's identity, is accepted, and for that host only."""
        with pytest.raises(KeyUnknown) as caught:
            await transport.connect(unknown.spec("web-1"))
        offered = caught.value.offered
        keys.set_trusted("web-1", [(offered.kind, offered.public_key, offered.fingerprint)])
        await works(transport, unknown, name="web-1")
        with pytest.raises(KeyUnknown):
            await transport.connect(unknown.spec("web-2"))

    @pytest.mark.parametrize("kind", ["ssh-ed25519", "ED25519", ""])
    async def test_is_trusted_by_its_fingerprint(
        self, farm: SshdFarm, unknown: Sshd, keys: KeyBook, transport: SshTransport, kind: str
    ) -> None:
        """A fingerprint that was given beforehand is enough."""
        keys.set_trusted("web-1", [(kind, "", fingerprint(farm.host_key))])
        await works(transport, unknown, name="web-1")


class TestKnownHosts:
    async def test_without_the_port(self, farm: SshdFarm, unknown: Sshd, transport: SshTransport) -> None:
        """A line without the port accepts the same key, and says nothing about another one."""
        write(farm, f"{unknown.address} {public_text(farm.host_key)}")
        await works(transport, unknown)
        write(farm, f"{unknown.address} {public_text(keygen(farm.folder / 'other'))}")
        with pytest.raises(KeyUnknown):
            await transport.connect(unknown.spec())

    async def test_hashed(self, farm: SshdFarm, unknown: Sshd, here: str, transport: SshTransport) -> None:
        """Lines hashed by ssh-keygen -H are found."""
        write(farm, f"{here} {public_text(farm.host_key)}")
        hash_names(farm.known_hosts)
        assert unknown.address not in farm.known_hosts.read_text()
        await works(transport, unknown)

    async def test_patterns(self, farm: SshdFarm, unknown: Sshd, transport: SshTransport) -> None:
        """Wildcards and negations count as in OpenSSH."""
        write(farm, f"[127.*]:{unknown.port} {public_text(farm.host_key)}")
        await works(transport, unknown)
        write(farm, f"[127.*]:{unknown.port},![{unknown.address}]:{unknown.port} {public_text(farm.host_key)}")
        with pytest.raises(KeyUnknown):
            await transport.connect(unknown.spec())

    async def test_a_broken_line_spoils_no_other(
        self, farm: SshdFarm, unknown: Sshd, here: str, transport: SshTransport
    ) -> None:
        """A line that nobody can read is passed over."""
        write(farm, "@what is this", "|1|x|y ssh-rsa", "\x00\xff", f"{here} {public_text(farm.host_key)}")
        await works(transport, unknown)

    async def test_of_ssh_config(self, farm: SshdFarm, unknown: Sshd, here: str, transport: SshTransport) -> None:
        """UserKnownHostsFile and HostKeyAlias of ssh_config are honoured."""
        other = farm.folder / "other_known_hosts"
        other.write_text(f"the-alias {public_text(farm.host_key)}\n")
        with farm.ssh_config.open("a") as file:
            file.write(f"HostKeyAlias the-alias\nUserKnownHostsFile {other}\n")
        await works(transport, unknown)


class TestAChangedKey:
    async def test_is_refused(self, farm: SshdFarm, transport: SshTransport) -> None:
        """Another key of the same type: no connection, both fingerprints are told."""
        server = farm.sshd()
        before = fingerprint(server.host_keys[0])
        now = server.change_host_key()
        with pytest.raises(KeyChanged) as caught:
            await transport.connect(server.spec())
        assert type(caught.value) is KeyChanged
        assert caught.value.state is HostState.KEY_CHANGED
        assert caught.value.known == (before,)
        assert caught.value.offered is not None
        assert caught.value.offered.fingerprint == fingerprint(now)

    @pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
    async def test_of_another_type(self, farm: SshdFarm, transport: SshTransport, kind: str) -> None:
        """A host known by ed25519 that offers only another type is changed, not merely incompatible."""
        server = farm.sshd()
        server.change_host_key(kind)
        with pytest.raises(KeyChanged):
            await transport.connect(server.spec())

    @pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
    async def test_the_known_type_is_asked_for(self, farm: SshdFarm, transport: SshTransport, kind: str) -> None:
        """A host with several keys, known by one of them, shows that one."""
        made = {each: keygen(farm.folder / each, each) for each in ("rsa", "ecdsa", "ed25519")}
        known = made.pop(kind)
        await works(transport, farm.sshd(host_keys=[known, *made.values()]))

    async def test_of_an_operators_trust(
        self, farm: SshdFarm, unknown: Sshd, keys: KeyBook, make: Callable[[], SshTransport]
    ) -> None:
        """What operators trusted is held to as strictly as a file."""
        keys.set_trusted("web-1", [("ssh-ed25519", "", fingerprint(keygen(farm.folder / "was")))])
        with pytest.raises(KeyChanged):
            await make().connect(unknown.spec("web-1"))

    async def test_can_be_trusted_again(self, farm: SshdFarm, keys: KeyBook, transport: SshTransport) -> None:
        """An operator's word accepts the new key although known_hosts still has the old one."""
        server = farm.sshd()
        now = server.change_host_key()
        keys.set_trusted("web-1", [("ssh-ed25519", public_text(now), fingerprint(now))])
        await works(transport, server, name="web-1")


class TestARevokedKey:
    async def test_by_known_hosts(self, farm: SshdFarm, transport: SshTransport) -> None:
        """@revoked wins over a line that trusts the same key."""
        server = farm.sshd()
        with farm.known_hosts.open("a") as file:
            file.write(f"@revoked * {public_text(farm.host_key)}\n")
        with pytest.raises(KeyRevoked) as caught:
            await transport.connect(server.spec())
        assert "revoked" in caught.value.message
        assert caught.value.state is HostState.KEY_CHANGED

    async def test_by_an_operator(self, farm: SshdFarm, keys: KeyBook, transport: SshTransport) -> None:
        """So does an operator's revocation."""
        server = farm.sshd()
        keys.set_trusted("web-1", [], revoked=[("", "", fingerprint(farm.host_key))])
        with pytest.raises(KeyRevoked):
            await transport.connect(server.spec("web-1"))


class TestHostCertificates:
    @pytest.fixture
    def authority(self, farm: SshdFarm) -> Path:
        return keygen(farm.folder / "authority")

    def certified(self, farm: SshdFarm, authority: Path, principals: str, validity: str = "+1d") -> Sshd:
        server = farm.sshd(known=False, start=False)
        key = keygen(server.folder / "host_key")
        certificate = sign(authority, key, principals.replace("HERE", server.address), host=True, validity=validity)
        server.host_keys = [key]
        server.extra = [f"HostCertificate {certificate}"]
        write(farm, f"@cert-authority [127.*]:* {public_text(authority)}")
        return server.start()

    async def test_a_trusted_authority(self, farm: SshdFarm, authority: Path, transport: SshTransport) -> None:
        """A certificate of a trusted authority with the host's name is enough."""
        await works(transport, self.certified(farm, authority, "HERE"))

    async def test_an_unknown_authority(self, farm: SshdFarm, authority: Path, transport: SshTransport) -> None:
        """A certificate of anybody else is unknown."""
        server = self.certified(farm, keygen(farm.folder / "stranger"), "HERE")
        write(farm, f"@cert-authority [127.*]:* {public_text(authority)}")
        with pytest.raises(KeyUnknown):
            await transport.connect(server.spec())

    @pytest.mark.parametrize(("principals", "validity"), [("elsewhere", "+1d"), ("HERE", "20200101:20200102")])
    async def test_one_that_does_not_hold(
        self, farm: SshdFarm, authority: Path, transport: SshTransport, principals: str, validity: str
    ) -> None:
        """A certificate for another host, or one that ran out, connects nothing."""
        server = self.certified(farm, authority, principals, validity)
        with pytest.raises(KeyChanged) as caught:
            await transport.connect(server.spec())
        assert "certificate" in caught.value.message

    async def test_a_revoked_host_key_in_a_certificate(
        self, farm: SshdFarm, authority: Path, transport: SshTransport
    ) -> None:
        """A good certificate for a revoked key connects nothing."""
        server = self.certified(farm, authority, "HERE")
        with farm.known_hosts.open("a") as file:
            file.write(f"@revoked * {public_text(server.host_keys[0])}\n")
        with pytest.raises(KeyRevoked):
            await transport.connect(server.spec())

    async def test_a_revoked_authority(self, farm: SshdFarm, authority: Path, transport: SshTransport) -> None:
        """Nor does a certificate of a revoked authority."""
        server = self.certified(farm, authority, "HERE")
        with farm.known_hosts.open("a") as file:
            file.write(f"@revoked * {public_text(authority)}\n")
        with pytest.raises(KeyRevoked):
            await transport.connect(server.spec())

    async def test_a_host_without_certificate(self, farm: SshdFarm, authority: Path, transport: SshTransport) -> None:
        """Where an authority is trusted for a host that shows a plain key, that key is unknown."""
        server = farm.sshd(known=False)
        write(farm, f"@cert-authority [127.*]:* {public_text(authority)}")
        with pytest.raises(KeyUnknown):
            await transport.connect(server.spec())
        write(farm, f"@cert-authority [127.*]:* {public_text(authority)}", server.known_hosts_line)
        await works(transport, server)
