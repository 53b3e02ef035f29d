# The section sshdconf: what sshd is set to.

# Number, deadline in seconds. Only root is told what is in effect; the files say what was written.
section_sshdconf() {
	echo 'run sshdconf'
	tell_root effective 600 0 5 sshd -T
	set +f
	set -- "$root/etc/ssh/sshd_config" "$root"/etc/ssh/sshd_config.d/*.conf
	set -f
	tell_files written 2000 'grep -aH .' "$@"
}
