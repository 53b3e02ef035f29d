# An account: do|dry ACT NAME GROUPS SHELL COMMENT HOME; groups with commas between, what is empty stays as it is.
how=$1 act=$2 name=$3 groups=$4 shell=$5 comment=$6 home=$7
fail() {
	printf '%s\n' "$1"
	exit 1
}
# Sets `there`, and `is_home`, `is_shell`, `is_comment` to what the system knows of it.
find_account() {
	there=no
	line=$(getent passwd "$name" 2>/dev/null) || line=$(grep -- "^$name:" "${TUI_OPS_ROOT-}/etc/passwd")
	[ -n "$line" ] || return 0
	there=yes
	is_shell=${line##*:} line=${line%:*}
	is_home=${line##*:} line=${line%:*}
	is_comment=${line##*:}
}
# Whether neither a password nor a key lets it in: the first is locked, and it has ended.
is_locked() {
	line=$(getent shadow "$name" 2>/dev/null) || line=$(grep -- "^$name:" "${TUI_OPS_ROOT-}/etc/shadow" 2>/dev/null)
	case $line in '') fail "the state of $name can't be read by this account: say 'become: yes'" ;; esac
	line=${line%:*}
	[ "${line##*:}" = 1 ]
}
# Sets `missing` to the groups that it is not in.
find_missing() {
	missing=''
	have=" $(id -Gn -- "$name") "
	IFS=,
	for group in $groups; do
		case $have in *" $group "*) ;; *) missing=$missing${missing:+,}$group ;; esac
	done
	unset IFS
}
set_up() {
	set --
	[ -z "$shell" ] || set -- "$@" -s "$shell"
	[ -z "$comment" ] || set -- "$@" -c "$comment"
	[ -z "$home" ] || set -- "$@" -d "$home"
	[ -z "$groups" ] || set -- "$@" -G "$groups"
	useradd -m "$@" -- "$name" || fail "$name can't be added"
}
find_account
case $act in
add)
	if [ "$there" = no ]; then
		command -v useradd >/dev/null || fail "there is no useradd here"
		[ "$how" = dry ] || set_up
		echo "add $name"
		exit 80
	fi
	find_missing
	set --
	[ -z "$shell" ] || [ "$shell" = "$is_shell" ] || set -- "$@" -s "$shell"
	[ -z "$comment" ] || [ "$comment" = "$is_comment" ] || set -- "$@" -c "$comment"
	[ -z "$home" ] || [ "$home" = "$is_home" ] || set -- "$@" -d "$home"
	[ -z "$missing" ] || set -- "$@" -a -G "$missing"
	[ "$#" -gt 0 ] || { echo "$name is as it shall be"; exit 0; }
	[ "$how" = dry ] || usermod "$@" -- "$name" || fail "$name can't be changed"
	echo "change $name:${missing:+ groups $missing}${shell:+ shell $shell}${home:+ home $home}"
	exit 80
	;;
remove)
	[ "$there" = yes ] || { echo "there is no account $name"; exit 0; }
	[ "$how" = dry ] || userdel -- "$name" || fail "$name can't be removed"
	echo "remove $name; its home $is_home stays"
	;;
lock)
	[ "$there" = yes ] || fail "there is no account $name"
	! is_locked || { echo "$name is locked"; exit 0; }
	# The date of its end keeps keys out as well, which a locked password does not.
	[ "$how" = dry ] || usermod -L -e 1 -- "$name" || fail "$name can't be locked"
	echo "lock $name"
	;;
unlock)
	[ "$there" = yes ] || fail "there is no account $name"
	is_locked || { echo "$name is not locked"; exit 0; }
	[ "$how" = dry ] || usermod -e '' -- "$name" || fail "$name can't be unlocked"
	# Where it never had a password there is none to unlock.
	[ "$how" = dry ] || usermod -U -- "$name" 2>/dev/null || :
	echo "unlock $name"
	;;
esac
exit 80
