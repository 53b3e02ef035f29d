# The section authpolicy: what a host asks of passwords, logins and sessions.

# Number, deadline in seconds. All of it is for everybody to read; SUSE keeps what the maker wrote below /usr/etc.
section_authpolicy() {
	echo 'run authpolicy'
	tell_files defs 300 'grep -aHE ^[[:space:]]*[A-Z_]+[[:space:]]' "$root/usr/etc/login.defs" "$root/etc/login.defs"
	tell_files useradd 40 'grep -aHE ^[[:space:]]*[A-Z_]+=' "$root/etc/default/useradd"
	set +f
	set -- "$root"/etc/security/pwquality.conf.d/*.conf
	set -f
	tell_files quality 200 'grep -aHE ^[[:space:]]*[a-z]' "$@" "$root/etc/security/pwquality.conf"
	tell_files faillock 60 'grep -aHE ^[[:space:]]*[a-z]' "$root/usr/etc/security/faillock.conf" \
		"$root/etc/security/faillock.conf"
	set --
	for policy_stack in common-auth common-account common-password common-session system-auth password-auth \
		system-login base-auth base-password su su-l sshd login passwd; do
		for policy_place in etc usr/lib usr/etc; do
			[ -f "$root/$policy_place/pam.d/$policy_stack" ] || continue
			set -- "$@" "$root/$policy_place/pam.d/$policy_stack"
			break
		done
	done
	tell_files pam 600 'grep -aHv ^#' "$@"
	set +f
	set -- "$root/etc/profile" "$root"/etc/profile.d/*.sh "$root/etc/bash.bashrc" "$root/etc/bashrc"
	set -f
	tell_files profile 200 'grep -aHE TMOUT|umask' "$@"
	tell_files crypto 40 'grep -aH .' "$root/etc/crypto-policies/state/current"
}
