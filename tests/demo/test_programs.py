"""The list of what runs."""

import pytest

from tui_ops.demo.hosts import ROLES
from tui_ops.demo.programs import PROGRAMS, programs_of
from tui_ops.demo.story import Story

HOSTS = Story().hosts


def test_every_role_has_programs() -> None:
    """None is forgotten, and none is left over."""
    assert PROGRAMS.keys() == ROLES.keys()


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_the_parts_make_no_more_than_a_whole(host) -> None:
    """CPU and memory are shared out once, and names are as long as the kernel keeps them."""
    programs = programs_of(host)
    assert 0.4 < sum(one.cpu * one.count for one in programs) <= 1
    assert sum(one.memory * one.count for one in programs) <= 0.95
    # A thread of the kernel may have a longer name than a program.
    assert all(len(one.name) <= 15 for one in programs if one.command)
    assert {one.parent for one in programs} <= {"", *(one.name for one in programs)}


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_no_port_and_no_unit_is_taken_twice(host) -> None:
    """Each has one program."""
    programs = programs_of(host)
    ports = [port for one in programs for port in one.ports]
    units = [one.unit for one in programs if one.unit]
    assert len(ports) == len(set(ports))
    assert len(units) == len(set(units))
