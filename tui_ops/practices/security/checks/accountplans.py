"""Plans that change accounts and their keys: never the account by which this desk logs in."""

from collections.abc import Callable, Mapping

from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.base import Way
from tui_ops.practices.security.checks.logindefs import login_defs

PARAMETER = '  account: {pattern: "[A-Za-z_][A-Za-z0-9_.-]{0,31}", help: the account}\n'
"""The parameter of a plan that changes an account."""

_DAYS = "  days: {type: number, least: 1, most: 3650}\n"
_WAS = '  was: {pattern: "-1|[0-9]{1,6}", help: "the days before; -1: none"}\n'

NOT_OURS = """\
  - script: |
      [ "$(id -un)" != "$TUI_account" ] && exit 0
      echo "this desk logs in as $TUI_account, and would shut itself out"
      exit 1
    name: it is not the account by which this desk logs in
"""


def _plan(steps: str, parameters: str = "", pre: str = "", post: str = "", rollback: str = "") -> str:
    parts = {"pre": NOT_OURS + pre, "steps": steps, "post": post, "rollback": rollback}
    return f"parameters:\n{PARAMETER}{parameters}" + "".join(f"{part}:\n{text}" for part, text in parts.items() if text)


def account_of(seen: Seen) -> dict[str, str]:
    """Return the parameter ``account`` of a plan."""
    return {"account": str(seen.data.get("account", seen.object))}


def told(*names: str) -> Callable[[Seen], Mapping[str, str]]:
    """Return how the parameters of a plan are filled that are called as what was seen calls them.

    Args:
        names: of the parameters; what was not seen is left for a person to say.
    """
    return lambda seen: {name: str(seen.data.get(name, "")) for name in names}


NO_SHELL = _plan(
    """\
  - script: |
      for shell in /usr/sbin/nologin /sbin/nologin /usr/bin/nologin /bin/false; do
        if [ -x "$shell" ]; then exec usermod -s "$shell" -- "$TUI_account"; fi
      done
      echo "neither nologin nor false is here" >&2
      exit 1
    name: give it a shell that lets nobody in
    become: yes
""",
    '  shell: {pattern: "/[A-Za-z0-9/._+-]{1,100}", help: the shell that it has}\n',
    post="""\
  - check: {command: [getent, passwd, "{{account}}"], says: ":/[a-z/]*(nologin|false)$"}
""",
    rollback="""\
  - command: [usermod, -s, "{{shell}}", --, "{{account}}"]
    become: yes
""",
)

_LOCKED = """\
  - check: {command: [passwd, -S, "{{account}}"], says: "^[^ ]+ LK? "}
    become: yes
"""

LOCK_PASSWORD = _plan(
    """\
  - command: [usermod, -L, --, "{{account}}"]
    become: yes
""",
    post=_LOCKED,
    rollback="""\
  - command: [usermod, -U, --, "{{account}}"]
    become: yes
""",
)

LOCK_EMPTY = _plan(
    """\
  - command: [usermod, -L, --, "{{account}}"]
    become: yes
""",
    post=_LOCKED,
)
"""It is not taken back: whoever names the account would be in again."""

_OLD_ENOUGH = """\
  - script: |
      line=$(getent shadow "$TUI_account") || { echo "there is no $TUI_account in shadow"; exit 1; }
      IFS=: read -r name kept changed least most warn idle rest <<line
      $line
      line
      now=$(($(date +%s) / 86400))
      @ends@
      [ "$now" -lt "$ends" ] || { echo "@why@"; exit 1; }
    name: it would not be shut at once
    become: yes
"""
"""Of what is too old already, the account ends in this moment: programs that run by it too, and those who log in by a
key and know no password."""


def _ages(ends: str, why: str) -> str:
    return _OLD_ENOUGH.replace("@ends@", ends).replace("@why@", why)


MAX_AGE = _plan(
    """\
  - command: [chage, -M, "{{days}}", --, "{{account}}"]
    become: yes
""",
    _DAYS + _WAS,
    pre=_ages(
        "ends=$((${changed:-$now} + TUI_days))",
        "the password of $TUI_account is older than $TUI_days days, and would end at once: have it set anew first",
    ),
    rollback="""\
  - command: [chage, -M, "{{was}}", --, "{{account}}"]
    become: yes
""",
)

INACTIVE = _plan(
    """\
  - command: [chage, -I, "{{days}}", --, "{{account}}"]
    become: yes
""",
    _DAYS + _WAS,
    pre=_ages(
        "ends=$((${changed:-$now} + ${most:-99999} + TUI_days))",
        "the password of $TUI_account has ended for longer than $TUI_days days: the account would be shut at once",
    ),
    rollback="""\
  - command: [chage, -I, "{{was}}", --, "{{account}}"]
    become: yes
""",
)

_DAYS_ALONE = f"parameters:\n{_DAYS}"

MAX_AGE_NEW = login_defs("PASS_MAX_DAYS", "$TUI_days", "{{days}}", _DAYS_ALONE)

INACTIVE_NEW = f"""\
{_DAYS_ALONE}steps:
  - file: {{path: /etc/default/useradd, state: kept}}
    become: yes
  - command: [useradd, -D, -f, "{{{{days}}}}"]
    become: yes
post:
  - check: {{file: /etc/default/useradd, contains: "INACTIVE={{{{days}}}}"}}
    become: yes
rollback:
  - restore: files
"""

SET_TODAY = _plan(
    """\
  - script: |
      exec chage -d "$(date -u +%Y-%m-%d)" -- "$TUI_account"
    name: let the age of the password count from today
    become: yes
""",
    '  was: {pattern: "[0-9]{4}-[0-9]{2}-[0-9]{2}", help: the day that is still to come}\n',
    pre="""\
  - script: |
      command -v timedatectl >/dev/null || exit 0
      case $(timedatectl show -p NTPSynchronized --value) in
      no) echo "the clock of this host is not synchronised: mend that first"; exit 1 ;;
      esac
    name: the clock is right
""",
    rollback="""\
  - command: [chage, -d, "{{was}}", --, "{{account}}"]
    become: yes
""",
)

PWCONV = """\
steps:
  - file: {path: /etc/passwd, state: kept}
    become: yes
  - file: {path: /etc/shadow, state: kept}
    become: yes
  - command: pwconv
    become: yes
post:
  - check: {command: [awk, "-F:", '$2 != "x" { print; bad = 1 } END { exit bad }', /etc/passwd]}
    become: yes
rollback:
  - restore: files
"""

SHUT = _plan(
    """\
  - account: {name: "{{account}}", do: lock}
    become: yes
""",
    rollback="""\
  - account: {name: "{{account}}", do: unlock}
    become: yes
""",
)

LEAVE = _plan(
    """\
  - command: [gpasswd, -d, "{{account}}", "{{group}}"]
    become: yes
""",
    '  group: {pattern: "[a-z_][a-z0-9_-]{0,31}", help: the group}\n',
    rollback="""\
  - command: [gpasswd, -a, "{{account}}", "{{group}}"]
    become: yes
""",
)

_AS_OWNER = """\
      line=$(getent passwd "$TUI_account") || { echo "there is no account $TUI_account"; exit 1; }
      line=${line%:*}
      TUI_home=${line##*:}
      export TUI_home
      # As the account itself: what lies in its home may be a trap for root.
      if [ "$(id -u "$TUI_account")" -eq 0 ]; then exec /bin/sh -c "$work"; fi
      exec su -s /bin/sh "$TUI_account" -c "$work"
"""

_CHMOD = (
    """\
  - script: |
      work='
      case $TUI_path in
      "$TUI_home"/.ssh/authorized_keys | "$TUI_home"/.ssh/authorized_keys2) ;;
      *) echo "$TUI_path is not in the home of $TUI_account, to whom it belongs: see whose it has to be"; exit 1 ;;
      esac
      exec chmod @bits@ "$TUI_path"
      '
"""
    + _AS_OWNER
    + """\
    name: @name@
    become: yes
"""
)

CLOSE_KEYS = (
    f"parameters:\n{PARAMETER}"
    '  path: {pattern: "/[A-Za-z0-9/._-]{1,200}/.ssh/authorized_keys2?", help: the file}\n'
    '  was: {pattern: "[0-7]{3,4}", help: the mode before}\n'
    "steps:\n" + _CHMOD.replace("@bits@", "go-rwx").replace("@name@", "close the file to all but its owner")
    + "rollback:\n" + _CHMOD.replace("@bits@", '"$TUI_was"').replace("@name@", "open it as it was")
)  # fmt: skip

_EACH_FILE = """\
      cd "$TUI_home/.ssh" || exit 1
      umask 077
      for file in authorized_keys authorized_keys2; do
        [ -f "$file" ] && [ ! -h "$file" ] || continue
"""

REMOVE_KEY = _plan(
    """\
  - script: |
      command -v ssh-keygen >/dev/null || { echo "there is no ssh-keygen here, by which a key is known"; exit 1; }
      work='
""" + _EACH_FILE + """\
        cp -p "$file" .tui-ops-new && : >.tui-ops-new || exit 1
        found=no
        while IFS= read -r one || [ -n "$one" ]; do
          said=$(printf "%s\\n" "$one" | ssh-keygen -l -f - 2>/dev/null)
          case " $said " in
          *" $TUI_fingerprint "*)
            # The same key may let in all whose certificates it has signed, by a line of its own: that one stays.
            case $one in
            *[Cc][Ee][Rr][Tt]-[Aa][Uu][Tt][Hh][Oo][Rr][Ii][Tt][Yy]*) stays=yes ;;
            *) found=yes; continue ;;
            esac
            ;;
          esac
          printf "%s\\n" "$one"
        done <"$file" >.tui-ops-new || exit 1
        [ "$found" = yes ] || continue
        any=yes
        mv -f "$file" ".tui-ops-$file" && mv -f .tui-ops-new "$file" || exit 1
      done
      rm -f .tui-ops-new
      [ -n "$any$stays" ] || { echo "the key is not there"; exit 1; }
      [ -n "$any" ] || { echo "it is there as cert-authority alone: see who comes by it; that is for people"; exit 1; }
      '
""" + _AS_OWNER + """\
    name: remove the key; the file as it was stays beside it as .tui-ops-authorized_keys
    become: yes
""",
    '  fingerprint: {pattern: "SHA256:[A-Za-z0-9+/]{1,43}", help: of the key}\n',
    pre="  - manual: See that whoever has this key has another way in, or is to have none\n",
    rollback="""\
  - script: |
      work='
      cd "$TUI_home/.ssh" || exit 1
      for file in authorized_keys authorized_keys2; do
        [ ! -f ".tui-ops-$file" ] || mv -f ".tui-ops-$file" "$file" || exit 1
      done
      '
""" + _AS_OWNER + """\
    name: put the file of keys back
    become: yes
""",
)  # fmt: skip

KEY = Way(REMOVE_KEY, told("account", "fingerprint"))


def key_or_file(seen: Seen) -> Way | None:
    """Return the way of a key that should not be there, or of its file that is open; None for what people settle."""
    if seen.data.get("remove"):
        return KEY
    return Way(CLOSE_KEYS, told("account", "path", "was")) if seen.data.get("path") else None
