"""``python -m tui_ops`` is the same program as ``tui-ops``."""

import sys

from tui_ops.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
