# The section privilege: where the programs are that root runs for us, and which of their lines it would run now.

# Prints `may N` for a line of the drop-in that root would run, `not N` for one that it would not and `none N` for one
# whose program is not here: N counts the calls. Then seconds, program and words.
ask_root() {
	asked_count=$((asked_count + 1))
	may_root "$@"
	case $? in
	0) asked_may=may ;;
	127) asked_may=none ;;
	*) asked_may='not' ;;
	esac
	printf '%s %s %s\n' "$asked_may" "$asked_count" "$2"
	case $asked_known in *" $2 "*) return ;; esac
	asked_known="$asked_known$2 "
	find_program "$2" || return
	printf 'program %s %.200s\n' "$2" "${found#"$root"}"
}

# Number, deadline in seconds, paths of files that the inventory names. The lines in the order of the table of them.
section_privilege() {
	echo 'run privilege'
	printf 'user %.40s\nsudo %s\n' "$(id -un </dev/null)" "${sudo:-no}"
	find_program timeout && printf 'program timeout %.200s\n' "${found#"$root"}"
	shift 2
	asked_count=0 asked_known=' ' tab='	'
	ask_root 5 sed -E -e 's/:!+[^:]{3,}:/:L:/' -e 's/:[^:]{12,}:/:P:/' "$root/etc/shadow"
	ask_root 10 find "$root/root" "$root/home" -maxdepth 3 \
		-path '*/.ssh/authorized_keys*' -type f -size +63k -print \
		-o -path '*/.ssh/authorized_keys*' -type f -exec grep -aH . {} + -o -path "$root/root" -print
	ask_root 5 find "$root/etc/sudoers" "$root/etc/sudoers.d" -maxdepth 1 -type f -exec grep -aH . {} +
	ask_root 5 sshd -T
	ask_root 5 sysctl -a
	ask_root 5 find "$root/var/spool" "$root/etc/crontabs" -maxdepth 3 -name atjobs -prune \
		-o -path '*/cron*/*' -type f -exec grep -aH . {} + -o -path "$root/var/spool" -print
	ask_root 5 nft -s list ruleset
	ask_root 5 iptables-save
	ask_root 5 ip6tables-save
	ask_root 8 ss -ltunpe
	for engine in docker podman; do
		ask_root 8 "$engine" ps -a --format \
			"{{.ID}}$tab{{.Names}}$tab{{.Image}}$tab{{.State}}$tab{{.Status}}$tab{{.Ports}}"
	done
	ask_root 5 vgs --noheadings --nameprefixes --units b -o vg_name,vg_attr,vg_size,vg_free,vg_missing_pv_count,lv_count
	ask_root 5 lvs --noheadings --nameprefixes --units b \
		-o vg_name,lv_name,lv_attr,lv_size,data_percent,metadata_percent,origin,pool_lv
	ask_root 8 journalctl -q --no-pager -p err -o short-unix -n 500 --since=-5min
	for file_path; do
		is_path "$file_path" || continue
		ask_root 5 stat -L -c '%a %U %G %s %F' "$root$file_path"
		ask_root 5 sha256sum "$root$file_path"
		ask_root 5 head -c 8193 "$root$file_path"
	done
	command -v smartctl >/dev/null || return 0
	smart_list=$(within 10 smartctl --scan | head -n "$most_disks")
	IFS=$nl
	for smart_line in $smart_list; do
		IFS=$blanks
		set -- $smart_line
		smart_device=${1-} smart_type=-
		[ "${2-}" != -d ] || smart_type=${3:--}
		[ "$smart_type" != scsi ] || smart_type=-
		is_smart_device "$smart_device" "$smart_type" || continue
		printf 'disk %s %s\n' "$smart_device" "$smart_type"
		if [ "$smart_type" = - ]; then
			ask_root 10 smartctl --json=c -n standby -H -A -i "$smart_device"
		else
			ask_root 10 smartctl --json=c -n standby -H -A -i -d "$smart_type" "$smart_device"
		fi
	done
	IFS=$blanks
}
