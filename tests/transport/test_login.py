"""Whose key opens a host: key files, agent, certificates, passwords, and what ssh_config says of them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest
from support.sshd import SshdFarm, keygen, lock, next_address, public_text, sign

from tui_ops.model.fleet import HostSpec, SecretRef
from tui_ops.transport.errors import AuthFailed, SettingsWrong
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.ssh import SshTransport


async def whoami(transport: SshTransport, host: HostSpec) -> bytes:
    link = await transport.connect(host)
    done = await link.run(["id", "-un"], timeout_s=5)
    await link.close()
    return done.stdout


@pytest.fixture
def agent(farm: SshdFarm, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real ssh-agent that holds the farm's user key."""
    path = farm.folder / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    environment = {**os.environ, "SSH_AUTH_SOCK": str(path)}
    subprocess.run(["ssh-add", "-q", str(farm.user_key)], env=environment, check=True, stdin=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
    yield path
    process.terminate()
    process.wait()
    process.stdout.close()


class TestKeys:
    async def test_default_key_files(self, farm: SshdFarm, transport: SshTransport) -> None:
        """Without a word in ssh_config the keys of ~/.ssh are tried."""
        farm.ssh_config.write_text("")
        home = Path(os.environ["HOME"]) / ".ssh"
        home.mkdir()
        for name in ("id_ed25519", "id_ed25519.pub"):
            (home / name).write_bytes(farm.user_key.with_name(name).read_bytes())
        assert await whoami(transport, farm.sshd().spec()) == b"root\n"

    async def test_the_agent(self, farm: SshdFarm, agent: Path, transport: SshTransport) -> None:
        """A key that only the agent has opens the host."""
        farm.ssh_config.write_text("")
        server = farm.sshd()
        assert await whoami(transport, server.spec()) == b"root\n"

    async def test_the_agent_is_not_forwarded(self, farm: SshdFarm, agent: Path, transport: SshTransport) -> None:
        """Not even where ssh_config wants it: a host must not be able to use our keys."""
        farm.ssh_config.write_text("ForwardAgent yes\nForwardX11Trusted yes\nSendEnv *\nSetEnv LC_X=1\n")
        link = await transport.connect(farm.sshd("AcceptEnv *").spec())
        done = await link.run(["sh", "-c", "echo $SSH_AUTH_SOCK$DISPLAY$LC_X$SSH_TTY"], timeout_s=5)
        assert done.stdout == b"\n"

    async def test_no_key_at_all(self, farm: SshdFarm, transport: SshTransport) -> None:
        """With nothing to offer the login is refused, not hung."""
        farm.ssh_config.write_text("")
        with pytest.raises(AuthFailed):
            await transport.connect(farm.sshd().spec())

    async def test_too_many_keys(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A server that gives up after too many keys is told apart, with what to do."""
        others = [keygen(farm.folder / f"k{number}") for number in range(3)]
        farm.ssh_config.write_text("".join(f"IdentityFile {key}\n" for key in [*others, farm.user_key]))
        with pytest.raises(AuthFailed) as caught:
            await transport.connect(farm.sshd("MaxAuthTries 2").spec())
        assert "too many" in caught.value.message
        assert "IdentitiesOnly" in caught.value.hint

    async def test_a_user_certificate(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A certificate beside the key opens a host that trusts its authority and no key."""
        authority = keygen(farm.folder / "user_ca")
        key = keygen(farm.folder / "certified")
        sign(authority, key, "root")
        farm.ssh_config.write_text(f"IdentityFile {key}\n")
        server = farm.sshd(f"TrustedUserCAKeys {authority}.pub", authorized=False)
        assert await whoami(transport, server.spec()) == b"root\n"
        assert "ED25519-CERT" in server.log

    async def test_a_missing_key_file(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A key file that is not there stands in no other key's way, as with OpenSSH."""
        farm.ssh_config.write_text(f"IdentityFile /nowhere/key\nIdentityFile {farm.user_key}\n")
        assert await whoami(transport, farm.sshd().spec()) == b"root\n"

    async def test_an_encrypted_key_is_passed_over(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A key with a passphrase asks nobody; another one is used."""
        locked = keygen(farm.folder / "locked")
        lock(locked)
        farm.ssh_config.write_text(f"IdentityFile {locked}\nIdentityFile {farm.user_key}\n")
        assert await whoami(transport, farm.sshd().spec()) == b"root\n"


class TestSshConfig:
    async def test_fills_what_the_inventory_leaves_open(self, farm: SshdFarm, transport: SshTransport) -> None:
        """HostName, Port and User of a Host entry count where the inventory is silent."""
        server = farm.sshd()
        with farm.ssh_config.open("a") as file:
            file.write(f"Host web\n  HostName {server.address}\n  Port {server.port}\n  User root\n")
        assert await whoami(transport, HostSpec(name="w", key="w", address="web")) == b"root\n"

    async def test_loses_against_the_inventory(self, farm: SshdFarm, transport: SshTransport) -> None:
        """Port and user of the inventory win."""
        with farm.ssh_config.open("a") as file:
            file.write("Host *\n  Port 9\n  User nobody-here\n")
        assert await whoami(transport, farm.sshd().spec()) == b"root\n"

    async def test_a_proxy_command(self, farm: SshdFarm, transport: SshTransport) -> None:
        """ProxyCommand is the way out for what is not supported otherwise."""
        server = farm.sshd()
        script = farm.folder / "relay.py"
        script.write_text(RELAY)
        with farm.ssh_config.open("a") as file:
            file.write(f"Host {server.address}\n  ProxyCommand python3 {script} %h %p\n")
        assert await whoami(transport, server.spec()) == b"root\n"

    async def test_the_cipher(self, farm: SshdFarm, transport: SshTransport) -> None:
        """The cheap cipher is taken, and an old host without it still answers."""
        link = await transport.connect(farm.sshd().spec())
        assert link.cipher == "aes128-gcm@openssh.com"  # type: ignore[attr-defined]
        old = await transport.connect(farm.sshd("Ciphers aes256-ctr").spec())
        assert old.cipher == "aes256-ctr"  # type: ignore[attr-defined]


RELAY = """
import os, socket, sys, threading
sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def up():
    while data := os.read(0, 65536):
        sock.sendall(data)
    sock.shutdown(1)
threading.Thread(target=up, daemon=True).start()
while data := sock.recv(65536):
    os.write(1, data)
"""


class _Server(asyncssh.SSHServer):
    tried: list[str] = []  # noqa: RUF012 - one server, one test

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self.tried.append(password)
        return password == "öpen"


class TestPasswords:
    async def test_only_where_the_inventory_names_one(
        self, farm: SshdFarm, keys: KeyBook, transport: SshTransport, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A password is fetched by its reference, and none is ever tried where there is no reference."""
        _Server.tried.clear()
        address = next_address()
        server = await asyncssh.create_server(_Server, address, 0, server_host_keys=[str(farm.host_key)])
        port = server.get_port()
        farm.known_hosts.write_text(f"[{address}]:{port} {public_text(farm.host_key)}\n")
        monkeypatch.setenv("SWITCH_PASSWORD", "öpen")
        host = HostSpec(name="s", key="s", address=address, port=port, user="admin")
        with pytest.raises(AuthFailed):
            await transport.connect(host)
        assert not _Server.tried
        given = SecretRef("env", ("SWITCH_PASSWORD",))
        link = await transport.connect(HostSpec("s", "s", address, port, "admin", password=given))
        assert _Server.tried == ["öpen"]
        await link.close()
        with pytest.raises(SettingsWrong, match="is not set"):
            await transport.connect(
                HostSpec("s", "s", address, port, "admin", password=SecretRef("env", ("NOT_SET_X",)))
            )
        server.close()
        await server.wait_closed()
