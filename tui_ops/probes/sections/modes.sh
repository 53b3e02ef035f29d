# The section modes: mode, owner and group of the files that logins rest on.

# Number, deadline in seconds. What stands in homes, and where the folder of the boot loader is closed, is for root.
section_modes() {
	echo 'run modes'
	set +f
	set -- "$root/etc/ssh/sshd_config" "$root"/etc/ssh/sshd_config.d/* "$root"/etc/ssh/ssh_host_*
	set -f
	set -- "$@" "$root/etc/hosts.equiv" "$root/etc/shosts.equiv" "$root/etc/ssh/shosts.equiv" "$root/etc/sudoers" \
		"$root/etc/security/opasswd" "$root/usr/etc/ssh/sshd_config"
	for modes_file in passwd shadow group gshadow; do
		set -- "$@" "$root/etc/$modes_file" "$root/etc/$modes_file-"
	done
	modes_closed=''
	for modes_file in "$root/boot/grub/grub.cfg" "$root/boot/grub2/grub.cfg" "$root/boot/grub2/user.cfg"; do
		if [ -d "${modes_file%/*}" ] && [ ! -x "${modes_file%/*}/" ]; then modes_closed=yes; fi
		set -- "$@" "$modes_file"
	done
	for modes_file; do
		shift
		[ ! -e "$modes_file" ] || set -- "$@" "$modes_file"
	done
	if [ "$#" -gt 0 ]; then
		tell state 400 1+ within 5 stat -c '%a %u %g %F/%U/%G%n' "$@"
	else
		echo 'whole state'
	fi
	if [ -n "$modes_closed" ]; then
		tell_root boot 20 1+ 5 find "$root/boot" -maxdepth 2 -name grub.cfg -exec stat -c '%a %u %g %F/%U/%G%n' {} + \
			-o -name user.cfg -exec stat -c '%a %u %g %F/%U/%G%n' {} +
	else
		echo 'whole boot'
	fi
	set +f
	set -- "$root"/etc/ssh/ssh_host_*_key.pub
	set -f
	tell_files public 60 'grep -aH .' "$@"
	tell_root homes "$most_accounts" 1+ 10 find -H "$root/root" "$root/home" "$root/var/lib" -maxdepth 3 \
		-path '*/.ssh/authorized_keys*' -exec stat -c '%a %u %g %F/%U/%G%n' {} + \
		-o -name .rhosts -exec stat -c '%a %u %g %F/%U/%G%n' {} + \
		-o -name .shosts -exec stat -c '%a %u %g %F/%U/%G%n' {} + \
		-o -name .netrc -exec stat -c '%a %u %g %F/%U/%G%n' {} + -o -path "$root/root" -print
}
