# The section scope: whether this is a container, and what control groups allow it and its slices.

most_groups=32

# Prints the limits and the use of one control group: its path, as /proc/self/cgroup has it.
say_group() {
	scope_dir=$root/sys/fs/cgroup${1%/}
	[ -r "$scope_dir/cgroup.procs" ] || [ -r "$scope_dir/memory.current" ] || return 0
	scope_count=$((scope_count + 1))
	[ "$scope_count" -le "$most_groups" ] || return 0
	printf 'group %.400s\n' "$1"
	for scope_file in memory.max memory.high memory.current cpu.max pids.max pids.current; do
		peek "$scope_dir/$scope_file"
		[ -z "$got" ] || printf '%s %.60s\n' "$scope_file" "$got"
	done
	for scope_file in cpu.stat memory.events; do
		[ ! -r "$scope_dir/$scope_file" ] || while read -r scope_name scope_value; do
			case $scope_name in nr_periods | nr_throttled | oom_kill) printf '%s %.30s\n' "$scope_name" "$scope_value" ;; esac
		done <"$scope_dir/$scope_file"
	done
}

# Number, deadline in seconds. A limit of a group holds for all below it, hence the way up from our own.
section_scope() {
	echo 'scope read'
	scope_count=0 scope_own=''
	scope_word=''
	is_own systemd-detect-virt && scope_word=$(within 3 systemd-detect-virt --container | head -c 40)
	[ -n "$scope_word" ] || { [ ! -e "$root/.dockerenv" ] || scope_word=docker; }
	[ -n "$scope_word" ] || { [ ! -e "$root/run/.containerenv" ] || scope_word=podman; }
	printf 'container %.40s\n' "${scope_word:-none}"
	if [ ! -r "$root/sys/fs/cgroup/cgroup.controllers" ]; then
		[ ! -d "$root/sys/fs/cgroup" ] || echo 'version 1'
		return 0
	fi
	echo 'version 2'
	[ ! -r "$root/proc/self/cgroup" ] || while IFS= read -r scope_line; do
		case $scope_line in 0::/*) scope_own=${scope_line#0::} ;; esac
	done <"$root/proc/self/cgroup"
	# Outside of our own namespace the kernel writes /.. at its beginning.
	case $scope_own in *..*) scope_own=/ ;; esac
	printf 'own %.400s\n' "$scope_own"
	while [ "${scope_own:-/}" != / ]; do
		say_group "$scope_own"
		scope_own=${scope_own%/*}
	done
	say_group /
	set +f
	set -- "$root"/sys/fs/cgroup/*.slice
	set -f
	for scope_path; do
		[ ! -d "$scope_path" ] || say_group "/${scope_path##*/}"
	done
}
