# What the file steps of this run have replaced comes back: do|dry. Byte for byte, with mode, owner and time.
how=$1 count=0 failed=0
to_disk() { dd if=/dev/null of="$1" conv=notrunc,fsync 2>/dev/null || :; }
failure() {
	failed=$((failed + 1))
	printf '%s\n' "$1"
}
looks() { ls -ldn "$1" | { read -r bits links uid gid rest && echo "$bits $uid $gid"; }; }
come_back() {
	new=${path%/*}/.tui-ops-back
	rm -f "$new"
	cp -p "$1" "$new" && cmp -s "$1" "$new" || { failure "$path can't be written: look at space and rights"; return; }
	to_disk "$new"
	mv -f "$new" "$path" || { failure "$path can't be replaced"; return; }
	! command -v restorecon >/dev/null || restorecon "$path" 2>/dev/null
	printf '%s\n' "restored $path"
}
for meta in "$run"/old-*.meta; do
	[ -e "$meta" ] || continue
	{ read -r was && IFS= read -r path; } <"$meta" || { failure "$meta can't be read: say 'become: yes'"; continue; }
	old=${meta%.meta}.data
	if [ -d "$path" ] && [ ! -h "$path" ]; then
		failure "$path is a folder now"
	elif [ "$was" = absent ]; then
		[ -e "$path" ] || [ -h "$path" ] || continue
		count=$((count + 1))
		printf '%s\n' "removed $path"
		[ "$how" = dry ] || rm -f "$path" || failure "$path can't be removed"
	elif [ ! -r "$old" ]; then
		failure "the old $path can't be read: say 'become: yes'"
	elif [ ! -h "$path" ] && [ -f "$path" ] && cmp -s "$old" "$path" && [ "$(looks "$old")" = "$(looks "$path")" ]; then
		continue
	else
		count=$((count + 1))
		if [ "$how" = dry ]; then printf '%s\n' "restored $path"; else come_back "$old"; fi
	fi
done
[ "$failed" -eq 0 ] || { echo "$failed of the files are not restored"; exit 1; }
[ "$count" -gt 0 ] || { echo "no file differs from what it was"; exit 0; }
echo "$count restored"
exit 80
