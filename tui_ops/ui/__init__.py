"""The desk: the full-screen dashboard. Reads the store, asks the engine to act, draws.

Pure modules (``paint``, ``cells``, ``columns``, ``fleet``, ``frame``, ``panels``, ``hostpage``) turn rows into
lines of coloured spans and know nothing of Textual. ``widgets`` put lines on the terminal and compare before
they paint. ``screens`` bind keys to what is shown. ``app`` holds it together.

What the terminal can do is worked out once (``terminal``). ``driver`` sends nothing else and reads its keys
(``keystrokes``), ``colours`` brings down to it what was drawn, ``leaving`` gives it back whatever happens.

Importing this package loads nothing heavy; :func:`run` does.
"""

import os

from tui_ops.ui.options import UiOptions

__all__ = ["UiOptions", "run"]


def run(options: UiOptions) -> int:
    """Open the desk and stay until it is left.

    Args:
        options: what was asked for on the command line.

    Returns:
        The exit code: 0 after an ordinary leave, 129 when the terminal went away, 143 when it was told to end.
    """
    from tui_ops.ui.start import begin_start
    from tui_ops.ui.terminal import prepare_environment, this_terminal

    begin_start()
    terminal = this_terminal(os.environ)
    prepare_environment(terminal)
    from tui_ops.ui.app import open_desk

    return open_desk(options, terminal)
