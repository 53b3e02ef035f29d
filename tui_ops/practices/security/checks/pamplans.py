"""Plans of PAM: only by the programs with which a distribution writes its stacks, and the old ones are kept."""

from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.accountplans import told
from tui_ops.practices.security.checks.base import Way

BY_HAND = "a wrong line in a stack of PAM shuts everybody out: a person tries it, with a second session open"
"""Why a stack that is there, and does it wrongly, is left to people."""

_DEBIAN = 'like(os, "debian*") or like(os, "ubuntu*")'

_KEPT = "".join(
    f"  - file: {{path: /etc/pam.d/common-{name}, state: kept}}\n    become: yes\n    when: {_DEBIAN}\n"
    for name in ("auth", "account", "password", "session")
)


def _set_line(conf: str, name: str, parameter: str) -> str:
    """Return the steps that set one line of a file below ``/etc/security``."""
    return f"""\
  - file: {{path: {conf}, state: kept}}
    become: yes
  - script: |
      set -e
      [ ! -f {conf} ] || sed -i -E '/^[[:space:]]*{name}[[:space:]]*=/d' {conf}
      printf '{name} = %s\\n' "$TUI_{parameter}" >>{conf}
    name: set {name} in {conf}
    become: yes
"""


def _says(conf: str, name: str, parameter: str) -> str:
    return f"""\
post:
  - check: {{file: {conf}, contains: "{name} = {{{{{parameter}}}}}"}}
    become: yes
"""


_FAILLOCK, _QUALITY = "/etc/security/faillock.conf", "/etc/security/pwquality.conf"
_DENY, _MINLEN = (_FAILLOCK, "deny", "tries"), (_QUALITY, "minlen", "length")
_TRIES = "parameters:\n  tries: {type: number, least: 1, most: 20}\n"
_LENGTH = "parameters:\n  length: {type: number, least: 8, most: 64}\n"
_BACK = "rollback:\n  - restore: files\n"

DENY = f"{_TRIES}steps:\n{_set_line(*_DENY)}{_says(*_DENY)}{_BACK}"

MINLEN = f"{_LENGTH}steps:\n{_set_line(*_MINLEN)}{_says(*_MINLEN)}{_BACK}"

_PROFILE = """\
  - file:
      path: /usr/share/pam-configs/tui-ops-faillock
      mode: "0644"
      content: |
        Name: Lock accounts after wrong passwords
        Default: no
        Priority: 0
        Auth-Type: Primary
        Auth:
                  [default=die] pam_faillock.so authfail
    become: yes
    when: @debian@
  - file:
      path: /usr/share/pam-configs/tui-ops-faillock-notify
      mode: "0644"
      content: |
        Name: Count wrong passwords, and say that an account is locked
        Default: no
        Priority: 1024
        Auth-Type: Primary
        Auth:
                  requisite pam_faillock.so preauth
        Account-Type: Primary
        Account:
                  required pam_faillock.so
    become: yes
    when: @debian@
  - command: [pam-auth-update, --package, --enable, tui-ops-faillock, tui-ops-faillock-notify]
    become: yes
    when: @debian@
  - command: [authselect, enable-feature, with-faillock]
    become: yes
    when: not (@debian@)
""".replace("@debian@", _DEBIAN)

_FAILLOCK_BACK = f"""\
rollback:
  - command: [pam-auth-update, --package, --disable, tui-ops-faillock, tui-ops-faillock-notify]
    become: yes
    when: {_DEBIAN}
  - command: [authselect, disable-feature, with-faillock]
    become: yes
    when: not ({_DEBIAN})
  - restore: files
on_failure: roll back
"""

COUNT = f"{_TRIES}steps:\n{_KEPT}{_PROFILE}{_set_line(*_DENY)}{_says(*_DENY)}{_FAILLOCK_BACK}"
"""Debian's way is to write two profiles, of which one stands before and one behind what asks for passwords."""

ASK_LENGTH = f"""\
{_LENGTH}steps:
{_KEPT}  - package: libpam-pwquality
    become: yes
    when: {_DEBIAN}
  - package: libpwquality
    become: yes
    when: not ({_DEBIAN})
{_set_line(*_MINLEN)}{_says(*_MINLEN)}rollback:
  - package: {{name: libpam-pwquality, do: remove}}
    become: yes
    when: {_DEBIAN}
  - restore: files
on_failure: roll back
"""
"""Debian's package writes itself into the stack."""


def lockout_way(seen: Seen) -> Way | None:
    """Return the way of a stack in which nothing counts wrong passwords; None for all others."""
    return Way(COUNT, told("tries")) if seen.data.get("missing") else None


def length_way(seen: Seen) -> Way | None:
    """Return the way of a stack in which nothing asks for a length; None for all others."""
    return Way(ASK_LENGTH, told("length")) if seen.data.get("missing") else None
