"""tui-ops: a full-screen, keyboard-driven desk for running servers.

The codebase guide in ``docs/codebase.md`` has the map and the words.
"""

__version__ = "0.1.0"
