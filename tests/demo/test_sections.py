"""Every slow section of every host, by the real probe and the real parsers."""

from collections.abc import Callable

from support.demo_host import DemoHost

from tui_ops.collectors.sections import SECTIONS
from tui_ops.demo.faults import FAULTS
from tui_ops.demo.story import Story

OPEN = Callable[..., DemoHost]

WARNINGS = {
    "web-02.par": {"unit certbot.service failed"},
    "ci-01.nyc": {"container ci-registry-mirror is restarting"},
    "backup-1.lon": {"array md0 is rebuilding, 1 disk missing: recovery 77.4 %, 2h 20m left"},
    "db-1.nyc": {"disk /dev/nvme0: 92 % of its life used"},
    "cache-1.nyc": {"the clock is not synchronised by timesyncd"},
    "mq-1.par": {"timer logrotate.timer was due and did not run"},
    "db-1.par": {"thin pool vg0/snapshots: data 83 % full, metadata 12 % full"},
}
"""All that the sections say against the fleet when the story begins."""


def judgements(host: DemoHost) -> set[str]:
    """Read every section; each has to be understood. Return what they warn of."""
    return {
        status.text for section in SECTIONS for status in host.read(section.name).statuses if status.severity != "ok"
    }


class TestFleet:
    def test_seven_hosts_of_the_story_have_a_warning(self, open_host: OPEN) -> None:
        """Every section of all 24 hosts is understood, and the others are calm."""
        said = {host.name: judgements(open_host(host.name)) for host in Story().hosts}
        assert {name: texts for name, texts in said.items() if texts} == WARNINGS

    def test_without_faults_all_is_calm(self, open_host: OPEN) -> None:
        """The hosts that warn do so because the story says so."""
        for name in WARNINGS:
            assert judgements(open_host(name, faults=())) == set()

    def test_other_faults_are_no_matter_of_the_sections(self, open_host: OPEN) -> None:
        """While memory runs out, a disk stalls and a filesystem fills, they stay calm."""
        for fault in FAULTS:
            if fault.rise_s > 1:
                host = open_host(fault.host, t=fault.begin_s + fault.rise_s + 10)
                assert judgements(host) == set()
