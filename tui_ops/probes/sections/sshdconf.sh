# The section sshdconf: what sshd is set to.

# Prints the words with which an sshd was started: options there win over what is written.
list_sshd() {
	set +f
	set -- "$root"/proc/[0-9]*/cmdline
	set -f
	grep -ahsE '^(sshd: )?/.*sshd' "$@" </dev/null | tr '\000' ' ' | head -c 20000
}

# Number, deadline in seconds. Only root is told what is in effect; the files say what was written, and for whom it is
# otherwise. Some systems let only root read them.
section_sshdconf() {
	echo 'run sshdconf'
	tell_root effective 600 0 5 sshd -T
	tell args 100 0 list_sshd
	sshd_closed=''
	for sshd_file in "$root/etc/ssh/sshd_config" "$root/etc/ssh/sshd_config.d"; do
		[ ! -e "$sshd_file" ] || [ -r "$sshd_file" ] || sshd_closed=yes
	done
	set +f
	set -- "$root/etc/ssh/sshd_config" "$root"/etc/ssh/sshd_config.d/*.conf \
		"$root/etc/crypto-policies/back-ends/opensshserver.config"
	[ -e "$root/etc/ssh/sshd_config" ] ||
		set -- "$@" "$root/usr/etc/ssh/sshd_config" "$root"/usr/etc/ssh/sshd_config.d/*.conf
	set -f
	for sshd_file; do
		[ ! -e "$sshd_file" ] || [ -r "$sshd_file" ] || sshd_closed=yes
	done
	if [ -n "$sshd_closed" ]; then
		tell_root written 2000 1+ 5 find "$root/etc/ssh" -maxdepth 2 -path '*/sshd_config*' -type f \
			-exec grep -aH . {} +
	else
		tell_files written 2000 'grep -aH .' "$@"
	fi
}
