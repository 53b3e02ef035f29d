"""What the checks cost the engine: run ``python benchmarks/checks.py``.

The facts are those of this machine, read by the real probe; with them a thousand hosts are judged by every check, each
host with items of its own. The figures are CPU seconds of one thread. That the store is read, and what is written of
it, is not part of them.
"""

import json
import os
import subprocess
import time
from collections import defaultdict

from kit.table import TITLES, line

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.facts.topics import TOPICS
from tui_ops.collectors.frame import FrameReader, ask_section, new_marker, script
from tui_ops.collectors.sections import BY_NAME as SECTIONS
from tui_ops.model.facts import FactReading
from tui_ops.practices.security.checks.base import Read, Scene, run_check
from tui_ops.practices.security.checks.declared import CHECKS

HOSTS = 1000
DEADLINE_S = 60
LEFT_OUT = frozenset({"suid", "files"})
"""The walk over all files takes minutes; files are those of an inventory."""

ACCESS = ("ssh-", "acct-", "pam-", "sess-", "home-", "sudo-")

MUST_S, ACCESS_MUST_MS = 5.0, 2.0

DEAREST = 10
"""Checks that are shown one by one."""


def read_this_machine() -> dict[str, FactReading]:
    """Return the facts of this machine."""
    marker = new_marker()
    reader = FrameReader(marker)
    found: dict[str, FactReading] = {}
    with subprocess.Popen(["/bin/sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def asked(order: bytes) -> bytes:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(order)
            while True:
                frames = reader.feed(os.read(process.stdout.fileno(), 65536))
                if frames:
                    return frames[0].body

        asked(script(marker))
        for number, topic in enumerate(TOPICS, 1):
            if topic.name in LEFT_OUT:
                continue
            body = asked(ask_section(topic.from_section or topic.name, number, DEADLINE_S))
            try:
                if topic.parse is not None:
                    found[topic.name] = topic.parse(body)
                elif topic.derive is not None and topic.from_section is not None:
                    found[topic.name] = topic.derive(SECTIONS[topic.from_section].parse(body))
            except NothingUsable:
                continue
        process.stdin.close()
        process.wait()
    return found


def main() -> None:
    """Print what judging a thousand hosts takes, and which checks take the most of it."""
    found = read_this_machine()
    now = time.time()
    texts = {topic: json.dumps(reading.items) for topic, reading in found.items()}
    spent: dict[str, float] = defaultdict(float)
    results: dict[str, int] = defaultdict(int)
    whole = 0.0
    for number in range(HOSTS):
        reads = {
            topic: Read(topic, json.loads(texts[topic]), now, 3600.0, one.unread, one.unread_fields, one.needs, one.cut)
            for topic, one in found.items()
        }
        for check in CHECKS:
            scene = Scene(f"h{number}", reads, now, check.parameters)
            began = time.thread_time()
            judged = run_check(check, scene)
            took = time.thread_time() - began
            spent[check.id] += took
            whole += took
            results[str(judged.result)] += 1
    items = sum(len(reading.items) for reading in found.values())
    said = ", ".join(f"{count // HOSTS} {result}" for result, count in sorted(results.items()))
    print(TITLES)
    line(f"{HOSTS:,} hosts by {len(CHECKS)} checks", whole, "s", MUST_S, f"{items:,} items a host: {said}")
    access = sum(took for check, took in spent.items() if check.startswith(ACCESS))
    line("a host by the checks of access", access / HOSTS * 1e3, "ms", ACCESS_MUST_MS)
    for name, took in sorted(spent.items(), key=lambda one: -one[1])[:DEAREST]:
        line(f"a host by {name}", took / HOSTS * 1e3, "ms")


if __name__ == "__main__":
    main()
