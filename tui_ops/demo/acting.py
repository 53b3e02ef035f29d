"""The commands by which steps of changes act on a host of the demo: each changes the tree's own tables alone."""

from tui_ops.demo.hosts import DemoHost

OFFERED = {
    "debian": {
        "openssl": "3.0.17-1~deb12u2",
        "libssl3": "3.0.17-1~deb12u2",
        "curl": "7.88.1-10+deb12u14",
        "libcurl4": "7.88.1-10+deb12u14",
    },
    "ubuntu": {"nginx": "1.24.0-2ubuntu7.3", "nginx-common": "1.24.0-2ubuntu7.3", "certbot": "2.11.0-1",
               "sudo": "1.9.15p5-3ubuntu5.24.04.1"},
    "rocky": {"openssl": "1:3.0.7-29.el9_4", "openssl-libs": "1:3.0.7-29.el9_4", "sudo": "0:1.9.5p2-10.el9_6.1"},
}  # fmt: skip
"""Newer versions that the hosts are offered, by distribution."""

_HEAD = "#!/bin/sh\n# @WHAT@\nroot=${0%/acts/*}\n"

_REPLACE = r"""
replace() { cat >"$root/tmp/$1.new" && mv -f "$root/tmp/$1.new" "$root/table/$1"; }
"""

_SYSTEMCTL = r"""
act='' name='' quiet=no
for word do
    case $word in
    --quiet) quiet=yes ;;
    -* | LoadState) ;;
    *) if [ -z "$act" ]; then act=$word; else name=$word; fi ;;
    esac
done
[ -n "$name" ] || { echo 'say which unit' >&2; exit 1; }
case $name in *.*) ;; *) name=$name.service ;; esac
row() { awk -v "name=$name" '$1 == name { print; exit }' "$root/table/$1"; }
set_state() {
    awk -v "name=$name" -v "active=$1" -v "how=$2" '
        $1 != name { print; next }
        { printf "%s loaded %-8s %-9s", $1, active, how; for (i = 5; i <= NF; i++) printf " %s", $i; print "" }
    ' "$root/table/units" | replace units
}
set_file() {
    awk -v "name=$name" -v "state=$1" '
        $1 == name { print name, state, $3; found = 1; next }
        { print }
        END { if (!found) print name, state, "enabled" }
    ' "$root/table/unit-files" | replace unit-files
}
is_known() { [ -n "$(row units)$(row unit-files)" ]; }
case $act in
show)
    is_known && echo LoadState=loaded || echo LoadState=not-found
    exit 0
    ;;
is-active)
    is=$(row units | { read -r unit load active rest && echo "$active"; })
    [ "$quiet" = yes ] || echo "${is:-inactive}"
    [ "$is" = active ]
    exit
    ;;
is-enabled)
    is=$(row unit-files | { read -r unit state rest && echo "$state"; })
    [ "$quiet" = yes ] || echo "${is:-static}"
    [ "$is" = enabled ]
    exit
    ;;
esac
is_known || { echo "Failed to $act $name: Unit $name not found." >&2; exit 5; }
case $act in
start | restart) set_state active running ;;
reload) [ "$(row units | awk '{ print $3 }')" = active ] || { echo "$name is not active" >&2; exit 1; } ;;
stop) set_state inactive dead ;;
enable | unmask) set_file enabled ;;
disable) set_file disabled ;;
mask) set_file masked ;;
*) echo "this systemctl does not know $act" >&2; exit 1 ;;
esac
"""

_DPKG_QUERY = r"""
name='' format=''
while [ "$#" -gt 0 ]; do
    case $1 in -W | --) ;; -f) format=$2; shift ;; *) name=$1 ;; esac
    shift
done
awk -F '\t' -v "name=$name" -v "format=$format" '
    name != "" && $1 != name { next }
    format ~ /source:Version/ { found = 1; print $6; next }
    { found = 1; print "installed " (format ~ /Package/ ? $1 " " : "") $3 }
    END { if (name != "" && !found) exit 1 }
' "$root/table/packages"
"""

_DPKG = r"""
[ "${1-} ${3-}" = '--compare-versions ge' ] || { echo 'this dpkg only compares versions' >&2; exit 2; }
# By the numbers in them, which does for the versions that there are here.
[ "$(printf '%s\n' "$2" "$4" | sort -V | tail -n 1)" = "$2" ]
"""

_PACKAGES = r"""
# Name and version: as it is, and as it is offered.
is() { awk -F '\t' -v "name=$1" '$1 == name { print $3; exit }' "$root/table/packages"; }
offered() { awk -v "name=$1" '$1 == name { print $2; exit }' "$root/table/offers"; }
# Sets the package $1 to the version $2, or takes it away without one.
set_version() {
    awk -F '\t' -v OFS='\t' -v "name=$1" -v "version=$2" -v "kind=@KIND@" '
        $1 != name { print; next }
        { found = 1 }
        version != "" { $3 = version; if (kind == "deb") $6 = version; print }
        END {
            if (version == "" || found) exit
            if (kind == "deb") print name, "amd64", version, "ii ", name, version
            else print name, "x86_64", version, name "-" version ".src.rpm", "Rocky Enterprise Software Foundation"
        }' "$root/table/packages" | sort | replace packages
    echo "$1 $2" >>"$root/@SEEN@"
}
"""

_APT_GET = r"""
dry=no act='' names=''
while [ "$#" -gt 0 ]; do
    case $1 in
    -s) dry=yes ;;
    -o) shift ;;
    -*) ;;
    *) if [ -z "$act" ]; then act=$1; else names="$names $1"; fi ;;
    esac
    shift
done
case $act in dist-upgrade | upgrade) names=$(cut -d' ' -f1 "$root/table/offers") ;; esac
for one in $names; do
    name=${one%%=*} version=''
    [ "$one" = "$name" ] || version=${one#*=}
    now=$(is "$name") next=${version:-$(offered "$name")}
    if [ "$act" = remove ]; then
        [ -n "$now" ] || { echo "Package '$name' is not installed, so not removed"; continue; }
        if [ "$dry" = yes ]; then echo "Remv $name [$now]"; continue; fi
        echo "Removing $name ($now) ..."
        set_version "$name" ''
        continue
    fi
    [ -n "$now$next" ] || { echo "E: Unable to locate package $name" >&2; exit 100; }
    [ -n "$now" ] || [ "$act" = install ] || continue
    [ -n "$next" ] || next=$now
    [ "$next" != "$now" ] || { echo "$name is already the newest version ($now)."; continue; }
    if [ "$dry" = yes ]; then
        echo "Inst $name ${now:+[$now] }($next Demo:1/stable-security [amd64])"
        continue
    fi
    echo "Unpacking $name ($next)${now:+ over ($now)} ..."
    set_version "$name" "$next"
    echo "Setting up $name ($next) ..."
done
"""

_APT_MARK = r"""
holds=$root/table/holds
touch "$holds"
case ${1-} in
showhold) cat "$holds" ;;
hold) echo "$2" >>"$holds" ;;
unhold) { grep -v -x -F -- "$2" "$holds" || :; } >"$root/tmp/holds" && mv -f "$root/tmp/holds" "$holds" ;;
esac
"""

_RPM = r"""
if [ "${1-}" = --eval ]; then
    # Two versions stand between quotes.
    one=${2#*\'} other=${2%\'*}
    one=${one%%\'*} other=${other##*\'}
    newest=$(printf '%s\n' "$one" "$other" | sort -V | tail -n 1)
    if [ "$one" = "$other" ]; then echo 0; elif [ "$newest" = "$one" ]; then echo 1; else echo -1; fi
    exit
fi
all=no name='' epoch=no
while [ "$#" -gt 0 ]; do
    case $1 in -qa) all=yes ;; --qf) shift ;; -*) ;; *) name=$1 ;; esac
    case $1 in *EPOCHNUM*) epoch=yes ;; esac
    shift
done
awk -F '\t' -v "name=$name" -v "all=$all" -v "epoch=$epoch" '
    all == "no" && $1 != name { next }
    { found = 1; version = $3 }
    epoch == "no" { sub(/^[0-9]*:/, "", version) }
    { print (all == "yes" ? $1 "." $2 " " : "") version }
    END { if (all == "no" && !found) { print "package " name " is not installed"; exit 1 } }
' "$root/table/packages"
"""

_DNF = r"""
dry=yes act='' names=''
for word do
    case $word in
    -y) dry=no ;;
    -*) ;;
    *) if [ -z "$act" ]; then act=$word; else names="$names $word"; fi ;;
    esac
done
[ "$act" != versionlock ] || exit 0
[ -n "$names" ] || [ "$act" != upgrade ] || names=$(cut -d' ' -f1 "$root/table/offers")
for one in $names; do
    name=$one version=''
    # A name may hold dashes as well: it is the longest one that is installed or offered.
    while [ -z "$(is "$name")$(offered "$name")" ] && [ "$name" != "${name%-*}" ]; do name=${name%-*}; done
    [ "$name" = "$one" ] || version=0:${one#"$name"-}
    now=$(is "$name") next=${version:-$(offered "$name")}
    [ -n "$now$next" ] || { echo "No match for argument: $one"; exit 1; }
    if [ "$act" = remove ]; then next=''; else next=${next:-$now}; fi
    [ "$next" != "$now" ] || { echo 'Nothing to do.'; continue; }
    if [ "$dry" = yes ]; then echo " $name x86_64 ${next:-$now} baseos 1 M"; else set_version "$name" "$next"; fi
done
"""

_GETENT = r"""
line=$(grep -- "^$2:" "$root/etc/$1") || exit 2
# A home lies in the tree.
case $1 in
passwd) printf '%s\n' "$line" | awk -F : -v OFS=: -v "root=$root" '{ $6 = root $6; print }' ;;
*) printf '%s\n' "$line" ;;
esac
"""

_ID = r"""
for name do :; done
case ${1-} in
-u) echo 0 ;;
-un) echo root ;;
-Gn)
    awk -F : -v "name=$name" '$1 == name || ("," $4 ",") ~ ("," name ",") { printf "%s ", $1 } END { print "" }' \
        "$root/etc/group"
    ;;
esac
"""

_ACCOUNT = r"""
put() { cat >"$root/tmp/$1.new" && mv -f "$root/tmp/$1.new" "$root/etc/$1"; }
shell='' comment='' home='' groups='' until=''
while [ "$#" -gt 0 ]; do
    case $1 in
    -s) shell=$2; shift ;;
    -c) comment=$2; shift ;;
    -d) home=$2; shift ;;
    -G) groups=$2; shift ;;
    -e) until=${2:-none}; shift ;;
    -*) ;;
    *) name=$1 ;;
    esac
    shift
done
join() {
    [ -z "$groups" ] || awk -F : -v OFS=: -v "name=$name" -v "groups=,$groups," '
        index(groups, "," $1 ",") && ("," $4 ",") !~ ("," name ",") { $4 = $4 ($4 == "" ? "" : ",") name }
        { print }' "$root/etc/group" | put group
}
"""

_USERADD = r"""
home=${home:-/home/$name}
case $home/ in /home/*/../* | */../*) echo "useradd: invalid home directory '$home'" >&2; exit 3 ;; esac
number=$(awk -F : '$3 >= 1000 && $3 < 60000 && $3 >= free { free = $3 + 1 } END { print free }' "$root/etc/passwd")
echo "$name:x:$number:$number:$comment:$home:${shell:-/bin/sh}" >>"$root/etc/passwd"
echo "$name:!:20000:0:99999:7:::" >>"$root/etc/shadow"
echo "$name:x:$number:" >>"$root/etc/group"
mkdir -p "$root$home"
join
"""

_USERMOD = r"""
awk -F : -v OFS=: -v "name=$name" -v "shell=$shell" -v "comment=$comment" -v "home=$home" '
    $1 == name { if (shell != "") $7 = shell; if (comment != "") $5 = comment; if (home != "") $6 = home }
    { print }' "$root/etc/passwd" | put passwd
[ -z "$until" ] || awk -F : -v OFS=: -v "name=$name" -v "until=$until" '
    $1 == name { $8 = until == "none" ? "" : until }
    { print }' "$root/etc/shadow" | put shadow
join
"""

_USERDEL = r"""
for file in passwd shadow group; do { grep -v -- "^$name:" "$root/etc/$file" || :; } | put "$file"; done
"""

_NGINX = r"""
for file in "$root"/etc/nginx/conf.d/*.conf; do
    [ -e "$file" ] || continue
    if grep -q '^ *http3 ' "$file"; then
        echo "nginx: [emerg] unknown directive \"http3\" in /etc/nginx/conf.d/${file##*/}:1" >&2
        echo 'nginx: configuration file /etc/nginx/nginx.conf test failed' >&2
        exit 1
    fi
done
echo 'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok' >&2
echo 'nginx: configuration file /etc/nginx/nginx.conf test is successful' >&2
"""

_CURL = r"""
for url do :; done
rest=${url#*://}
place=${rest%%/*}
port=${place##*:}
case $place-$url in *:*-*) ;; *-https*) port=443 ;; *) port=80 ;; esac
if awk -v "end=:$port" '
    $2 == "LISTEN" && substr($5, length($5) - length(end) + 1) == end { found = 1 } END { exit !found }
' "$root/table/listeners"; then printf 'ok\n200'; else
    printf "curl: (7) Failed to connect to %s\n000" "$place"
    exit 7
fi
"""

_REBOOT = r"""
: >"$root/rebooting"
"""

_NOTHING = "exit 0\n"


def acting_scripts(host: DemoHost) -> dict[str, str]:
    """Return the commands that change a host's tree, by path below the root."""
    system = host.role.system.ident
    found = {
        "systemctl": (_REPLACE + _SYSTEMCTL, "The units of the tree's own tables."),
        "getent": (_GETENT, "The accounts of the tree."),
        "id": (_ID, "Everyone may do everything in the tree."),
        "useradd": (_ACCOUNT + _USERADD, "Adds an account."),
        "usermod": (_ACCOUNT + _USERMOD, "Changes an account."),
        "userdel": (_ACCOUNT + _USERDEL, "Removes an account; its home stays."),
        "chown": (_NOTHING, "The tree has one owner."),
        "curl": (_CURL, "Whatever listens in the tree is well."),
    }
    if system == "rocky":
        found |= {
            "rpm": (_RPM, "The packages of the tree."),
            "dnf": (_REPLACE + _PACKAGES + _DNF, "Installs, upgrades and removes packages."),
        }
    else:
        found |= {
            "dpkg-query": (_DPKG_QUERY, "The packages of the tree."),
            "dpkg": (_DPKG, "Compares versions."),
            "apt-get": (_REPLACE + _PACKAGES + _APT_GET, "Installs, upgrades and removes packages."),
            "apt-mark": (_APT_MARK, "Holds packages."),
        }
    if host.role.name == "web":
        found["nginx"] = (_NGINX, "Checks the configuration: the 1.24 of these hosts knows no HTTP/3.")
    kind, seen = ("rpm", "var/lib/rpm/rpmdb.sqlite") if system == "rocky" else ("deb", "var/lib/dpkg/status")
    texts = {f"acts/{name}": _HEAD.replace("@WHAT@", what) + text for name, (text, what) in found.items()}
    texts["bin/reboot"] = "#!/bin/sh\n# Says that the host is to go down.\nroot=${0%/bin/reboot}\n" + _REBOOT
    return {path: text.replace("@KIND@", kind).replace("@SEEN@", seen) for path, text in texts.items()}


def acting_files(host: DemoHost) -> dict[str, str]:
    """Return what those commands and the plans of the demo need, by path below the root."""
    offers = OFFERED[host.role.system.ident]
    files = {
        "tmp/": "",
        "etc/ssl/certs/": "",
        "table/offers": "".join(f"{name} {version}\n" for name, version in offers.items()),
    }
    files["etc/motd"] = f"{host.name} ({host.role.system.pretty})\n"
    if host.role.name == "web":
        files["etc/nginx/conf.d/shop.conf"] = "upstream shop { server 127.0.0.1:8080; }\n"
        files["etc/logrotate.d/shop"] = "/var/log/shop/*.log {\n    daily\n    rotate 7\n    compress\n}\n"
    if host.role.name == "cache":
        files["etc/redis/redis.conf"] = "bind 0.0.0.0\nmaxmemory 4gb\nmaxmemory-policy noeviction\n"
    return files
