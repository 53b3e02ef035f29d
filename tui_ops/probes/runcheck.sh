# What has to be true of the host: KIND, then its own words. Reads only; 0 where it is so.
kind=$1
shift
root=${TUI_OPS_ROOT-}
verdict() {
	printf '%s\n' "$2"
	exit "$1"
}
check_unit() {
	is=''
	if [ -d "$root/run/systemd/system" ]; then
		case $2 in
		active | inactive | failed) is=$(systemctl is-active -- "$1" 2>/dev/null) ;;
		*) is=$(systemctl is-enabled -- "$1" 2>/dev/null) ;;
		esac
	elif command -v rc-service >/dev/null; then
		rc-service -- "$1" status >/dev/null 2>&1 && is=active || is=inactive
	elif command -v service >/dev/null; then
		service "$1" status >/dev/null 2>&1 && is=active || is=inactive
	fi
	[ "$is" = "$2" ] && verdict 0 "$1 is $2"
	verdict 1 "$1 is ${is:-not known here}, not $2"
}
check_port() {
	found=no
	if [ -r /proc/net/tcp ]; then
		hex=$(printf '%04X' "$1")
		! cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v "end=:$hex" '
			$4 == "0A" && substr($2, length($2) - 4) == end { found = 1 } END { exit !found }' || found=yes
	else
		! netstat -an | awk -v "end=[.:]$1\$" '/LISTEN/ && $4 ~ end { found = 1 } END { exit !found }' || found=yes
	fi
	[ "$found" = yes ] && said="port $1 listens" || said="nothing listens on port $1"
	[ "$found" = "$2" ] && verdict 0 "$said"
	verdict 1 "$said"
}
# PATH, then yes, no or nothing for whether it exists, its SHA-256 or nothing, what it contains or nothing.
check_file() {
	if [ ! -e "$1" ]; then
		[ "$2" = no ] && verdict 0 "$1 is not there"
		verdict 1 "$1 is not there"
	fi
	[ "$2" != no ] || verdict 1 "$1 is there"
	if [ -n "$3" ]; then
		sum=$(sha256sum <"$1" 2>/dev/null) || sum=$(openssl dgst -sha256 -r <"$1")
		[ "${sum%% *}" = "$3" ] || verdict 1 "$1 has another SHA-256: ${sum%% *}"
	fi
	if [ -n "$4" ]; then
		[ -r "$1" ] || verdict 1 "$1 can't be read by this account: say 'become: yes'"
		case $(head -c 1048576 "$1" | tr -d '\000') in *"$4"*) ;; *) verdict 1 "$1 does not contain what it has to" ;; esac
	fi
	verdict 0 "$1 is as it shall be"
}
# Whether the first version of a source package is the second or a later one, by the manager that is here.
is_from() {
	case $by in
	dpkg) dpkg --compare-versions "$1" ge "$2" ;;
	apk) case $(apk version -t "$1" "$2") in '>' | '=') ;; *) return 1 ;; esac ;;
	*)
		case $2 in *:*) wanted=$2 ;; *) wanted=0:$2 ;; esac
		case $(rpm --eval "%{lua:print(rpm.vercmp('$1', '$wanted'))}") in 0 | 1) ;; *) return 1 ;; esac
		;;
	esac
}
# NAME, yes or no or nothing for whether it is installed, its version or nothing, the least one of its source or nothing.
check_package() {
	at='' from=''
	if [ -s /var/lib/dpkg/status ] && command -v dpkg-query >/dev/null; then
		is=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>/dev/null)
		case $is in 'installed '*) is=${is#installed } ;; *) is='' ;; esac
		by=dpkg from=$(dpkg-query -W -f '${source:Version}\n' "$1" 2>/dev/null | head -n 1)
	elif command -v rpm >/dev/null; then
		# The release may be left out, and of some packages several versions are there.
		is=$(rpm -q --qf '%{VERSION}-%{RELEASE}\n' -- "$1") || is=''
		rpm -q --qf '%{VERSION}\n%{VERSION}-%{RELEASE}\n' -- "$1" | grep -q -x -F -- "${3#*:}" && at=$3
		is=$(echo $is)
		case $is in *'is not installed'*) is='' ;; esac
		by=rpm from=$(rpm -q --qf '%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n' -- "$1")
	elif command -v apk >/dev/null; then
		is=$(apk list -I "$1" 2>/dev/null | head -n 1)
		is=${is%% *} is=${is#"$1"-}
		by=apk from=$is
	else
		verdict 1 "no package manager that is known is here"
	fi
	[ -n "$is" ] && said="$1 is at $is" || said="$1 is not installed"
	if [ "$2" = no ]; then [ -z "$is" ] && verdict 0 "$said"; verdict 1 "$said"; fi
	[ -n "$is" ] || verdict 1 "$said"
	[ -z "$3" ] || [ "${at:-$is}" = "$3" ] || verdict 1 "$said, not at $3"
	[ -n "$4" ] || verdict 0 "$said"
	# Of some packages several versions are there: one of them has to be new enough.
	for one in $from; do ! is_from "$one" "$4" || verdict 0 "$said"; done
	verdict 1 "$said, which is earlier than $4"
}
case $kind in
unit) check_unit "$@" ;;
port) check_port "$@" ;;
file) check_file "$@" ;;
package) check_package "$@" ;;
esac
exit 2
