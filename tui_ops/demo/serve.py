"""The process of the demo's SSH server: ``python -m tui_ops.demo.serve``, started by the demo itself.

It reads one line of orders and ends with its standard input: however the demo ends, its end of that pipe is
closed, and nothing is left behind.
"""

import asyncio
import logging
import resource
import signal
import socket
import sys
import time
from pathlib import Path

from tui_ops.demo.folders import temporary_folder
from tui_ops.demo.inventory import DemoFiles
from tui_ops.demo.orders import Orders
from tui_ops.demo.phones import Phones
from tui_ops.demo.server import FleetServer
from tui_ops.demo.story import Story


def raise_file_limit() -> None:
    """Allow as many open files as the system lets us: a host takes up to ten."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def serve(orders: Orders, trees: Path, ended: asyncio.Event) -> None:
    """Serve until ``ended`` is set.

    Args:
        orders: what to serve.
        trees: folder for the hosts' trees.
        ended: set when it is time to end.
    """
    began = time.monotonic()
    story, files = Story(orders.seed, orders.hosts), DemoFiles(Path(orders.folder))
    fleet = FleetServer(story, files, trees, orders.port, time.time(), lambda: time.monotonic() - began)
    phones = Phones(files.messages)
    tasks: list[asyncio.Task[object]] = []
    *hosts, last = (socket.socket(fileno=number) for number in orders.listeners)
    try:
        await phones.start(last)
        await fleet.start(hosts)
        tasks = [asyncio.create_task(fleet.run()), asyncio.create_task(ended.wait())]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await phones.stop()
        await fleet.stop()


def main() -> None:
    """Read the orders, serve, and end when standard input ends or a signal says so."""
    logging.basicConfig(level=logging.WARNING, format="demo: %(message)s")
    # A login that is refused, a connection that drops: that is what the story wants.
    logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
    raise_file_limit()
    orders = Orders.read(sys.stdin.buffer.readline())

    async def until_the_end() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, ended.set)
        # Nothing follows the orders, so a pipe that can be read has ended.
        loop.add_reader(sys.stdin.fileno(), ended.set)
        with temporary_folder(in_memory=True) as trees:
            await serve(orders, trees, ended)

    asyncio.run(until_the_end())


if __name__ == "__main__":
    main()
