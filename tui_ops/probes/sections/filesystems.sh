# The section filesystems: space and inodes of what is mounted; a network mount that hangs is looked at once.

# Types without space of their own, or that are full by nature (a squashfs has no free block).
pseudo='proc|sysfs|devtmpfs|devpts|tmpfs|ramfs|rootfs|cgroup2?|securityfs|pstore|efivarfs|bpf|debugfs|tracefs'
pseudo="$pseudo|configfs|fusectl|mqueue|hugetlbfs|autofs|binfmt_misc|rpc_pipefs|nsfs|nfsd|selinuxfs|smackfs"
pseudo="$pseudo|squashfs|erofs|cramfs|romfs|iso9660|udf|resctrl|fuse[.](lxcfs|portal|gvfsd-fuse|snapfuse)"
# A process each: enough for any ordinary host, few enough not to hurt one with hundreds of mounts.
most_network=24
most_local=200

is_network() {
	case $1 in
	nfs | nfs4 | cifs | smb3 | smbfs | fuse | fuse.* | 9p | virtiofs | ceph | glusterfs | lustre | beegfs | afs | \
		coda | ncpfs | gpfs | ocfs2 | gfs2 | orangefs | pvfs2) return 0 ;;
	esac
	return 1
}

# Sets `mounts` to the lines of the mount table that count, and `table` to its kind.
read_mounts() {
	if [ -r "$root/proc/self/mountinfo" ]; then
		table=mountinfo
		mounts=$(grep -Ev " - ($pseudo) " "$root/proc/self/mountinfo" </dev/null)
	else
		table=mounts
		mounts=$(grep -Ev "^[^ ]* [^ ]* ($pseudo) " "$root/proc/mounts" </dev/null)
	fi
}

# Splits one line of the table into `device`, `mount` and `type`. A mount stays in the table's own spelling
# (blanks and backslashes as \ooo), so that it is always one word; only df gets it decoded.
split_mount() {
	if [ "$table" = mounts ]; then
		device=$1 mount=$2 type=$3
		return
	fi
	device=$3 mount=$5
	while [ "$#" -gt 1 ] && [ "$1" != - ]; do shift; done
	type=${2-}
}

# Takes the word ` $1=$2 ` out of `chosen`.
unchoose() { chosen=${chosen%%" $1=$2 "*}' '${chosen#*" $1=$2 "}; }

# Sets `chosen` to one ` device=mount ` a device: the shortest mount. The others are bind mounts of the same space.
choose_mounts() {
	chosen=' '
	IFS=$nl
	for line in $mounts; do
		IFS=$blanks
		split_mount $line
		# Containers' overlays are the root's space; only where it is the root itself there is no other.
		[ "$type" != overlay ] || [ "$mount" = / ] || continue
		case $mount in /*) ;; *) continue ;; esac
		case $chosen in
		*" $device="*)
			other=${chosen#*" $device="} other=${other%% *}
			[ "${#mount}" -lt "${#other}" ] || continue
			unchoose "$device" "$other"
			;;
		esac
		chosen="$chosen$device=$mount "
	done
	IFS=$blanks
}

# Prints the chosen lines of the table, and sorts their mounts into `locals` and `networks`.
sort_mounts() {
	locals='' networks='' local_count=0 network_count=0
	IFS=$nl
	for line in $mounts; do
		IFS=$blanks
		split_mount $line
		case $chosen in *" $device=$mount "*) ;; *) continue ;; esac
		unchoose "$device" "$mount"
		printf '%s %s\n' "$table" "$line"
		if is_network "$type"; then
			network_count=$((network_count + 1))
			if [ "$network_count" -gt "$most_network" ]; then
				printf 'skipped %s\n' "$mount"
			else
				networks="$networks $mount"
			fi
		else
			local_count=$((local_count + 1))
			if [ "$local_count" -gt "$most_local" ]; then
				printf 'skipped %s\n' "$mount"
			else
				locals="$locals $mount"
			fi
		fi
	done
	IFS=$blanks
}

# Sets `path` to the text that $1 spells with \ooo. Nothing of it is ever evaluated.
decode() {
	left=$1 path=''
	while :; do
		case $left in *\\*) ;; *) break ;; esac
		path=$path${left%%\\*} left=${left#*\\}
		octal=${left%"${left#???}"}
		case $octal in
		[0-3][0-7][0-7])
			char=$(printf "\\${octal}x")
			path=$path${char%x} left=${left#???}
			;;
		*) path=$path\\ ;;
		esac
	done
	path=$path$left
}

# Sets `born` to the start time of process $1, which with its number names it for one boot; to nothing if it ended.
find_born() {
	born='' stat=''
	[ -r "/proc/$1/stat" ] && read -r stat <"/proc/$1/stat"
	set -- ${stat##*) }
	case ${1:-Z} in Z | X) ;; *) born=${20-} ;; esac
}

# Looks that have not returned, as words `pid/born/since/what`, kept from run to run.
hung=''

# Sets `waiting` to the word of a look at $1 that still has not returned, else to nothing; forgets what has ended.
find_hung() {
	waiting='' kept=''
	for word in $hung; do
		find_born "${word%%/*}"
		start=${word#*/} start=${start%%/*}
		[ -n "$born" ] && [ "$born" = "$start" ] || continue
		kept="$kept $word"
		[ "${word#*/*/*/}" != "$1" ] || waiting=$word
	done
	hung=$kept
}

# Prints that the look at $1 by process $2 hangs since $3 seconds.
say_hanging() { printf 'hanging %s %s %s\n' "$1" "$2" "$3"; }

# Prints the look at $1 that hangs since an earlier run, or fails if there is none.
still_hanging() {
	find_hung "$1"
	[ -n "$waiting" ] || return 1
	since=${waiting#*/*/} since=${since%%/*}
	say_hanging "$1" "${waiting%%/*}" $((now - since))
}

# Runs df with the arguments after $1 in the background. Every line that comes out is whole and says whose it is:
# `$1 p PID` first, `$1 - TEXT` for what df says, `$1 .` last. The shell becomes the df, so PID is the df.
job() {
	who=$1
	shift
	/bin/sh -c 'echo "$$"; exec df "$@" 2>&1' df "$@" </dev/null | {
		read -r pid && echo "$who p $pid"
		while IFS= read -r line; do printf '%s - %s\n' "$who" "$line"; done
		echo "$who ."
	} &
}

# Starts the jobs named in `jobs` and a timer of $1 seconds; arguments after it are the local paths. A job writes
# into the pipe towards relay: what comes after the time finds no reader there, and so disturbs no frame.
start_jobs() {
	sleep "$1" </dev/null >/dev/null &
	timer=$!
	echo "timer $timer"
	shift
	count=0
	for who in $jobs; do
		case $who in
		k) job k -Pk -- "$@" ;;
		i) job i -Pi -- "$@" ;;
		esac
	done
	for mount in $fresh; do
		decode "$mount"
		job "n$count" -Pk -- "$path"
		count=$((count + 1))
	done
	wait "$timer"
	echo late
}

# Passes on what the jobs say until all have ended or the time is over, then names those that have not.
relay() {
	open=" $jobs " pids=' ' timer=''
	while [ "$open" != ' ' ] && IFS= read -r line; do
		who=${line%% *}
		case $line in
		late) break ;;
		timer\ *) timer=${line#* } ;;
		*\ p\ *) case ${line#* } in p\ *) pids="$pids$who=${line#* p } " ;; *) printf '%s\n' "$line" ;; esac ;;
		*\ .) case ${line#* } in .) open=${open%%" $who "*}' '${open#*" $who "} ;; *) printf '%s\n' "$line" ;; esac ;;
		*) printf '%s\n' "$line" ;;
		esac
	done
	[ -z "$timer" ] || kill "$timer"
	for who in $open; do
		pid=${pids#*" $who="}
		echo "hung $who ${pid%% *}"
	done
}

# Keeps in mind and prints the looks that `said` reports as hung after $1 seconds.
keep_hung() {
	IFS=$nl
	for line in $said; do
		IFS=$blanks
		case $line in hung\ *) ;; *) continue ;; esac
		set -- "$1" $line
		what=$3 pid=$4 count=0
		for mount in $fresh; do
			[ "$what" != "n$count" ] || what=$mount
			count=$((count + 1))
		done
		find_born "$pid"
		hung="$hung $pid/$born/$((now - $1))/$what"
		say_hanging "$what" "$pid" "$1"
	done
	IFS=$blanks
}

# The filesystems: number, deadline in seconds. Network mounts have a look each that nobody waits for longer than
# five seconds; while one has not returned, its mount is not looked at again.
section_filesystems() {
	patience=5
	[ "$2" -gt 5 ] || patience=$(($2 > 1 ? $2 - 1 : 1))
	if [ ! -r "$root/proc/self/mountinfo" ] && [ ! -r "$root/proc/mounts" ]; then
		# No Linux: df knows its own mounts. Those over the network are left out, since they may never answer.
		echo 'table df'
		within "$patience" df -kP -l | head -n "$most_local" | sed 's/^/df /'
		return
	fi
	read_mounts
	echo "table $table"
	choose_mounts
	sort_mounts
	now=0
	read -r now line </proc/uptime
	now=${now%%.*} jobs='' fresh='' count=0
	for what in k i; do
		[ -z "$locals" ] || still_hanging "$what" || jobs="$jobs $what"
	done
	for mount in $networks; do
		still_hanging "$mount" && continue
		printf 'job n%s %s\n' "$count" "$mount"
		fresh="$fresh $mount" jobs="$jobs n$count" count=$((count + 1))
	done
	set --
	for mount in $locals; do
		printf 'local %s\n' "$mount"
		decode "$mount"
		set -- "$@" "$path"
	done
	jobs=${jobs# } said=''
	[ -z "$jobs" ] || said=$(start_jobs "$patience" "$@" | relay)
	printf '%s\n' "$said"
	read -r now line </proc/uptime
	now=${now%%.*}
	keep_hung "$patience"
}
