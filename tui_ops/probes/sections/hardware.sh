# The section hardware: what the machine is made of, and what runs on it.

# Lines of cpuinfo: four for each of 1,024 threads.
most_cpu_lines=4096
most_block=128

# Prints the word $1 and the first line of the file $2, if there is one.
say_file() {
	peek "$2"
	[ -z "$got" ] || printf '%s %.200s\n' "$1" "$got"
}

# Prints what tells whether the machine is virtual, where systemd can't be asked.
say_virtual() {
	hard_virt=$(within 3 systemd-detect-virt | head -c 40)
	if [ -n "$hard_virt" ]; then
		printf 'virtual %s\n' "$hard_virt"
		return
	fi
	[ ! -e "$root/.dockerenv" ] || echo 'container docker'
	[ ! -e "$root/run/.containerenv" ] || echo 'container podman'
	hard_line=$(grep -m 1 '^flags' "$root/proc/cpuinfo" </dev/null)
	case "$hard_line " in
	*' hypervisor '*) echo 'hypervisor yes' ;;
	flags*) echo 'hypervisor no' ;;
	esac
}

# Prints the disks: what has a size and is neither memory nor a file, a tray, or made of other disks.
say_disks() {
	hard_count=0
	set +f
	set -- "$root"/sys/block/*
	set -f
	for hard_dir; do
		hard_name=${hard_dir##*/}
		case $hard_name in
		loop* | ram* | zram* | sr* | fd* | dm-* | md* | zd* | nbd* | drbd* | bcache*) continue ;;
		nvme*c*n* | mmcblk*boot* | mmcblk*rpmb) continue ;;
		esac
		peek_word "$hard_dir/size"
		case $got in - | 0) continue ;; esac
		hard_count=$((hard_count + 1))
		[ "$hard_count" -le "$most_block" ] || break
		hard_line="disk $hard_name $got"
		for hard_file in queue/rotational removable; do
			peek_word "$hard_dir/$hard_file"
			hard_line="$hard_line $got"
		done
		peek "$hard_dir/device/vendor"
		hard_vendor=$got
		peek "$hard_dir/device/model"
		case $got$hard_name in mmcblk*) peek "$hard_dir/device/name" ;; esac
		printf '%.200s %.60s\t%.100s\n' "$hard_line" "$hard_vendor" "$got"
	done
}

# Prints what the system says of itself.
say_system() {
	printf 'uname %.200s\n' "$(uname -srm </dev/null)"
	say_file hostname "$root/proc/sys/kernel/hostname"
	for hard_file in "$root/etc/os-release" "$root/usr/lib/os-release"; do
		[ -r "$hard_file" ] || continue
		grep -m 1 '^PRETTY_NAME=' "$hard_file" </dev/null
		break
	done
	grep -m 1 '^btime ' "$root/proc/stat" </dev/null
	say_file init "$root/proc/1/comm"
	hard_zone=$(readlink "$root/etc/localtime" </dev/null)
	case $hard_zone in
	*/zoneinfo/*) printf 'timezone %.100s\n' "${hard_zone##*/zoneinfo/}" ;;
	*) say_file timezone "$root/etc/timezone" ;;
	esac
	# Who knows the number itself could name the host anywhere, so it stays there.
	peek "$root/etc/machine-id"
	case $got in ????????????????????????????????) echo 'machine-id known' ;; esac
}

# The hardware: number, deadline in seconds.
section_hardware() {
	say_system
	for hard_file in sys_vendor product_name product_version product_serial board_vendor board_name bios_vendor \
		bios_version bios_date chassis_type; do
		say_file "dmi $hard_file" "$root/sys/class/dmi/id/$hard_file"
	done
	say_file model "$root/proc/device-tree/model"
	say_virtual
	peek "$root/proc/meminfo"
	case $got in MemTotal:*) printf 'memory %.40s\n' "${got#MemTotal:}" ;; esac
	grep -E '^(model name|physical id|cpu cores|cpu[[:blank:]]*:|[Pp]rocessor|Hardware|Model|CPU part)' \
		"$root/proc/cpuinfo" </dev/null | head -n "$most_cpu_lines" | sed 's/^/cpu /'
	say_disks
}
