"""Passes of parallel-ssh over connections that stay open; runs in the peers' own virtual environment.

Reads a line, makes a pass, writes a line; ends with its input.
"""

import sys
from importlib import import_module
from pathlib import Path

AT_ONCE = 50
"""Connections at work at the same time, as many as Ansible is given forks."""


def main() -> None:
    """Serve passes: arguments are the file of hosts, port, user, key and the command."""
    hosts, port, user, key, command = sys.argv[1:]
    addresses = Path(hosts).read_text().split()
    clients = import_module("pssh.clients")  # by name: it is not in the environment that the types are checked in
    client = clients.ParallelSSHClient(addresses, user=user, port=int(port), pkey=key, pool_size=AT_ONCE)
    for _ in sys.stdin:
        outputs = client.run_command(command)
        client.join(outputs)
        got = sum(bool(list(output.stdout)) for output in outputs)
        print(got, flush=True)


if __name__ == "__main__":
    main()
