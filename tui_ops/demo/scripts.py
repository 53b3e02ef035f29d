"""The commands that a host's tree brings: short scripts that say what stands in the tree's own tables."""

from tui_ops.demo.hosts import DemoHost

MACHINE = "x86_64"
"""What every host of the demo is."""

_DF = """\
#!/bin/sh
# Prints the rows of the mountpoints asked for, as df -Pk and df -Pi do.
root=${0%/bin/df}
table=blocks head='Filesystem 1024-blocks Used Available Capacity Mounted on'
options=yes asked=''
for word do
    case $options$word in
    yes--) options=no ;;
    yes-*i*) table=inodes head='Filesystem Inodes IUsed IFree IUse% Mounted on' ;;
    yes-*) ;;
    *) asked="$asked $word " ;;
    esac
done
echo "$head"
while read -r device size used left percent mount; do
    case $asked in
    '' | *" $mount "*) echo "$device $size $used $left $percent $mount" ;;
    esac
done <"$root/table/$table"
"""

_UNAME = """\
#!/bin/sh
# Prints what is asked for in the order of uname: name, node, release, machine.
said=''
case ${1:--s} in *[sa]*) said="$said @KIND@" ;; esac
case ${1-} in *[na]*) said="$said @NODE@" ;; esac
case ${1-} in *[ra]*) said="$said @RELEASE@" ;; esac
case ${1-} in *[ma]*) said="$said @MACHINE@" ;; esac
echo "${said# }"
"""

_HOSTNAME = "#!/bin/sh\necho @NODE@\n"

_GETCONF = """\
#!/bin/sh
# Prints what the tree's own /proc counts in, whatever the kernel below does.
case ${1-} in
CLK_TCK) echo 100 ;;
PAGESIZE | PAGE_SIZE) echo 4096 ;;
*) exit 1 ;;
esac
"""

_LS = """\
#!/bin/sh
# Prints the owners of the tree's processes; everything else is the matter of the real ls.
root=${0%/bin/ls}
case "${1-} ${2-}" in
"-ld $root/proc/"[0-9]*) ;;
"-ldn $root/"* | "-ldnL $root/"*) exec cat "$root/table/homes" ;;
*) exec /bin/ls "$@" ;;
esac
asked=' '
for path do asked="$asked${path##*/} "; done
while read -r pid owner; do
    case $asked in
    *" $pid "*) echo "dr-xr-xr-x 9 $owner $owner 0 Jan  1 00:00 $root/proc/$pid" ;;
    esac
done <"$root/table/owners"
"""

_SYSTEMCTL = """\
#!/bin/sh
# Prints the state of the system, or its units.
root=${0%/bin/systemctl}
case ${1-} in
is-system-running)
    read -r state <"$root/table/system"
    echo "$state"
    [ "$state" = running ]
    ;;
list-units) exec cat "$root/table/units" ;;
list-unit-files) exec cat "$root/table/unit-files" ;;
show)
    for pattern do :; done
    case $pattern in
    '*.timer') exec cat "$root/table/timers" ;;
    # Nothing was ever restarted.
    *) sed -n 's/^\\([^ ]*[.]service\\) .*/NRestarts=0\\nId=\\1\\n/p' "$root/table/units" ;;
    esac
    ;;
*) echo 'this systemctl only lists units' >&2 && exit 1 ;;
esac
"""

_DOCKER = """\
#!/bin/sh
# Prints the containers: id, name, image, state, status, ports.
root=${0%/bin/docker}
[ "${1-}" = ps ] || { echo 'this docker only lists containers' >&2 && exit 1; }
exec cat "$root/table/containers"
"""

_SMARTCTL = """\
#!/bin/sh
# Prints the disks, or what one of them says of itself.
root=${0%/bin/smartctl}
kind=''
while [ "$#" -gt 1 ]; do
    [ "$1" != -d ] || kind=$2
    shift
done
[ "${1-}" != --scan ] || exec cat "$root/table/disks"
case $kind in megaraid,*) set -- "$1-$kind" ;; esac
exec cat "$root/table/smart/${1##*/}"
"""

_VIRT = """\
#!/bin/sh
# Prints what the machine is a guest of; none of them is a container.
[ "${1-}" != --container ] || { echo none && exit 1; }
echo @VIRTUAL@
[ @VIRTUAL@ != none ]
"""

_DATE = """\
#!/bin/sh
# Prints the seconds of the tree's own clock; everything else is the matter of the real date.
root=${0%/bin/date}
if [ "$*" != +%s ]; then
    for word do
        # It tells the time, and sets none.
        case $word in -u | -I* | +*) ;; *) echo "date: this one only tells the time" >&2 && exit 1 ;; esac
    done
    exec /bin/date "$@"
fi
read -r up idle <"$root/proc/uptime"
booted=$(grep '^btime ' "$root/proc/stat")
echo $((${booted#btime } + ${up%%.*}))
"""

_JOURNALCTL = """\
#!/bin/sh
# Prints what sshd wrote in the last day, or the errors of the last minutes.
case " $* " in
*' -t sshd '*) exec cat "${0%/bin/*}/table/arrivals" ;;
*) exec cat "${0%/bin/*}/table/journal" ;;
esac
"""

_CHRONYC = """\
#!/bin/sh
# Prints how the clock is kept, or the sources.
for order do :; done
exec cat "${0%/bin/*}/table/chrony-$order"
"""

_TIMEDATECTL = """\
#!/bin/sh
# Prints what systemd says of the clock, and of its own program for it.
case ${1-} in
show | status) exec cat "${0%/bin/*}/table/timedate" ;;
*) exec cat "${0%/bin/*}/table/timesync" ;;
esac
"""

_SUDO = """\
#!/bin/sh
# Lets everyone run what the tree brings: here, as on a host with our drop-in, nobody is asked for a password.
root=${0%/bin/sudo}
[ "${1-}" = -n ] && shift
if [ "${1-}" = -l ]; then
    case ${2-$root/} in "$root"/*) exit 0 ;; esac
    exit 1
fi
case ${1-} in
"$root"/*) exec "$@" ;;
# A step of a change, which acts on the tree whoever does it.
--) shift && exec "$@" ;;
esac
exit 1
"""

_NO_SUDO = """\
#!/bin/sh
# There is no drop-in here: without this, the rights of the machine below would be had.
echo 'sudo: a password is required' >&2
exit 1
"""

_NO_UNITS = """\
#!/bin/sh
# Nothing of a tree becomes a unit of the machine below.
exit 1
"""

_ZPOOL = """\
#!/bin/sh
# There is no pool: without this, those of the machine below would be told.
[ "${1-}" != status ] || echo 'no pools available'
"""


def _table(name: str, what: str) -> str:
    return f'#!/bin/sh\n# Prints {what}.\nexec cat "${{0%/bin/*}}/table/{name}"\n'


def _commands(host: DemoHost, has_docker: bool, has_chrony: bool, has_lvm: bool) -> dict[str, str]:
    """Return the commands by name, with words that are still to be filled in."""
    commands = {
        "df": _DF,
        "uname": _UNAME,
        "hostname": _HOSTNAME,
        "getconf": _GETCONF,
        "ls": _LS,
        "systemctl": _SYSTEMCTL,
        "ss": _table("listeners", "what listens"),
        "ip": _table("addresses", "the addresses"),
        "smartctl": _SMARTCTL,
        "systemd-detect-virt": _VIRT,
        "zpool": _ZPOOL,
        "date": _DATE,
        "journalctl": _JOURNALCTL,
        "sudo": _NO_SUDO,
        "systemd-run": _NO_UNITS,
    }
    if has_chrony:
        commands["chronyc"] = _CHRONYC
    else:
        commands["timedatectl"] = _TIMEDATECTL
    if has_lvm or host.role.name != "ci":
        # The build runners have no drop-in yet.
        commands["sudo"] = _SUDO
    if has_lvm:
        commands["vgs"] = _table("groups", "the volume groups")
        commands["lvs"] = _table("logical", "the volumes")
    if has_docker:
        commands["docker"] = _DOCKER
    return commands


def scripts(
    host: DemoHost, virtual: str, has_docker: bool, has_chrony: bool = False, has_lvm: bool = False
) -> dict[str, str]:
    """Return the commands of a host, by path below the root.

    Every host brings what a section would else find on the machine that the demo runs on.

    Args:
        host: which one.
        virtual: what it is a guest of, as ``kvm``; ``none`` for a real machine.
        has_docker: whether it has docker.
        has_chrony: whether chrony keeps its clock; else systemd does.
        has_lvm: whether it has a volume group, which root may ask for us.
    """
    commands = _commands(host, has_docker, has_chrony, has_lvm)
    words = {
        "KIND": "Linux",
        "NODE": host.name,
        "RELEASE": host.role.system.kernel,
        "MACHINE": MACHINE,
        "VIRTUAL": virtual,
    }
    made = {}
    for name, text in commands.items():
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        made[f"bin/{name}"] = text
    return made
