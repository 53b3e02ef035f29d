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

# Sets `place_why` to nothing where only root can put another file into the place of the file $1: every folder on its
# way is no link, belongs to root, and neither its group nor others may write there. Else to one word, and `place_at` to
# the place that it is about; of `unseen` that is the file. What root reads in an open place is whatever somebody has put
# there. With `own` as $2 the same goes for what is in the file: it is a plain one, which root alone may write to.
find_place() {
	place_own=${2-} place_path=$1 place_rest=${1#/} place_so='' place_seen=0 place_why=''
	set -- "$root/"
	while :; do
		case $place_rest in */*) ;; *) break ;; esac
		place_so="$place_so/${place_rest%%/*}"
		place_rest=${place_rest#*/}
		set -- "$@" "$root$place_so"
	done
	place_folders=$#
	# Sorted by name, a folder stands before what is in it.
	place_lines=$(within 5 ls -lnd "$@" "$root$place_path")
	IFS=$nl
	for place_line in $place_lines; do
		IFS=$blanks
		set -- $place_line
		place_seen=$((place_seen + 1))
		case $1 in
		l*) place_why=link ;;
		d????w* | d???????w*) place_why=writable ;;
		d*) [ "${3-}" = 0 ] || place_why=owner ;;
		*)
			[ "$place_seen" -gt "$place_folders" ] || place_why=unseen
			case $place_own$1 in
			own-????w* | own-???????w*) place_why=writable ;;
			own-*) [ "${3-}" = 0 ] || place_why=owner ;;
			own*) place_why=unseen ;;
			esac
			;;
		esac
		# The file itself may be a folder, and then counts as one.
		[ -z "$place_why" ] || break
	done
	IFS=$blanks
	[ -z "$place_own" ] || place_folders=$((place_folders + 1))
	if [ -z "$place_why" ] && [ "$place_seen" -lt "$place_folders" ]; then place_why=unseen place_line=$place_path; fi
	place_line=${place_line%% -> *}
	place_line=${place_line##* }
	place_at=${place_line#"$root"}
}

# Prints `safe $2` where root may be asked for the named file $1, else `open $2 WHY PLACE`.
say_place() {
	find_place "$1"
	if [ -z "$place_why" ]; then
		echo "safe $2"
	else
		printf 'open %s %s %.210s\n' "$2" "$place_why" "$place_at"
	fi
}

# Asks for what each further sshd is set to, by the file that it reads: `sshd FILE`, or `sshdopen WHY PLACE FILE` for one
# that root is not to be asked for.
ask_others() {
	[ "$#" -gt 0 ] || return 0
	sshd_vouched=$(list_vouched)
	for sshd_file; do
		[ -e "$root$sshd_file" ] || continue
		find_other
		if [ -z "$place_why" ]; then
			echo "sshd $sshd_file"
			ask_root 5 sshd -T -f "$root$sshd_file"
			ask_root 5 grep -aH . "$root$sshd_file"
		else
			printf 'sshdopen %s %.210s %s\n' "$place_why" "$place_at" "$sshd_file"
		fi
	done
}

# Prints which system this is, as the content of OpenSCAP is called after it: `system ID VERSION`.
say_release() {
	system_id='' system_version=''
	[ -r "$root/etc/os-release" ] || return 0
	while IFS='=' read -r system_key system_value; do
		system_value=${system_value#\"} system_value=${system_value%\"}
		case $system_key in
		ID) system_id=$system_value ;;
		VERSION_ID) system_version=$system_value ;;
		esac
	done <"$root/etc/os-release"
	case $system_id$system_version in '' | *[!a-z0-9.]*) return 0 ;; esac
	printf 'system %.40s %.20s\n' "$system_id" "$system_version"
}

# Number, deadline in seconds, paths of files that the inventory names. The lines in the order of the table of them.
section_privilege() {
	echo 'run privilege'
	printf 'user %.40s\nsudo %s\n' "$(id -un </dev/null)" "${sudo:-no}"
	for scan_program in timeout nice head lynis oscap; do
		find_program "$scan_program" && printf 'program %s %.200s\n' "$scan_program" "${found#"$root"}"
	done
	say_release
	shift 2
	asked_count=0 asked_known=' ' tab='	'
	ask_root 5 sed -E -e 's/:!+[^:]{3,}:/:L:/' -e 's/:[$]y[$][^:]+:/:Py:/' -e 's/:[$]gy[$][^:]+:/:Pgy:/' \
		-e 's/:[$]6[$][^:]+:/:P6:/' -e 's/:[$]2b[$][^:]+:/:P2b:/' -e 's/:[$]5[$][^:]+:/:P5:/' \
		-e 's/:[$]1[$][^:]+:/:P1:/' -e 's/:[^:]{12,}:/:P:/' "$root/etc/shadow"
	ask_root 10 find -H "$root/root" "$root/home" "$root/var/lib" -maxdepth 3 \
		-path '*/.ssh/authorized_keys*' -type f -size +63k -print \
		-o -path '*/.ssh/authorized_keys*' -type f -exec grep -aH . {} + \
		-o -type l -path '*/.ssh/authorized_keys*' -print -o -type l -name .ssh -print -o -path "$root/root" -print
	ask_root 5 find -L "$root/etc/sudoers" "$root/etc/sudoers.d" -maxdepth 1 -type f -exec grep -aH . {} +
	ask_root 5 sshd -T
	ask_root 5 find "$root/etc/ssh" -maxdepth 2 -path '*/sshd_config*' -type f -exec grep -aH . {} +
	ask_root 5 find "$root/boot" -maxdepth 2 -name grub.cfg -exec stat -c '%a %u %g %F/%U/%G%n' {} + \
		-o -name user.cfg -exec stat -c '%a %u %g %F/%U/%G%n' {} +
	ask_root 10 find -H "$root/root" "$root/home" "$root/var/lib" -maxdepth 3 \
		-path '*/.ssh/authorized_keys*' -exec stat -c '%a %u %g %F/%U/%G%n' {} + \
		-o -name .rhosts -exec stat -c '%a %u %g %F/%U/%G%n' {} + \
		-o -name .shosts -exec stat -c '%a %u %g %F/%U/%G%n' {} + \
		-o -name .netrc -exec stat -c '%a %u %g %F/%U/%G%n' {} + -o -path "$root/root" -print
	ask_root 8 journalctl -q --no-pager -o short-unix -n 2000 --since=-24h -t sshd -t sshd-session
	ask_root 8 lastb -w -i --time-format iso -n 1000
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
	ask_root 5 fail2ban-client status
	ask_root 5 fail2ban-client status sshd
	ask_root 5 auditctl -s
	ask_root 5 auditctl -l
	ask_root 5 aa-status
	ask_root 5 find "$root/var/spool" "$root/var/lib/aide" "$root/var/log/aide" "$root/var/lib/tripwire" \
		-maxdepth 2 -type f -path '*/rsyslog/*' -exec stat -c '%Y %s %n' {} + \
		-o -type f -path '*/aide/*' -exec stat -c '%Y %s %n' {} + \
		-o -type f -path '*/tripwire/*' -exec stat -c '%Y %s %n' {} + -o -path "$root/var/spool" -print
	ask_root 5 grep -sacE 'found.(NO.)?differences|All.files.match' "$root/var/log/aide/aide.log"
	ask_root 5 grep -sacE '^[[:space:]]*password(_pbkdf2)?[[:space:]]|^GRUB2_PASSWORD=' \
		"$root/boot/grub/grub.cfg" "$root/boot/grub2/grub.cfg" "$root/boot/grub2/user.cfg"
	ask_root 25 needrestart -b -r l
	ask_root 120 nice -n 19 find "$root/" -type d '(' ! -fstype ext4 ! -fstype xfs ! -fstype btrfs \
		! -fstype ext3 ! -fstype ext2 ! -fstype zfs ! -fstype f2fs ! -fstype jfs ! -fstype tmpfs \
		! -fstype overlay ')' -prune \
		-o '(' -path '*/var/lib/docker' -o -path '*/var/lib/containers' -o -path '*/var/lib/containerd' \
		-o -path '*/var/lib/kubelet' -o -path '*/.snapshots' -o -path '*/.zfs' ')' -prune \
		-o ! -type l '(' -type f -perm /6000 -o -type f -perm -2 -o -type d -perm -2 ! -perm -1000 \
		-o -nouser -o -nogroup ')' \
		'(' -path '*[[:cntrl:]]*' -printf '%y %m %u:%U %g:%G //%D/%i\n' -o -printf '%y %m %u:%U %g:%G %p\n' ')'
	ask_root 10 find -L "$root/etc/letsencrypt/live" "$root/etc/ssl" "$root/etc/pki/tls" \
		"$root/etc/nginx" "$root/etc/apache2" "$root/etc/httpd" "$root/etc/haproxy" "$root/etc/postfix" "$root/etc/dovecot" \
		"$root/etc/pki" -maxdepth 3 -type d '(' -name ca-trust -o -path '*/ssl/certs' ')' -prune \
		-o -type f -size -64k '(' -name '*.pem' -o -name '*.crt' -o -name '*.cer' ')' \
		-exec sed -s -n -e /-BEGIN.CERTIFICATE-/F -e /PRIVATE/,/-END/d \
		-e /-BEGIN.CERTIFICATE-/,/-END.CERTIFICATE-/p {} + \
		-o -path "$root/etc/ssl" -print
	ask_others $(tell_started | list_others)
	file_count=0
	for file_path; do
		file_count=$((file_count + 1))
		is_path "$file_path" || continue
		say_place "$file_path" "$file_count"
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
