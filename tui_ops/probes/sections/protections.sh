# The section protections: what guards the host, and how well by its own word: banning, audit, integrity of files,
# mandatory access control, antivirus, where logs go, encryption of disks, the password of the boot loader.

# Prints `NAME SECONDS HEADER` of each of the signature databases of ClamAV: the text before the rest says when it was
# made.
list_signatures() {
	for guard_file in main daily; do
		for guard_end in cvd cld; do
			[ -f "$root/var/lib/clamav/$guard_file.$guard_end" ] || continue
			printf '%s %s %s\n' "$guard_file.$guard_end" \
				"$(stat -c %Y "$root/var/lib/clamav/$guard_file.$guard_end" </dev/null)" \
				"$(head -c 300 "$root/var/lib/clamav/$guard_file.$guard_end" </dev/null | tr -d '\000' | head -n 1)"
		done
	done
}

# Prints what the kernel says of mandatory access control, which everybody may read.
list_mac() {
	peek "$root/sys/module/apparmor/parameters/enabled"
	printf 'apparmor %.10s\n' "${got:-none}"
	peek "$root/sys/fs/selinux/enforce"
	printf 'selinux %.10s\n' "${got:-none}"
}

# Print what fail2ban says of its jails, and of the one for sshd.
say_ban() {
	tell_root ban 100 0 5 fail2ban-client status
}
say_jail() {
	tell_root jail 60 0 5 fail2ban-client status sshd
}

# Prints both, and `watched SECONDS PATH` for each file that the jail for sshd reads, with the word `gone` for one that
# is not there. A question about a jail that fail2ban does not have would be an error in its log.
list_bans() {
	ban_said=$(say_ban)
	printf '%s\n' "$ban_said"
	ban_jails=$(printf '%s\n' "$ban_said" | sed -n 's/^ban .*Jail list:[[:space:]]*//p')
	case $ban_said in *'whole ban' | *'none ban') ;; *) return ;; esac
	case ", $ban_jails," in
	*', sshd,'*) ;;
	*)
		echo 'none jail'
		return
		;;
	esac
	ban_said=$(say_jail)
	printf '%s\n' "$ban_said"
	for ban_file in $(printf '%s\n' "$ban_said" | sed -n 's/^jail .*File list:[[:space:]]*//p' | head -n 1); do
		is_path "$ban_file" || continue
		if [ -e "$root$ban_file" ]; then
			printf 'watched %s %s\n' "$(stat -L -c %Y "$root$ban_file" </dev/null)" "$ban_file"
		elif [ -x "$root${ban_file%/*}/" ]; then
			printf 'watched gone %s\n' "$ban_file"
		fi
	done
}

# Prints when the files of the patterns $2… were written, each line behind the word $1.
tell_times() {
	times_word=$1
	shift
	set +f
	set -- $*
	set -f
	for times_file; do
		shift
		[ ! -e "$times_file" ] || set -- "$@" "$times_file"
	done
	if [ "$#" -gt 0 ]; then
		tell "$times_word" 200 1+ within 5 stat -c '%Y %s %n' "$@"
	else
		echo "whole $times_word"
	fi
}

# Number, deadline in seconds. How many passwords a boot loader has is all that root tells of its settings.
section_protections() {
	echo 'run protections'
	printf 'now %.20s\n' "$(date +%s </dev/null)"
	may_root 5 fail2ban-client status
	may_root 5 fail2ban-client status sshd
	list_bans
	tell_root audit 60 0 5 auditctl -s
	tell_root rule 2000 0 5 auditctl -l
	tell mac 10 0 list_mac
	tell_files selinux 20 'grep -aH ^SELINUX=' "$root/etc/selinux/config"
	tell_root profile 4000 "1 2 3" 5 aa-status
	tell_root guard 200 1+ 5 find "$root/var/spool" "$root/var/lib/aide" "$root/var/log/aide" "$root/var/lib/tripwire" \
		-maxdepth 2 -type f -path '*/rsyslog/*' -exec stat -c '%Y %s %n' {} + \
		-o -type f -path '*/aide/*' -exec stat -c '%Y %s %n' {} + \
		-o -type f -path '*/tripwire/*' -exec stat -c '%Y %s %n' {} + -o -path "$root/var/spool" -print
	tell_root compared 5 '1 2' 5 grep -sacE 'found.(NO.)?differences|All.files.match' "$root/var/log/aide/aide.log"
	tell_times ran "$root/var/lib/systemd/timers/stamp-*" "$root/var/log/clamav/*scan*"
	tell virus 10 0 list_signatures
	if [ -d "$root/var/log/journal" ]; then echo 'journal yes'; else echo 'journal no'; fi
	set +f
	set -- "$root/usr/lib/systemd/journald.conf" "$root"/usr/lib/systemd/journald.conf.d/*.conf \
		"$root/etc/systemd/journald.conf" "$root"/etc/systemd/journald.conf.d/*.conf
	set -f
	tell_files journald 200 'grep -aHE ^[[:space:]]*(Storage|ForwardToSyslog)[[:space:]]*=' "$@"
	set +f
	set -- "$root/etc/rsyslog.conf" "$root"/etc/rsyslog.d/*.conf
	set -f
	tell_files rsyslog 800 'grep -aHE ^[[:space:]]*[^#[:space:]]' "$@"
	set +f
	set -- "$root/etc/syslog-ng/syslog-ng.conf" "$root"/etc/syslog-ng/conf.d/*.conf
	set -f
	tell_files syslogng 800 'grep -aHE ^[[:space:]]*[^#[:space:]]' "$@"
	set +f
	set -- "$root/etc/systemd/journal-upload.conf" "$root"/etc/systemd/journal-upload.conf.d/*.conf
	set -f
	tell_files upload 40 'grep -aHE ^[[:space:]]*(URL|Server[A-Za-z]*|TrustedC[A-Za-z]*)[[:space:]]*=' "$@"
	if find_program lsblk; then
		tell disk 600 0 within 5 "$found" -P -o NAME,KNAME,PKNAME,TYPE,FSTYPE,MOUNTPOINT
	else
		echo 'broken disk'
	fi
	if [ -d "$root/boot/grub" ] || [ -d "$root/boot/grub2" ]; then
		tell_root boot 10 '1+ 2+' 5 grep -sacE '^[[:space:]]*password(_pbkdf2)?[[:space:]]|^GRUB2_PASSWORD=' \
			"$root/boot/grub/grub.cfg" "$root/boot/grub2/grub.cfg" "$root/boot/grub2/user.cfg"
	else
		echo 'none boot'
	fi
}
