"""Plans for the one place of a check where another thing has to be done than for all else that it sees."""

from collections.abc import Mapping

from tui_ops.practices.security.checks.logindefs import login_defs

_DAYS = "parameters:\n  days: {type: number, least: 1, most: 3650}\n"

_USERADD = f"""\
{_DAYS}steps:
  - command: [useradd, -D, -f, "{{{{days}}}}"]
    become: yes
post:
  - check: {{file: /etc/default/useradd, contains: "INACTIVE={{{{days}}}}"}}
    become: yes
"""

PLACE_PLANS: Mapping[tuple[str, str], str] = {
    ("acct-maxage", "login.defs"): login_defs("PASS_MAX_DAYS", "$TUI_days", "{{days}}", _DAYS),
    ("acct-inactive", "useradd"): _USERADD,
}
"""By check and object. chage reaches accounts that are there, and no rule for new ones; their parameter is ``days``."""
