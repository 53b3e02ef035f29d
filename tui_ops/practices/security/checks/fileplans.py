"""Plans that change who may do what with a file: only what was seen to be wrong, taken back to what was before."""

from collections.abc import Mapping

from tui_ops.model.facts import Field, Fields
from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.accountplans import told
from tui_ops.practices.security.checks.base import Way
from tui_ops.practices.security.checks.pathplans import REPLACEABLE, SAFE, is_of_others, path_plan
from tui_ops.practices.security.checks.plain import number, word

MODE_VALUES = told("path")


def was(fields: Fields) -> dict[str, Field]:
    """Return how a file is, for people who take back a change of it by hand.

    Args:
        fields: of the file, as the topic ``modes`` has them.
    """
    uid = number(fields, "uid")
    owner = str(uid) if uid is not None else word(fields, "owner")
    return {"was_mode": word(fields, "mode"), "was_owner": owner, "was_group": word(fields, "group")}


def mode_plan(where: str, mode: str) -> str:
    """Return a plan that gives a file to root, with a mode.

    Args:
        where: pattern of the paths that it is for.
        mode: four octal digits.
    """
    return path_plan(
        "mode",
        f'pattern: "{where}", help: the file',
        "give it to root, and close it",
        f'chown root:root -- "$TUI_path" && chmod {mode} -- "$TUI_path"',
        post=f"""\
  - check: {{command: [stat, -c, "%a %U", "{{{{path}}}}"], says: "^{mode.lstrip("0")} root"}}
    become: yes
""",
    )


_PUBLIC = mode_plan("/etc/ssh/ssh_host_[A-Za-z0-9_.-]{1,60}_key[.]pub", "0644")


def public_key(seen: Seen) -> Way | None:
    """Return the way of the public half of a host's key that others could exchange; None for all else."""
    return Way(_PUBLIC, MODE_VALUES) if seen.object.endswith("_key.pub") else None


TIGHTER: Mapping[str, str] = {"0644": "u-xs,go-wxst", "0640": "u-xs,g-wxs,o-rwxt", "0600": "u-xs,go-rwxst"}
"""By the widest mode that a file may have, what is taken from it: one that is closer already stays so."""

PASSWORD_FILE = path_plan(
    "password",
    'pattern: "/etc/(passwd|group|shadow|gshadow|security/opasswd)-?", help: the file',
    "give it to root, and take from its mode what is too much",
    """\
group=root
case $TUI_path in */shadow* | */gshadow*) ! getent group shadow >/dev/null || group=shadow ;; esac
chown "root:$group" -- "$TUI_path" && chmod "$TUI_bits" -- "$TUI_path"
""",
    parameters='  bits: {pattern: "[ugo][rwxst,ugo-]{0,39}", help: what is taken from its mode}\n',
)


def password_file(seen: Seen) -> Mapping[str, str]:
    """Return the parameters of the plan for a file of accounts."""
    mode = str(seen.data.get("mode") or "")
    path = str(seen.data.get("path") or seen.object)
    return {"path": path, "bits": TIGHTER.get(mode, "")}


PLAIN_HOME = r"/root|/home/[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
"""Homes that the plan closes: in a folder that root alone writes to, nobody puts another file in their place."""

HOME = path_plan(
    "home",
    f'pattern: "{PLAIN_HOME}", help: the home',
    "close it",
    'chmod g-w,o-rwx -- "$TUI_path"',
)

EQUIV_FILES = ("/etc/hosts.equiv", "/etc/shosts.equiv", "/etc/ssh/shosts.equiv")
"""Files that let in whom they name, to the whole host."""

_EQUIV = f"""\
parameters:
  path: {{choices: [{", ".join(EQUIV_FILES)}]}}
pre:
{SAFE}steps:
  - file: {{path: "{{{{path}}}}", state: absent}}
    become: yes
rollback:
  - restore: files
"""


def equiv(seen: Seen) -> Way | None:
    """Return the way of a file of root's that lets other hosts in; None for all else."""
    return Way(_EQUIV, told("path")) if seen.object in EQUIV_FILES else None


WRITABLE = path_plan(
    "writable",
    'pattern: "/.+", help: the file or the folder',
    "take from others the right to write to a file, or to remove what is another's from a folder",
    """\
if [ -d "$TUI_path" ]; then
  [ -z "$(find "$TUI_path" -prune -perm -0002 ! -perm -1000)" ] || chmod +t -- "$TUI_path"
else
  chmod o-w -- "$TUI_path"
fi
""",
)

_UNOWNED = path_plan(
    "unowned",
    'pattern: "/.+", help: the file or the folder',
    "give to somebody what is nobody's",
    """\
[ -n "$(find "$TUI_path" -prune '(' -nouser -o -nogroup ')')" ] || return 0
chown -h -- "$TUI_owner:$TUI_group" "$TUI_path"
""",
    parameters="""\
  owner: {pattern: "[A-Za-z_][A-Za-z0-9_.-]{0,31}", help: the account to whom it is given}
  group: {pattern: "[A-Za-z_][A-Za-z0-9_.-]{0,31}", help: the group to which it is given}
""",
    links=True,
)
"""To whom it is given, a person says: where the host knows one of owner and group, that one stays, unless he says
otherwise."""


def writable_values(seen: Seen) -> Mapping[str, str]:
    """Return the parameters of the plan for what everybody may write to."""
    return {"path": str(seen.data.get("path") or seen.object.partition(" ")[2])}


def _unowned_values(seen: Seen) -> Mapping[str, str]:
    owner, group = (str(seen.data.get(name) or "") for name in ("owner", "group"))
    given = {"path": seen.object.partition(" ")[2]}
    return given | {
        name: known for name, known in (("owner", owner), ("group", group)) if not known.isdigit() and known
    }


def unowned(seen: Seen) -> Way | None:
    """Return the way of what belongs to nobody, or lies in a folder that another account can replace; None for all
    else.
    """
    what, _, path = seen.object.partition(" ")
    if is_of_others(path):
        return Way(by_hand=REPLACEABLE)
    return Way(_UNOWNED, _unowned_values) if what == "unowned" else None


_LENT = path_plan(
    "lent",
    'pattern: "/.+", help: the program',
    "let it run with the rights of whoever starts it",
    """\
[ -f "$TUI_path" ] || { echo "$TUI_path is no program"; return 1; }
chmod a-s -- "$TUI_path"
""",
)

KEYS_TO_ROOT = frozenset({"sudo", "su", "doas", "pkexec", "run0", "dzdo"})
"""Programs by which people, and this desk, become root: whoever takes their right away has lost his."""


def lent(seen: Seen) -> Way | None:
    """Return the way of a program that lends rights: none for what a package brought, and for the ways to root."""
    path = str(seen.data.get("path") or "")
    if not path or not seen.data.get("was_mode") or path.rpartition("/")[2] in KEYS_TO_ROOT:
        return None
    return Way(by_hand=REPLACEABLE) if is_of_others(path) else Way(_LENT, told("path"))


MOUNT = """\
parameters:
  target: {pattern: "/[A-Za-z0-9/._-]{1,100}", help: where it is mounted}
  options: {pattern: "[a-z]{2,10}[a-z,]{0,60}", help: what is missing}
steps:
  - file: {path: /etc/fstab, state: kept}
    become: yes
  - script: |
      set -e
      new=$(mktemp)
      trap 'rm -f "$new"' EXIT
      awk -v target="$TUI_target" -v options="$TUI_options" '
        function with(old, made, count, part, at) {
          count = split(old, part, ",")
          for (at = 1; at <= count; at++) if (index("," options ",", ",no" part[at] ",") == 0 &&
            index("," options ",", "," part[at] ",") == 0) made = made (made == "" ? "" : ",") part[at]
          return made (made == "" ? "" : ",") options
        }
        $1 !~ /^#/ && $2 == target { $4 = with($4); found = 1 }
        { print }
        END { exit !found }' /etc/fstab >"$new" || {
          kind=$(findmnt -n -o FSTYPE --target "$TUI_target" | tail -n 1)
          [ "$kind" = tmpfs ] || { echo "$TUI_target is a $kind that stands not in fstab: see who mounts it"; exit 1; }
          mode=$(stat -c %a "$TUI_target")
          cat /etc/fstab >"$new"
          [ -z "$(tail -c 1 "$new")" ] || echo >>"$new"
          echo "tmpfs $TUI_target tmpfs defaults,mode=$mode,$TUI_options 0 0" >>"$new"
        }
      if findmnt --verify >/dev/null 2>&1 && ! findmnt --verify --tab-file "$new" >/dev/null 2>&1; then
        echo "with it, fstab can't be read any more: nothing was changed"
        exit 1
      fi
      cat "$new" >/etc/fstab
    name: say so in fstab
    become: yes
  - script: exec mount -o "remount,$TUI_options" "$TUI_target"
    name: mount it so
    become: yes
post:
  - script: |
      has=,$(findmnt -n -o OPTIONS --target "$TUI_target" | tail -n 1),
      for one in $(echo "$TUI_options" | tr , ' '); do
        case $has in *",$one,"*) ;; *) echo "$TUI_target is mounted without $one"; exit 1 ;; esac
      done
    name: it is mounted so
rollback:
  - restore: files
  - script: exec mount -o "remount,$(echo "$TUI_options" | sed 's/no//g')" "$TUI_target"
    name: mount it as it was
    become: yes
on_failure: roll back
"""

NOT_MOUNTED = "mounted"
"""The part that is wrong of a place that is no filesystem of its own."""


def mount(seen: Seen) -> Way | None:
    """Return the way of a mount without its options; None where nothing of its own is mounted there."""
    parts = seen.data.get("parts")
    if isinstance(parts, list) and NOT_MOUNTED in parts:
        return None
    return Way(MOUNT, lambda one: {"target": one.object, "options": str(one.data.get("options") or "")})
