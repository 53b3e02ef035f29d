# The section accounts: who has an account, in which groups, and in what state the passwords are.

# A host with more takes them from a directory, and these files don't hold them.
most_accounts=2000

# Prints `used WORD` for what shows that a directory answers on this host: nsswitch.conf may name one that nobody set up.
list_directories() {
	for directory_place in sss:var/lib/sss/pipes/nss sss-sudo:var/lib/sss/pipes/sudo winbind:run/samba/winbindd/pipe \
		winbind:var/run/samba/winbindd/pipe ldap:run/nslcd/socket ldap:var/run/nslcd/socket ldap:etc/nslcd.conf \
		ldap:etc/libnss-ldap.conf ldap:etc/nss_ldap.conf ldap:etc/ldap.conf ldap-sudo:etc/sudo-ldap.conf \
		nis:etc/yp.conf nis:var/yp/binding nis:run/ypbind.pid nis:var/run/ypbind.pid \
		extrausers:var/lib/extrausers/passwd db:var/lib/misc/passwd.db db:var/db/passwd.db; do
		[ ! -e "$root/${directory_place#*:}" ] || echo "used ${directory_place%%:*}"
	done
	# Accounts of systemd's own: records that somebody has put there, and homes of systemd-homed.
	set +f
	set -- "$root"/etc/userdb/*.user "$root"/run/userdb/*.user "$root"/var/lib/systemd/home/*.identity \
		"$root"/home/*.homedir "$root"/home/*.home
	set -f
	for directory_place; do
		[ -e "$directory_place" ] || continue
		echo 'used userdb'
		break
	done
}

# Prints the words with which sssd has started a process for each of its domains. Fails where they are more than
# anybody has: a process may call itself so, and the one that counts may stand behind it.
list_backends() {
	set +f
	set -- "$root"/proc/[0-9]*/cmdline
	set -f
	backend_lines=$(grep -ahsE '^(/[^ ]*/)?sssd_be' "$@" </dev/null | tr '\000' ' ' | head -c 4001)
	printf '%s\n' "$backend_lines"
	[ "${#backend_lines}" -le 4000 ]
}

# Number, deadline in seconds. What root tells of the passwords is whether there is one, by which method it is kept, and
# its dates: each is struck out before it leaves the host.
section_accounts() {
	echo 'run accounts'
	tell passwd "$most_accounts" 0 head -c 200000 "$root/etc/passwd"
	tell group "$most_accounts" 0 head -c 200000 "$root/etc/group"
	tell_files switch 60 'grep -aE ^[[:space:]]*(passwd|group|shadow|sudoers|initgroups)[[:space:]]*:' \
		"$root/etc/nsswitch.conf"
	list_directories
	[ ! -e "$root/var/lib/sss/pipes/nss" ] || tell backend 40 '' list_backends
	tell_files limit 20 'grep -aE ^(UID_MIN|UID_MAX)[[:space:]]' "$root/etc/login.defs"
	set +f
	set -- "$root/root" "$root"/home/*
	set -f
	# Homes elsewhere, such as that of a database: of accounts that one can work with.
	for account_home in $(within 5 awk -F: '
		$6 !~ /^\/(root|home\/[^\/]*)\/?$/ && $6 ~ /^\/./ && $7 !~ /\/(nologin|false|sync|halt|shutdown)$/ { print $6 }
	' "$root/etc/passwd" | head -n 200); do
		! is_path "$account_home" || set -- "$@" "$root$account_home"
	done
	for account_home; do
		shift
		[ ! -e "$account_home" ] || set -- "$@" "$account_home"
	done
	if [ "$#" -gt 0 ]; then tell home "$most_accounts" 0 within 5 ls -ldnL "$@"; else echo 'whole home'; fi
	tell_root shadow "$most_accounts" 0 5 sed -E -e 's/:!+[^:]{3,}:/:L:/' \
		-e 's/:[$]y[$][^:]+:/:Py:/' -e 's/:[$]gy[$][^:]+:/:Pgy:/' \
		-e 's/:[$]6[$][^:]+:/:P6:/' -e 's/:[$]2b[$][^:]+:/:P2b:/' -e 's/:[$]5[$][^:]+:/:P5:/' \
		-e 's/:[$]1[$][^:]+:/:P1:/' -e 's/:[^:]{12,}:/:P:/' "$root/etc/shadow"
}
