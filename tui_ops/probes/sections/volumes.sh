# The section volumes: LVM, which only root may ask, and btrfs, of which the kernel tells everyone.

# Lines of one answer of LVM, bytes of each, and filesystems with their devices: more than a host has that anybody reads.
most_volumes=600
most_volume_bytes=400
most_btrfs=32
most_btrfs_devices=64

# Cuts what a command of LVM says, and sets the word $1 before each line.
mark_lvm() { head -n "$most_volumes" | cut -c "1-$most_volume_bytes" | sed "s/^/$1 /"; }

# Prints one filesystem: its folder.
say_btrfs() {
	peek "$1/label"
	printf 'btrfs %.40s %.200s\n' "${1##*/}" "$got"
	for volume_kind in data metadata system; do
		peek_word "$1/allocation/$volume_kind/bytes_used"
		volume_line="$volume_kind $got"
		peek_word "$1/allocation/$volume_kind/total_bytes"
		printf 'space %.100s %.30s\n' "$volume_line" "$got"
	done
	volume_count=0
	set +f
	set -- "$1"/devinfo/*
	set -f
	for volume_dir; do
		[ -r "$volume_dir/missing" ] || continue
		volume_count=$((volume_count + 1))
		[ "$volume_count" -le "$most_btrfs_devices" ] || break
		peek_word "$volume_dir/missing"
		volume_line="device ${volume_dir##*/} $got"
		# Five counters, a line each; a kernel before 5.14 does not tell them.
		[ ! -r "$volume_dir/error_stats" ] || while read -r volume_name volume_errors; do
			volume_line="$volume_line $volume_name $volume_errors"
		done <"$volume_dir/error_stats"
		printf '%.300s\n' "$volume_line"
	done
}

# Prints what LVM says, which only root may ask. A disk that hangs holds it up; then the volumes are not asked for.
say_lvm() {
	# Each is looked up here, not in the pipeline that runs it: what is learnt of sudo there is lost.
	may_root 5 vgs --noheadings --nameprefixes --units b -o vg_name,vg_attr,vg_size,vg_free,vg_missing_pv_count,lv_count
	case $? in
	0) ;;
	127) echo 'lvm none' && return ;;
	*) echo 'lvm denied' && return ;;
	esac
	volume_said=$({
		as_root 5 vgs --noheadings --nameprefixes --units b \
			-o vg_name,vg_attr,vg_size,vg_free,vg_missing_pv_count,lv_count 2>&1
		echo "exit $?"
	} | mark_lvm vgs)
	printf '%s\n' "$volume_said"
	case $volume_said in *LVM2_VG_NAME*'exit 0') ;; *) return ;; esac
	may_root 5 lvs --noheadings --nameprefixes --units b \
		-o vg_name,lv_name,lv_attr,lv_size,data_percent,metadata_percent,origin,pool_lv || {
		echo 'lvm denied'
		return
	}
	{
		as_root 5 lvs --noheadings --nameprefixes --units b \
			-o vg_name,lv_name,lv_attr,lv_size,data_percent,metadata_percent,origin,pool_lv 2>&1
		echo "exit $?"
	} | mark_lvm lvs
}

# Number, deadline in seconds.
section_volumes() {
	echo 'volumes read'
	set +f
	set -- "$root"/sys/fs/btrfs/*-*
	set -f
	btrfs_count=0
	for btrfs_dir; do
		[ -d "$btrfs_dir/allocation" ] || continue
		btrfs_count=$((btrfs_count + 1))
		[ "$btrfs_count" -le "$most_btrfs" ] || break
		say_btrfs "$btrfs_dir"
	done
	say_lvm
}
