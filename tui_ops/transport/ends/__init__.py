"""What the engine asks of addresses without a login: HTTP, TCP, DNS, TLS, ICMP. Each module asks one protocol.

Heavy libraries are imported where they are used. What they raise is translated here, and what was observed is given
back as it was seen; :mod:`tui_ops.collectors.checks` says what it means.
"""
