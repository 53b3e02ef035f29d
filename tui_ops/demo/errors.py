"""What can keep the demo from starting."""

from tui_ops.model.errors import TuiOpsError


class DemoError(TuiOpsError):
    """The demo can't be set up: an address, a port or a folder is not to be had."""
