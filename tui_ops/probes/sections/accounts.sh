# The section accounts: who has an account, in which groups, and in what state the passwords are.

# A host with more takes them from a directory, and these files don't hold them.
most_accounts=2000

# Number, deadline in seconds. What root tells of the passwords is whether there is one, by which method it is kept, and
# its dates: each is struck out before it leaves the host.
section_accounts() {
	echo 'run accounts'
	tell passwd "$most_accounts" 0 head -c 200000 "$root/etc/passwd"
	tell group "$most_accounts" 0 head -c 200000 "$root/etc/group"
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
