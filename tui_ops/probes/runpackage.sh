# Packages: do|dry ACT NAME VERSION, by the manager that is here. Its lists are read as they are: what was tried dry is
# what is done, and who wants newer lists has a step before this that fetches them.
how=$1 act=$2 name=$3 version=$4
fail() {
	printf '%s\n' "$1"
	exit 1
}
DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l APT_LISTCHANGES_FRONTEND=none
export DEBIAN_FRONTEND NEEDRESTART_MODE APT_LISTCHANGES_FRONTEND
by=''
for one in apt-get dnf yum zypper apk; do
	[ -n "$by" ] || ! command -v "$one" >/dev/null || by=$one
done
[ -n "$by" ] || fail "no package manager that is known is here: neither apt-get, dnf, yum, zypper nor apk"

# Every package with its version, a line each.
list_packages() {
	case $by in
	apt-get) dpkg-query -W -f '${db:Status-Status} ${binary:Package} ${Version}\n' | sed -n 's/^installed //p' ;;
	apk) apk info -v | sed 's/-\([0-9][^-]*-r[0-9]*\)$/ \1/' ;;
	*) rpm -qa --qf '%{NAME}.%{ARCH} %{VERSION}-%{RELEASE}\n' ;;
	esac
}
# Sets `is` to the version of the package that is installed.
find_version() {
	case $by in
	apt-get)
		is=$(dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$name" 2>/dev/null | sed -n 's/^installed //p' | head -n 1)
		;;
	apk) is=$(apk list -I "$name" 2>/dev/null | head -n 1) is=${is%% *} is=${is#"$name"-} ;;
	*)
		is=$(rpm -q --qf '%{VERSION}-%{RELEASE}\n' -- "$name" | head -n 1) || is=''
		case $is in *' '*) is='' ;; esac
		;;
	esac
}
is_held() {
	case $by in
	apt-get) apt-mark showhold | grep -q -x -F -- "$name" ;;
	zypper) zypper -q locks | grep -q -F -- "| $name " ;;
	*) "$by" -q versionlock list 2>/dev/null | grep -q -F -- "$name-" ;;
	esac
}
hold() {
	case $by-$1 in
	apt-get-*) apt-mark "$1" "$name" ;;
	zypper-hold) zypper -n addlock "$name" ;;
	zypper-unhold) zypper -n removelock "$name" ;;
	apk-*) fail "apk can't hold a package: name its version where it is installed" ;;
	*-hold) "$by" -y versionlock add "$name" ;;
	*) "$by" -y versionlock delete "$name" ;;
	esac
}
# The packages that apt would upgrade from an origin of security updates, each with its version.
list_security() {
	apt-get -s -o Debug::NoLocking=true dist-upgrade |
		sed -n 's/^Inst \([^ ]*\) \[[^]]*\] (\([^ ]*\) [^)]*-[Ss]ecurity[ ,)\[].*/\1=\2/p'
}
by_apt() {
	set -- apt-get -q -y -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confdef
	[ "$how" = do ] && set -- "$@" -o DPkg::Lock::Timeout=120 || set -- "$@" -s -o Debug::NoLocking=true
	case $act in
	install) "$@" install --allow-downgrades -- "$name${version:+=$version}" ;;
	upgrade) if [ -n "$name" ]; then "$@" install --only-upgrade -- "$name${version:+=$version}"; else "$@" upgrade; fi ;;
	remove) "$@" remove -- "$name" ;;
	security)
		picked=$(list_security | awk -v name="$name" '{ split($0, part, "=") } name == "" || part[1] == name')
		[ -n "$picked" ] || { echo "no security update is offered"; return 0; }
		"$@" install --only-upgrade -- $picked
		;;
	esac
}
by_dnf() {
	case $act in
	install) "$by" "$1" install -- "$name${version:+-$version}" ;;
	upgrade) "$by" "$1" upgrade -- ${name:+"$name${version:+-$version}"} ;;
	remove) "$by" "$1" remove -- "$name" ;;
	security) "$by" "$1" upgrade --security -- ${name:+"$name"} ;;
	esac
}
by_zypper() {
	case $act in
	install) zypper -n install $1 -- "$name${version:+=$version}" ;;
	upgrade) zypper -n update $1 -- ${name:+"$name"} ;;
	remove) zypper -n remove $1 -- "$name" ;;
	security)
		[ -z "$name" ] || fail "zypper takes the security updates of all packages, not of $name alone"
		zypper -n patch $1 -g security
		;;
	esac
}
by_apk() {
	case $act in
	install) apk add $1 "$name${version:+=$version}" ;;
	upgrade) if [ -n "$name" ]; then apk add $1 -u "$name${version:+=$version}"; else apk upgrade $1; fi ;;
	remove) apk del $1 "$name" ;;
	security) fail "apk does not tell security updates from others" ;;
	esac
}

# Prints, sorted, what differs between two lists of packages.
differ() {
	awk '
		NR == FNR { old[$1] = $2; next }
		!($1 in old) { print $1 " " $2 " installed"; next }
		old[$1] != $2 { print $1 " " old[$1] " -> " $2 }
		{ delete old[$1] }
		END { for (one in old) print one " " old[one] " removed" }
	' "$1" "$2" | sort
}
already() {
	case $act in
	install) [ -n "$is" ] && { [ -z "$version" ] || [ "$is" = "$version" ]; } ;;
	remove) [ -z "$is" ] ;;
	upgrade)
		[ -z "$name" ] || [ -n "$is" ] || fail "$name is not installed: there is nothing to upgrade"
		[ -n "$version" ] && [ "$is" = "$version" ]
		;;
	hold) is_held ;;
	unhold) ! is_held ;;
	*) false ;;
	esac
}
# Lets the manager say what it would do; fails as it does.
try() {
	case $by in
	apt-get) by_apt ;;
	zypper) by_zypper --dry-run ;;
	apk) by_apk -s ;;
	# It ends with a failure, since it says no to its own question.
	*) by_dnf --assumeno || : ;;
	esac
}
# Of what it says, the lines that name a package.
pick() {
	case $by in
	apt-get) sed -n 's/^Inst /install /p; s/^Remv /remove /p' ;;
	dnf | yum) grep -E '^ [^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ |^(Error|No match)' ;;
	*) cat ;;
	esac
}

is=''
[ -z "$name" ] || find_version
if already; then
	echo "$name${is:+ $is}: nothing to $act"
	exit 0
fi
case $act in
hold | unhold)
	[ -n "$is" ] || fail "$name is not installed"
	[ "$how" = dry ] || hold "$act" || fail "$by could not $act $name"
	echo "$act $name $is"
	exit 80
	;;
esac
if [ "$how" = dry ]; then
	told=$(try 2>&1) || fail "$told"
	told=$(printf '%s\n' "$told" | pick)
	[ -n "$told" ] || { echo "nothing would be done"; exit 0; }
	printf '%s\n' "$told"
	exit 80
fi
umask 077
before=$(mktemp) && after=$(mktemp) || fail "no temporary file can be made"
trap 'rm -f "$before" "$after"' EXIT
list_packages >"$before"
umask 022
case $by in
apt-get) by_apt ;;
zypper) by_zypper '' ;;
apk) by_apk '' ;;
*) by_dnf -y ;;
esac </dev/null || fail "$by could not $act ${name:-packages}"
list_packages >"$after"
told=$(differ "$before" "$after")
[ -n "$told" ] || { echo "nothing was to be done"; exit 0; }
echo "changed packages:"
printf '%s\n' "$told"
exit 80
