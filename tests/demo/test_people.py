"""The demo's people share one account, and its own engine alone knows them apart."""

import os
import socket
from pathlib import Path

import pytest

from tui_ops.demo import people
from tui_ops.demo.phones import NUMBERS
from tui_ops.engine.main import EngineOptions
from tui_ops.engine.people import account_name, peer_uid
from tui_ops.store.paths import StatePaths


@pytest.fixture
def ends(tmp_path: Path):
    """Return a function that connects under a name and returns the engine's end."""
    opened: list[socket.socket] = []

    def connect(name: bytes) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        path = tmp_path / f"{len(opened)}.sock"
        listener.bind(str(path))
        listener.listen()
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if name:
            client.bind(name)
        client.connect(str(path))
        end, _ = listener.accept()
        opened.extend((listener, client, end))
        return end

    yield connect
    for one in opened:
        one.close()


def test_a_name_at_the_near_end_says_which_of_them_asks(ends) -> None:
    """Anna and bert are two; no name, and another, is the account itself."""
    assert people.peer(ends(b"\0tui-ops-demo/anna/1/1")) == NUMBERS["anna"]
    assert people.peer(ends(b"\0tui-ops-demo/bert/1/2")) == NUMBERS["bert"]
    for name in (b"", b"\0tui-ops-demo/root/1/3", b"\0something else", b"\0tui-ops-demo/\xff/1/4"):
        assert people.peer(ends(name)) == os.geteuid()


def test_another_account_is_itself_whatever_it_says(ends, monkeypatch) -> None:
    """Who is not the one that runs the demo speaks for nobody in it."""
    monkeypatch.setattr(people, "peer_uid", lambda _: 65_534)
    assert people.peer(ends(b"\0tui-ops-demo/anna/1/5")) == 65_534


def test_an_engine_in_earnest_believes_the_kernel_alone() -> None:
    """The demo hands its own way in; without it a name at the near end means nothing."""
    assert EngineOptions(None, StatePaths(Path("/nowhere"))).peer is peer_uid


def test_their_numbers_are_nobodys() -> None:
    """No account of this machine has them, so no engine in earnest lets them in."""
    assert [account_name(number) for number in NUMBERS.values()] == [f"uid {number}" for number in NUMBERS.values()]
