# A file with this content, none, or as it is, kept: do|dry PATH present|absent|kept MODE OWNER GROUP ID, and the file
# `content`.
how=$1 path=$2 wanted=$3 mode=$4 owner=$5 group=$6 id=$7
fail() {
	printf '%s\n' "$1"
	exit 1
}
folder=${path%/*}
folder=${folder:-/}
exists=no
if [ -h "$path" ]; then fail "$path is a symbolic link: name the file that it leads to"; fi
if [ -d "$path" ]; then fail "$path is a folder"; fi
if [ -e "$path" ]; then
	[ -f "$path" ] || fail "$path is no ordinary file"
	exists=yes
	[ -r "$path" ] || fail "$path can't be read by this account: say 'become: yes'"
fi
if [ "$wanted$exists" = absentno ]; then
	[ "$how" = do ] && echo "$path is not there" || echo absent
	exit 0
fi
[ -d "$folder" ] || fail "the folder $folder is not there"
[ -w "$folder" ] || fail "nothing can be written in $folder by this account: say 'become: yes'"
if [ "$exists$owner" = yes ] && [ ! -O "$path" ] && [ "$(id -u)" -ne 0 ]; then
	fail "$path belongs to another account, which would be lost: say 'become: yes'"
fi

# Whether mode, owner and group are as they shall be.
fits() {
	set -- "$path" -prune
	[ -z "$mode" ] || set -- "$@" -perm "$mode"
	[ -z "$owner" ] || set -- "$@" -user "$owner"
	[ -z "$group" ] || set -- "$@" -group "$group"
	found=$(find "$@" -print) || fail "the owner or group of $path is not known here"
	[ -n "$found" ]
}
to_disk() { dd if=/dev/null of="$1" conv=notrunc,fsync 2>/dev/null || :; }

if [ "$how$wanted" = drykept ]; then
	echo "kept $path"
	exit 0
fi
if [ "$how" = dry ]; then
	[ "$exists" = yes ] || { echo absent; exit 0; }
	fits && fit=fits || fit=differs
	ls -ldn "$path" | { read -r bits links uid gid size rest; echo "there $fit $bits $uid:$gid $size"; }
	head -c 262144 "$path"
	exit 0
fi

# The first old one of a run stays, whatever comes over it later.
keep() {
	old=$run/old-$id
	[ ! -e "$old.meta" ] || return 0
	was=absent
	if [ "$exists" = yes ]; then
		was=file
		rm -f "$old.data"
		cp -p "$path" "$old.data" && cmp -s "$path" "$old.data" || fail "the old $path can't be kept: nothing was changed"
		to_disk "$old.data"
	fi
	rm -f "$old.new"
	(set -C && printf '%s\n' "$was" "$path" >"$old.new") && mv "$old.new" "$old.meta" ||
		fail "the old $path can't be kept: nothing was changed"
}

if [ "$wanted" = kept ]; then
	keep
	echo "kept $path"
	exit 0
fi
if [ "$wanted" = absent ]; then
	keep
	rm -f "$path" || fail "$path can't be removed"
	echo "removed $path"
	exit 80
fi
if [ "$exists" = yes ] && cmp -s "$given.content" "$path" && fits; then
	echo "$path is as it shall be"
	exit 0
fi
keep
new=$folder/.tui-ops-$id
trap 'rm -f "$new"' EXIT
trap 'exit 143' TERM
rm -f "$new"
(umask 077 && set -C && : >"$new") || fail "nothing can be written in $folder"
if [ "$exists" = yes ]; then cp -p "$path" "$new" || fail "$path can't be copied"; fi
cat "$given.content" >"$new" || fail "$new can't be written whole: look at the space that is left"
if [ -n "$owner$group" ]; then
	chown "$owner${group:+:$group}" "$new" || fail "$path can't be given to $owner${group:+:$group}"
fi
if [ -n "$mode" ] || [ "$exists" = no ]; then chmod "${mode:-0644}" "$new" || fail "$path can't be given its mode"; fi
to_disk "$new"
cmp -s "$given.content" "$new" || fail "$new is not whole: look at the space that is left"
mv -f "$new" "$path" || fail "$path can't be replaced"
! command -v restorecon >/dev/null || restorecon "$path" 2>/dev/null
[ "$exists" = yes ] && echo "replaced $path" || echo "made $path"
exit 80
