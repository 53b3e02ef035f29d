"""Plans for one file or folder, which the host itself shows to be out of everybody's reach but root's.

Who may write to a folder may put another file, or a link, into the place of what lies in it: what root does to a path
then, it does to whatever was put there. So each step goes down from ``/`` itself, and begins only where every folder on
the way is root's and no link, and root alone may write to it. What it changed it notes on the host, and the way back
asks for the same: the same way, the same file, as it was left. Else it says why, and does nothing.
"""

REPLACEABLE = "another account can replace a folder on its way, and root would change what was put there"
"""Why what lies in folders of others is left to people."""

_OF_ALL = ("/tmp/", "/var/tmp/", "/dev/shm/", "/run/user/")
"""Folders to which everybody writes, or their owners; the homes count too, but for what is a home itself."""

LOOK = """\
      refuse() { echo "$1: nothing was done"; exit 1; }
      case $TUI_path/ in
      *//* | */./* | */../*) refuse "$TUI_path is no plain path" ;;
      /*) ;;
      *) refuse "$TUI_path does not begin at the top" ;;
      esac
      at='' rest=${TUI_path#/}
      while :; do
        told=$(stat -c '%a %u %F' -- "${at:-/}") || refuse "${at:-/} is not there"
        case $told in
        *[2367]?' 0 directory' | *[2367]' 0 directory')
          refuse "others may write to ${at:-/}, on the way to $TUI_path" ;;
        *' 0 directory') ;;
        *' directory') refuse "${at:-/}, on the way to $TUI_path, does not belong to root" ;;
        *) refuse "${at:-/}, on the way to $TUI_path, is no folder itself" ;;
        esac
        case $rest in */*) ;; *) break ;; esac
        at=$at/${rest%%/*} rest=${rest#*/}
      done
"""
"""Sh that ends where another account can replace a folder on the way to ``$TUI_path``: no link is followed."""

_NO_LINK = """\
      [ ! -h "$TUI_path" ] || refuse "$TUI_path is a link, and what it leads to may be another's"
"""

_NOTED = """\
      which() { stat -c %d:%i:%W -- "$TUI_path"; }
      how() { stat -c '%u:%g %a' -- "$TUI_path"; }
      note=$(printf '@kind@ %s' "$TUI_path" | sha256sum) && [ -n "$note" ] || refuse "there is no sha256sum here"
      note=/run/tui-ops-noted/${note%% *}
"""
"""Where it is noted: root alone writes to /run. A host that has started anew counts its devices anew, and has none."""

_CHANGE = """\
      id=$(which) && was=$(how) || refuse "$TUI_path is not there"
      umask 077
      mkdir -p /run/tui-ops-noted || refuse "there is no /run, where it could be noted for the way back"
      change() {
@change@
      }
      change
      came=$?
      left=$(how) || exit 1
      # Whoever does it twice keeps the note of the first time, where nobody else changed it between.
      case $(cat "$note" 2>/dev/null) in "$id "*" $left") [ "$was" != "$left" ] || exit "$came" ;; esac
      printf '%s %s %s\\n' "$id" "$was" "$left" >"$note.new" && mv -f "$note.new" "$note" || exit 1
      exit "$came"
"""

_BACK = """\
      read -r id owner mode left_owner left_mode 2>/dev/null <"$note" ||
        refuse "since this host has started, nothing was noted of $TUI_path: see in the finding how it was"
      now=$(how) || refuse "$TUI_path is not there"
      [ "$(which)" = "$id" ] || refuse "at $TUI_path is another file by now"
      [ "$now" != "$owner $mode" ] || exit 0
      [ "$now" = "$left_owner $left_mode" ] || refuse "somebody has changed $TUI_path since, to $now"
      chown -h -- "$owner" "$TUI_path" && { [ -h "$TUI_path" ] || chmod -- "$mode" "$TUI_path"; } || exit 1
      [ "$(how)" = "$owner $mode" ] || { echo "$TUI_path is not as it was: $(how)"; exit 1; }
"""
"""The owner first: with another one go the bits that lend rights."""

SAFE = f"""\
  - script: |
{LOOK}    name: no other account can replace a folder on its way
    become: yes
"""
"""The part ``pre`` of a plan for ``path``."""


def path_plan(
    kind: str, path: str, name: str, change: str, *, parameters: str = "", post: str = "", links: bool = False
) -> str:
    """Return a plan that changes owner or mode of one file or folder.

    Args:
        kind: of change, one word: what two plans do to the same file is noted apart.
        path: of the parameter ``path``, as YAML.
        name: of the step.
        change: sh that does it to ``$TUI_path``; it returns nothing else than whether it worked.
        parameters: further ones, as YAML.
        post: checks, as YAML.
        links: whether it may be a link: then nothing that it does may follow one.
    """
    look = LOOK + ("" if links else _NO_LINK)
    noted = _NOTED.replace("@kind@", kind)
    lines = "\n".join(f"        {line}".rstrip() for line in change.strip("\n").split("\n"))
    after = f"post:\n{post}" if post else ""
    return f"""\
parameters:
  path: {{{path}}}
{parameters}pre:
  - script: |
{look}    name: no other account can replace it, or a folder on its way
    become: yes
steps:
  - script: |
{look}{noted}{_CHANGE.replace("@change@", lines)}    name: {name}
    become: yes
{after}rollback:
  - script: |
{look}{noted}{_BACK}    name: as it was, where it is the same still
    become: yes
"""


def is_of_others(path: str) -> bool:
    """Return whether a path itself tells that another account can replace a folder on its way."""
    return path.startswith(_OF_ALL) or (path.startswith("/home/") and path.count("/") > 2)
