# The section smart: what the disks say of their own health.

most_disks=48
# Bytes of one disk's answer: twice what a disk with many attributes says; all of them fit into a frame.
most_smart=20000
# Seconds for one disk: a healthy one takes a tenth, one that retries a bad sector many.
smart_patience=10

# Sets `smart_left` to the seconds that are left of $1 since `smart_start`.
count_left() {
	read -r smart_now smart_rest </proc/uptime
	smart_left=$(($1 - ${smart_now%%.*} + smart_start))
}

# Whether $1 is a device and $2 the name of a type, and no other word.
is_smart_device() {
	case $1 in /dev/*[!A-Za-z0-9/_-]*) return 1 ;; /dev/?*) ;; *) return 1 ;; esac
	case $2 in *[!A-Za-z0-9,+/_-]* | -?*) return 1 ;; esac
}

# Prints what one disk says: device, type or `-`, the seconds that it may take. Root is asked where it may be, and where
# there is time for all that its line allows.
say_disk() {
	smart_device=$1 smart_type=$2 smart_seconds=$3 smart_root=''
	set -- --json=c -n standby -H -A -i
	[ "$smart_type" = - ] || set -- "$@" -d "$smart_type"
	[ "$smart_seconds" -lt "$smart_patience" ] || ! may_root 10 smartctl "$@" "$smart_device" || smart_root=yes
	printf 'smart %s %s ' "$smart_device" "$smart_type"
	if [ -n "$smart_root" ]; then
		as_root 10 smartctl "$@" "$smart_device"
	else
		within "$smart_seconds" smartctl "$@" "$smart_device"
	fi | tr -d '\n' | head -c "$most_smart"
	echo
}

# The disks: number, deadline in seconds.
section_smart() {
	command -v smartctl >/dev/null || {
		echo 'state none'
		return 0
	}
	echo 'state read'
	smart_start=0 smart_count=0
	count_left 0
	smart_start=${smart_now%%.*}
	smart_list=$(within 10 smartctl --scan | head -n 200)
	IFS=$nl
	for smart_line in $smart_list; do
		IFS=$blanks
		set -- "$1" "$2" $smart_line
		smart_device=${3-} smart_type=-
		[ "${4-}" != -d ] || smart_type=${5:--}
		# What the scan calls scsi may as well be SATA: smartctl finds out itself.
		[ "$smart_type" != scsi ] || smart_type=-
		is_smart_device "$smart_device" "$smart_type" || continue
		smart_count=$((smart_count + 1))
		[ "$smart_count" -le "$most_disks" ] || break
		count_left "$2"
		if [ "$smart_left" -gt 2 ]; then
			smart_left=$((smart_left - 2))
			[ "$smart_left" -lt "$smart_patience" ] || smart_left=$smart_patience
			say_disk "$smart_device" "$smart_type" "$smart_left"
		else
			printf 'skipped %s %s\n' "$smart_device" "$smart_type"
		fi
	done
	IFS=$blanks
}
