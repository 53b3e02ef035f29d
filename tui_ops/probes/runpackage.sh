# Packages: do|dry ACT NAME VERSION, by the manager that is here. Its lists are read as they are: what was tried dry is
# what is done, and who wants newer lists has a step before this that fetches them.
how=$1 act=$2 name=$3 version=$4
fail() {
	printf '%s\n' "$1"
	exit 1
}
DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l APT_LISTCHANGES_FRONTEND=none
export DEBIAN_FRONTEND NEEDRESTART_MODE APT_LISTCHANGES_FRONTEND
# The manager whose books hold what is installed: on some systems those of others are there as well, for building.
by=''
for one in apt-get zypper dnf yum apk; do
	[ -z "$by" ] && command -v "$one" >/dev/null || continue
	case $one in
	apt-get) [ -s /var/lib/dpkg/status ] || continue ;;
	zypper) ls /etc/zypp/repos.d | grep -q '[.]repo$' || ! command -v dnf >/dev/null || continue ;;
	esac
	by=$one
done 2>/dev/null
[ -n "$by" ] || fail "no package manager that is known is here: neither apt-get, dnf, yum, zypper nor apk"

# Every package with its version, a line each.
list_packages() {
	case $by in
	apt-get) dpkg-query -W -f '${db:Status-Status} ${binary:Package} ${Version}\n' | sed -n 's/^installed //p' ;;
	apk) apk info -v | sed 's/-\([0-9][^-]*-r[0-9]*\)$/ \1/' ;;
	*) rpm -qa --qf '%{NAME}.%{ARCH} %{VERSION}-%{RELEASE}\n' | sort ;;
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
# Whether it is there in the version that is asked for. Of RPM the release may be left out, and several can be there.
is_at() {
	case $by in
	dnf | yum | zypper)
		rpm -q --qf '%{VERSION}\n%{VERSION}-%{RELEASE}\n' -- "$name" | grep -q -x -F -- "${version#*:}"
		;;
	*) [ "$is" = "$version" ] ;;
	esac
}
is_held() {
	case $by in
	apt-get) apt-mark showhold | grep -q -x -F -- "$name" ;;
	zypper) zypper -q locks | grep -q -F -- "| $name " ;;
	*) "$by" -q versionlock list 2>/dev/null | list_locked | grep -q -x -F -- "$name" ;;
	esac
}
# The names out of what versionlock lists: NAME-0:1.0-1.*, of yum 0:NAME-1.0-1.*, of dnf5 "Package name: NAME". What
# begins with ! keeps a version away, and holds none.
list_locked() {
	sed -n -e 's/^Package name: //p' -e 's/^[0-9]*:\(.*\)-[^-]*-[^-]*$/\1/p' -e '/^!/d' -e 's/^\(.*\)-[0-9][0-9]*:[^:]*$/\1/p'
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
# What apt does not know by that very name it takes for a pattern, or for the wish to do the opposite: "x-" removes x.
is_known() {
	case $name in *.* | *[+-]) ;; *) return 0 ;; esac
	apt-cache -o APT::Cache::AllNames=true pkgnames | grep -q -x -F -- "${name%%[:/]*}"
}
by_apt() {
	is_known || { echo "E: Unable to locate package $name"; return 100; }
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
	# Lists that are there are good enough, however old; yum has no word for that which fits all repositories.
	[ "$by" = yum ] || set -- "$1" '--setopt=*.metadata_expire=-1'
	case $act in
	install) "$by" "$@" install -- "$name${version:+-$version}" ;;
	upgrade) "$by" "$@" upgrade -- ${name:+"$name${version:+-$version}"} ;;
	remove) "$by" "$@" remove -- "$name" ;;
	security) "$by" "$@" upgrade --security -- ${name:+"$name"} ;;
	esac
}
by_zypper() {
	word='' tries=0
	case $act in
	install) word='install --oldpackage' ;;
	upgrade) if [ -n "$version" ]; then word=install; else word=update; fi ;;
	remove) word=remove ;;
	security)
		[ -z "$name" ] || fail "zypper takes the security updates of all packages, not of $name alone"
		word='patch -g security'
		;;
	esac
	while :; do
		tries=$((tries + 1))
		code=0
		zypper -n --no-refresh $word $1 -- ${name:+"$name${version:+=$version}"} || code=$?
		# 102: well, and a reboot is wanted. 103: it mended itself first, and has to be asked again for the rest.
		case $code in
		102) return 0 ;;
		103) [ -z "$1" ] && [ "$tries" -lt 3 ] || return 0 ;;
		*) return "$code" ;;
		esac
	done
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
		# Of some packages, kernels for one, several versions are installed.
		NR == FNR { old[$1] = old[$1] "," $2; next }
		{ new[$1] = new[$1] "," $2 }
		END {
			for (one in new) {
				if (!(one in old)) print one " " substr(new[one], 2) " installed"
				else if (old[one] != new[one]) print one " " substr(old[one], 2) " -> " substr(new[one], 2)
			}
			for (one in old) if (!(one in new)) print one " " substr(old[one], 2) " removed"
		}
	' "$1" "$2" | sort
}
already() {
	case $act in
	install) [ -n "$is" ] && { [ -z "$version" ] || is_at; } ;;
	remove) [ -z "$is" ] ;;
	upgrade)
		[ -z "$name" ] || [ -n "$is" ] || fail "$name is not installed: there is nothing to upgrade"
		[ -n "$version" ] && is_at
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
	zypper) by_zypper '--dry-run --details' ;;
	apk) by_apk -s ;;
	*)
		# It ends with a failure, since it says no to its own question.
		said=$(by_dnf --assumeno 2>&1)
		code=$?
		printf '%s\n' "$said"
		case $said in *'Operation aborted'* | *'Exiting on user command'*) return 0 ;; esac
		return "$code"
		;;
	esac
}
# Of what it says, the lines that name a package: what becomes of it, its name, and what is known of its version.
pick() {
	case $by in
	apt-get) sed -n 's/^Inst /install /p; s/^Remv /remove /p' ;;
	apk) sed -n 's/^([0-9]*\/[0-9]*) //p' ;;
	zypper)
		awk '
			/^The following .* going to be / {
				kind = tolower($NF)
				sub(/:$/, "", kind)
				if (kind ~ /^(remov|upgrad|downgrad)/) sub(/d$/, "", kind)
				else sub(/ed$/, "", kind)
				apart = 0
				next
			}
			/^$/ { kind = "" }
			kind == "" || !NF { next }
			# Name, version and what is not asked for are lines below each other, or beside each other in one.
			/^[^ ]/ && NF == 1 { name = $1; apart = 1; next }
			apart && name == "" { next }
			{
				sub(/^ +/, "")
				gsub(/  +/, " ")
				print kind " " (apart ? name " " : "") $0
				name = ""
			}
		'
		;;
	*)
		awk '
			BEGIN {
				split("Updating upgrade Upgrading upgrade Downgrading downgrade Removing remove Skipping skip", word)
				for (at = 1; at < 10; at += 2) is[word[at]] = word[at + 1]
			}
			/^[A-Z][a-z]+ing( [a-z ]+)?:$/ {
				sub(/:$/, "", $1)
				kind = ($1 in is) ? is[$1] : tolower(substr($1, 1, length($1) - 3))
				next
			}
			/^[^ ]/ || !NF { kind = "" }
			kind == "" { next }
			# A name that is longer than its column stands in a line of its own.
			/^ [^ ]/ && NF == 1 { name = $1; next }
			/^ [^ ]/ { print kind " " $1 " " $3; next }
			name != "" { print kind " " name " " $2; name = "" }
		'
		;;
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
	all=$(try 2>&1) || fail "$all"
	told=$(printf '%s\n' "$all" | pick)
	[ -n "$told" ] || case $by-$all in
	apt-get-* | apk-* | *'Nothing to do'* | *'No packages marked for'*)
		echo "nothing would be done"
		exit 0
		;;
	esac
	# What nobody here can read is shown as it was said.
	printf '%s\n' "${told:-$all}"
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
esac </dev/null || { [ "$act" != security ] || act='take the security updates of'; fail "$by could not $act ${name:-packages}"; }
if [ -n "$version" ] && [ "$act" != remove ]; then
	find_version
	is_at || fail "$name is ${is:-not installed}, and not $version"
fi
list_packages >"$after"
told=$(differ "$before" "$after")
[ -n "$told" ] || { echo "nothing was to be done"; exit 0; }
echo "changed packages:"
printf '%s\n' "$told"
exit 80
