"""Reading a host now, with topics of facts by name: some come round by the week, and somebody looks at one today."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tui_ops.actions.declared import HOST_READ
from tui_ops.engine.doings import Doings
from tui_ops.engine.news import News
from tui_ops.model.people import Role, Who
from tui_ops.practices.administration.acts import read_now
from tui_ops.practices.asked import Asked, Done, Refused


class Looked:
    """Stands where the roster and the checks are, and notes what they are asked for."""

    def __init__(self) -> None:
        self.watches: dict[int, object] = {}
        self.read: list[list[int]] = []
        self.whole: list[tuple[int, tuple[str, ...]]] = []

    def read_now(self, host_ids: list[int]) -> None:
        """Note hosts that are read."""
        self.read.append(host_ids)

    def facts_again(self, host_id: int, topics: tuple[str, ...]) -> None:
        """Note topics that are read whole."""
        self.whole.append((host_id, topics))


def asked(**given: str) -> Asked:
    targets = cast(Any, (SimpleNamespace(id=7, name="web-1"), SimpleNamespace(id=8, name="web-2")))
    return Asked(Who("olaf", Role.OPERATOR, 1001), 1000.0, targets, HOST_READ.read_params(given))


async def after(request: Asked) -> Looked:
    looked = Looked()
    some = cast(Any, looked)
    doings = Doings(cast(Any, None), some, some, cast(Any, None), News(), lambda: None)
    await doings._read_after(request, Done(""))
    return looked


async def test_topics_that_are_named_are_read_whole_on_each_host() -> None:
    looked = await after(asked(topics="suid, mounts,suid"))
    assert looked.whole == [(7, ("suid", "mounts")), (8, ("suid", "mounts"))]
    assert [7, 8] in looked.read, "and what is due as well"
    assert "all of suid, mounts" in read_now(cast(Any, None), asked(topics="suid,mounts")).message


async def test_without_topics_only_what_is_due_is_read() -> None:
    assert not (await after(asked())).whole


def test_a_topic_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(Refused, match="there is no topic sudi") as told:
        read_now(cast(Any, None), asked(topics="suid,sudi"))
    assert "suid" in told.value.hint
