# The section containers: what docker and podman run.

# Sets `said` to what engine $1 lists in the columns $2, and its exit code in the last line. Where root may be asked, it
# is asked for what the drop-in names.
list_containers() {
	said=$(
		{
			if [ -n "$engine_root" ]; then
				as_root 8 "$1" ps -a --format "$2" 2>&1
			else
				within 8 "$1" ps -a --format "$2" 2>&1
			fi
			echo "exit $?"
		} | head -c 100000
	)
}

# Whether `engine` at `path` is to be asked. A docker that is podman under another name would list all twice. A podman
# that is not root's would set up its store and a process that stays, for a user who never ran a container.
is_engine() {
	case $path in
	"$root"/*) ;;
	*) return 1 ;;
	esac
	case $engine in
	docker)
		case $(head -c 400 "$path" </dev/null | tr -d '\000') in '#!'*podman*) return 1 ;; esac
		;;
	podman)
		[ -z "$engine_root" ] || return 0
		if [ "$(id -u </dev/null)" != 0 ] && [ ! -d "$root${HOME-}/.local/share/containers/storage" ]; then
			printf 'podman permission denied: only root sees its containers\npodman exit 126\n'
			return 1
		fi
		;;
	esac
}

# Number, deadline in seconds.
section_containers() {
	tab='	'
	echo 'engines docker podman'
	for engine in docker podman; do
		path=$(command -v "$engine") engine_root=''
		end="{{.Status}}$tab{{.Ports}}"
		start="{{.ID}}$tab{{.Names}}$tab{{.Image}}"
		! may_root 8 "$engine" ps -a --format "$start$tab{{.State}}$tab$end" || engine_root=yes
		is_engine || continue
		list_containers "$engine" "$start$tab{{.State}}$tab$end"
		# Before 20.10 docker had no word for the state; it is also in the status.
		case $said in
		*'field State'*)
			engine_root=''
			list_containers "$engine" "$start$tab$tab$end"
			;;
		esac
		printf '%s\n' "$said" | sed "s/^/$engine /"
	done
}
