"""What tests of the engine have in common."""

from collections.abc import Iterator

import pytest
from support.sshd import SshdFarm


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshdFarm]:
    """Where servers of a module come from; a test file that needs its own has one of its own."""
    made = SshdFarm(tmp_path_factory.mktemp("farm") / "farm")
    yield made
    made.close()
