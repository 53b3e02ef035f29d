# The section suid: files that lend their owner's rights, that everybody may write to, and that belong to nobody.

# Files whose package is asked for.
most_owned=300

# Prints the path of each of the files $1… that a package brought.
list_owned() {
	if find_program dpkg-query; then
		for suid_file; do
			shift
			# What dpkg knows by its place before /usr was merged.
			case $suid_file in
			"$root"/usr/*) set -- "$@" "$suid_file" "$root${suid_file#"$root"/usr}" ;;
			*) set -- "$@" "$suid_file" ;;
			esac
		done
		within 20 nice -n 19 "$found" -S "$@" | awk '
			/^diversion / { next }
			(at = index($0, ": /")) { print substr($0, at + 2); any = 1 }
			END { exit !any }
		'
	elif find_program rpm; then
		within 20 nice -n 19 "$found" -q --queryformat '' -f "$@" | sed -n 's|^file \(.*\) is not owned.*|not \1|p'
		echo all
	elif find_program apk; then
		for suid_file; do
			within 5 "$found" info -W "$suid_file"
		done | sed -n 's|^\(/.*\) is owned by .*|\1|p'
	else
		return 1
	fi
}

# Prints the files themselves; of one whose name has a line's end or another such sign, by which its owner could make up
# lines of others, only device and inode: `//DEVICE/INODE`. Filesystems of other machines, of containers and of the
# kernel are passed by, by their folders: the files of an overlay may have a number that no mount has.
tell_suid() {
	tell_root file 4000 1+ 120 nice -n 19 find "$root/" -type d '(' ! -fstype ext4 ! -fstype xfs ! -fstype btrfs \
		! -fstype ext3 ! -fstype ext2 ! -fstype zfs ! -fstype f2fs ! -fstype jfs ! -fstype tmpfs \
		! -fstype overlay ')' -prune \
		-o '(' -path '*/var/lib/docker' -o -path '*/var/lib/containers' -o -path '*/var/lib/containerd' \
		-o -path '*/var/lib/kubelet' -o -path '*/.snapshots' -o -path '*/.zfs' ')' -prune \
		-o ! -type l '(' -type f -perm /6000 -o -type f -perm -2 -o -type d -perm -2 ! -perm -1000 \
		-o -nouser -o -nogroup ')' \
		'(' -path '*[[:cntrl:]]*' -printf '%y %m %u:%U %g:%G //%D/%i\n' -o -printf '%y %m %u:%U %g:%G %p\n' ')'
}

# Number, deadline in seconds.
section_suid() {
	echo 'run suid'
	suid_said=$(tell_suid)
	printf '%s\n' "$suid_said"
	set --
	IFS=$nl
	for suid_line in $suid_said; do
		case $suid_line in
		'file f '[2-7]???' '*) ;;
		*) continue ;;
		esac
		[ "$#" -lt "$most_owned" ] || break
		suid_file=/${suid_line#*/}
		! is_path "$suid_file" || set -- "$@" "$root$suid_file"
	done
	IFS=$blanks
	if [ "$#" -eq 0 ]; then echo 'whole owned'; else tell owned 900 1+ list_owned "$@"; fi
}
