"""How a step of a change is done on a host of the demo: by the real script, on the tree alone.

The shell that becomes a step finds ``bin/tui-ops-step`` in the tree and hands it over. That knows the scripts of
tui-ops by their whole text, puts the root before the paths that they are given, and lets them find the commands of the
tree and a few harmless ones of this machine, and no others. Whatever else a plan says is refused.
"""

import shlex
import shutil
from importlib.resources import files

from tui_ops.demo.acting import acting_scripts
from tui_ops.demo.hosts import DemoHost

KINDS = ("file", "restore", "check", "package", "unit", "account", "key", "http", "reboot")
"""Scripts that a step may be."""

TOOLS = (
    "awk", "basename", "cat", "chmod", "cmp", "cp", "cut", "dd", "dirname", "env", "expr", "find", "grep", "head", "ls",
    "mkdir", "mktemp", "mv", "rm", "sed", "sh", "sha256sum", "sleep", "sort", "sync", "tail", "touch", "tr", "uniq",
    "wc",
)  # fmt: skip
"""Programs of this machine that those scripts use; none of them acts on anything but what it is given."""

OWN_PLACES = ("acts", "bin", "proc", "table", "tools", "usr/bin")
"""Where the tree keeps what it works by: no step writes there."""

# What fetches lists of packages does nothing here: it stands before each upgrade that mends a vulnerability.
COMMANDS = (
    "nginx", "systemctl", "dpkg-query", "rpm", "df", "uname", "hostname", "date", "ip", "ss", "sysctl", "echo", "true",
    "false", "sleep",
)  # fmt: skip
"""What a plan's own commands may be."""

_STEP = r"""#!/bin/sh
# Does one step of a change, on the tree alone: GIVEN, before the names of its files, and the folder of the run.
given=$1 run=$2
root=${0%/bin/tui-ops-step}
PATH=$root/acts:$root/tools TMPDIR=$root/tmp HOME=$root/root LC_ALL=C
export PATH LC_ALL TMPDIR HOME
unset CDPATH ENV BASH_ENV
umask 022
cd "$root/root" || exit 70
nl='
'
set --
while IFS= read -r more && [ "$more" != . ] && IFS= read -r word; do
    while [ "$more" -gt 0 ]; do
        IFS= read -r line
        word=$word$nl$line
        more=$((more - 1))
    done
    set -- "$@" "$word"
done <"$given.words"

refuse() {
    printf '%s\n' "the demo $1"
    exit 126
}
# Of a command only what reads the tree, or nothing; the hosts are pretended, this machine is not.
if [ ! -e "$given.script" ]; then
    name=${1-}
    case $* in
    'apt-get -q update' | 'dnf -q makecache')
        [ -x "$root/acts/$name" ] || { echo "$name: not found"; exit 127; }
        echo 'the lists of packages are as new as they get here'
        exit
        ;;
    esac
    case $name in
    nginx | systemctl | dpkg-query | rpm)
        shift
        [ -x "$root/acts/$name" ] || { echo "$name: not found"; exit 127; }
        exec "$root/acts/$name" "$@"
        ;;
    df | uname | hostname | date | ip | ss | sysctl)
        shift
        exec "$root/bin/$name" "$@"
        ;;
    echo | true | false | sleep) "$@"; exit ;;
    esac
    refuse 'runs only: @COMMANDS@'
fi
kind=''
for one in @KINDS@; do
    if [ -z "$kind" ] && { cat @PROBES@/run"$one".sh && echo; } | cmp -s - "$given.script"; then kind=$one; fi
done
[ -n "$kind" ] || refuse 'runs no scripts: its hosts are pretended, and this machine is not'
inside() {
    case $1/ in
    */../* | */./* | *//*) refuse "knows no place $1" ;;
    @PLACES@) refuse "keeps $1 for itself" ;;
    /*) ;;
    *) refuse "knows no place $1" ;;
    esac
}
case $kind-${1-} in
file-*)
    inside "$2"
    # The tree has one owner.
    set -- "$1" "$root$2" "$3" "$4" '' '' "$7"
    ;;
check-file)
    inside "$2"
    set -- file "$root$2" "$3" "$4" "$5"
    ;;
check-port)
    found=no said="nothing listens on port $2"
    ! awk -v "end=:$2" '
        $2 == "LISTEN" && substr($5, length($5) - length(end) + 1) == end { found = 1 } END { exit !found }
    ' "$root/table/listeners" || found=yes said="port $2 listens"
    echo "$said"
    [ "$found" = "$3" ]
    exit
    ;;
esac
code=0
(. "$given.script") >"$given.said" 2>&1 || code=$?
# What is in a file is told as it is; all else without where the tree happens to lie.
if [ "$kind-${1-}-$code" = file-dry-0 ]; then cat "$given.said"; else sed "s|$root/|/|g" "$given.said"; fi
rm -f "$given.said"
exit "$code"
"""


def stepping_scripts(host: DemoHost) -> dict[str, str]:
    """Return the programs by which a host's steps are done, by path below the root."""
    words = {
        "COMMANDS": " ".join(COMMANDS),
        "KINDS": " ".join(KINDS),
        "PROBES": shlex.quote(str(files("tui_ops.probes"))),
        "PLACES": " | ".join(f"/{one}/*" for one in OWN_PLACES),
    }
    text = _STEP
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return {"bin/tui-ops-step": text, **acting_scripts(host)}


def tools() -> dict[str, str]:
    """Return where this machine has the harmless programs, by their names."""
    found = {name: shutil.which(name) for name in TOOLS}
    return {name: place for name, place in found.items() if place is not None}
