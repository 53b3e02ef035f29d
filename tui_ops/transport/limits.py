"""Times and counts that bound every connection, each with its reason."""

from dataclasses import dataclass

CONNECT_S = 20.0
"""Seconds for one connection from the first packet to the accepted login: slow links and slow DNS on
the server's side need up to 10 s, and an operator should not wait much longer for an answer."""

LOGIN_S = 15.0
"""Seconds for key exchange and login within ``CONNECT_S``: a server that accepts and then says nothing."""

KEEPALIVE_S = 15.0
"""Seconds between keepalives; with the count below a half-open connection is found within 45 s."""

KEEPALIVE_COUNT = 3
"""Keepalives without an answer before a connection is given up: one lost packet is no outage."""

JUMP_KEEPALIVE_S = 5.0
"""Seconds between keepalives of a jump host: it must be found dead before what lies behind it is,
or fifty hosts are called down for one that is."""

OPEN_S = 10.0
"""Seconds for the server to open one channel: it forks, which a host short of memory does slowly."""

HANDSHAKES_AT_ONCE = 32
"""Handshakes in all: each costs our core 4 ms, and beyond this logins only wait for each other."""

HANDSHAKES_PER_JUMP = 8
"""Handshakes through one jump host: sshd drops new connections from 10 unauthenticated ones on (MaxStartups)."""

SLOT_S = 1.0
"""Seconds a handshake holds its slot at most. A healthy one takes less; one that takes longer waits for
its host and costs nothing, so a rack of silent hosts does not keep the others out for long."""

JUMP_SLOT_S = 5.0
"""The same through one jump host, which is spared more: what is slow there is often the jump host itself."""

POOL_MAX = 4
"""Connections to one jump host: an sshd with 1,024 descriptors ends near 1,000 forwards."""

LOOKUP_S = 10.0
"""Seconds for one name: the C library's resolver asks two servers for 5 s each."""

WINDOW_BYTES = 512 * 1024
"""Bytes a host may send on a channel before we have taken them: a hundred frames, and the most a
paused channel keeps in memory."""

WRITE_LIMIT_BYTES = 256 * 1024
"""Bytes that may wait for a host that does not read: many times the longest script."""

PTY_WRITE_LIMIT_BYTES = 4 * 1024 * 1024
"""The same for a terminal: a file that was pasted fits, on a slow line too."""

RUN_LIMIT_BYTES = 1024 * 1024
"""Bytes of output that one command's result keeps unless it is asked for more."""

STDERR_TAIL_BYTES = 2048
"""Bytes of error output kept: the last lines are where the reason stands."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one transport; a test makes them small."""

    connect_s: float = CONNECT_S
    login_s: float = LOGIN_S
    keepalive_s: float = KEEPALIVE_S
    keepalive_count: int = KEEPALIVE_COUNT
    jump_keepalive_s: float = JUMP_KEEPALIVE_S
    open_s: float = OPEN_S
    handshakes: int = HANDSHAKES_AT_ONCE
    handshakes_per_jump: int = HANDSHAKES_PER_JUMP
    slot_s: float = SLOT_S
    jump_slot_s: float = JUMP_SLOT_S
    pool_max: int = POOL_MAX
    lookup_s: float = LOOKUP_S
