# A key that may log in: do|dry ACT ACCOUNT LINE KEY; LINE with its options and comment, KEY its type and body alone.
how=$1 act=$2 account=$3
line=$(getent passwd "$account" 2>/dev/null) || line=$(grep -- "^$account:" "${TUI_OPS_ROOT-}/etc/passwd")
[ -n "$line" ] || { printf '%s\n' "there is no account $account"; exit 1; }
line=${line%:*}
home=${line##*:}

# Done as the account itself: what lies in its home may be a trap for root.
edit='
fail() { printf "%s\n" "$1"; exit 1; }
IFS= read -r how && IFS= read -r act && IFS= read -r home && IFS= read -r entry && IFS= read -r key || exit 1
umask 077
[ -d "$home" ] || fail "the home $home is not there"
file=$home/.ssh/authorized_keys
[ ! -h "$home/.ssh" ] && [ ! -h "$file" ] || fail "$file is behind a symbolic link"
[ ! -e "$file" ] || [ -f "$file" ] && [ ! -e "$file" -o -r "$file" ] || fail "$file can not be read"
there=no same=no
if [ -e "$file" ]; then
	while IFS= read -r one || [ -n "$one" ]; do
		case " $one " in "#"*) ;; *" $key "*) there=yes; [ "$one" != "$entry" ] || same=yes ;; esac
	done <"$file"
fi
if [ "$act" = add ]; then
	[ "$same" = no ] || { echo "the key is there"; exit 0; }
	[ "$there" = no ] && word="add the key to $file" || word="replace the key in $file"
else
	[ "$there" = yes ] || { echo "the key is not there"; exit 0; }
	word="remove the key from $file"
fi
[ "$how" = do ] || { echo "$word"; exit 80; }
mkdir -p "$home/.ssh" || fail "$home/.ssh can not be made"
new=$home/.ssh/.tui-ops-new
rm -f "$new"
{
	[ ! -e "$file" ] || while IFS= read -r one || [ -n "$one" ]; do
		case " $one " in
		"#"*) ;;
		*" $key "*)
			[ "$act" = add ] || continue
			one=$entry act=done
			;;
		esac
		printf "%s\n" "$one"
	done <"$file"
	[ "$act" != add ] || printf "%s\n" "$entry"
} >"$new" && chmod 600 "$new" || { rm -f "$new"; fail "$new can not be written"; }
dd if=/dev/null of="$new" conv=notrunc,fsync 2>/dev/null
mv -f "$new" "$file" || fail "$file can not be replaced"
echo "$word"
exit 80
'
give() { printf '%s\n' "$how" "$act" "$home" "$1" "$2"; }
if [ "$(id -u)" -eq 0 ] && [ "$(id -u -- "$account")" -ne 0 ]; then
	give "$4" "$5" | su -s /bin/sh "$account" -c "$edit"
else
	give "$4" "$5" | /bin/sh -c "$edit"
fi
