tui_ops_scan() {
	# Runs a scanner as root, at low priority and for so many seconds, and prints its report after a line with the marker.
	# Usage: tui_ops_scan MARKER TOOL SUDO. What it prints before is how it went: `went WORD REST`.
	set -f +e +u
	marker=$1 tool=$2 sudo=$3
	PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
	export PATH LC_ALL
	umask 077
	root=${TUI_OPS_ROOT-}
	most=67108864

	# The program $1 in a folder of the system, in `found`.
	find_it() {
		for folder in /usr/sbin /usr/bin /sbin /bin; do
			found=$folder/$1
			[ ! -x "$root$found" ] || return 0
		done
		found=''
		return 1
	}

	# Words of a command that root runs, each as it stands in the drop-in.
	as_root() {
		if [ "$(id -u </dev/null)" -eq 0 ]; then
			"$@" </dev/null
		else
			sudo -n "$@" </dev/null
		fi
	}

	# Whether root would run these words for us; says which they are where not.
	may_root() {
		[ "$(id -u </dev/null)" -ne 0 ] || return 0
		if [ "$sudo" = yes ] && command -v sudo >/dev/null && sudo -n -l "$@" </dev/null >/dev/null 2>&1; then return 0; fi
		echo "went needs $*"
		return 1
	}

	scan_lynis() {
		report=/var/log/lynis-report.dat
		set -- "$timeout" 1200 "$nice" -n 19 "$program" audit system --quick --quiet --no-colors \
			--report-file "$report" --log-file /var/log/lynis.log
		may_root "$@" && may_root "$timeout" 10 "$head" -c "$most" "$report" || return
		before=$(stat -c %Y:%s "$root$report" 2>/dev/null </dev/null)
		as_root "$@" >/dev/null 2>&1
		status=$?
		if [ "$(stat -c %Y:%s "$root$report" 2>/dev/null </dev/null)" = "$before" ]; then
			echo "went badly it ended with status $status and wrote no new report"
			return
		fi
		echo "went well $status"
		echo "$marker"
		as_root "$timeout" 10 "$head" -c "$most" "$report" 2>/dev/null
	}

	# OpenSCAP with the content of the distribution, by the profile that is made for a server.
	scan_openscap() {
		id='' version=''
		while IFS== read -r key value; do
			value=${value#\"} value=${value%\"}
			case $key in
			ID) id=$value ;;
			VERSION_ID) version=$value ;;
			esac
		done <"$root/etc/os-release"
		case $id$version in '' | *[!a-z0-9.]*)
			echo 'went badly the host does not say which system it is'
			return
			;;
		esac
		case $id in
		debian) name=debian$version profile=standard ;;
		ubuntu) name=ubuntu${version%%.*}${version#*.} profile=cis_level1_server ;;
		rhel) name=rhel${version%%.*} profile=cis_server_l1 ;;
		almalinux) name=almalinux${version%%.*} profile=cis_server_l1 ;;
		rocky) name=rl${version%%.*} profile=cis_server_l1 ;;
		*) name=$id${version%%.*} profile=standard ;;
		esac
		content=/usr/share/xml/scap/ssg/content/ssg-$name-ds.xml
		if [ ! -r "$root$content" ]; then
			echo "went absent there is no $content: install scap-security-guide, or ssg-debian and the like"
			return
		fi
		set -- "$timeout" 2400 "$nice" -n 19 "$program" xccdf eval \
			--profile "xccdf_org.ssgproject.content_profile_$profile" --results /dev/stdout "$content"
		may_root "$@" || return
		echo 'went well 0'
		echo "$marker"
		# Root writes to what we give it, never into a folder that others may write to.
		as_root "$@" 2>/dev/null | head -c "$most"
	}

	case $tool in
	lynis) name=lynis ;;
	openscap) name=oscap ;;
	*) exit 70 ;;
	esac
	if ! find_it "$name"; then
		echo "went absent $name is not installed"
		exit 0
	fi
	program=$found
	find_it timeout && timeout=$found && find_it nice && nice=$found && find_it head && head=$found || {
		echo 'went badly the host has no timeout, nice or head'
		exit 0
	}
	"scan_$tool"
	exit 0
}
