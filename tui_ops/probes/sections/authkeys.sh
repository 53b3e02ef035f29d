# The section authkeys: which keys may log in to which account.

# A login by keys reads its file line by line; nobody has thousands.
most_keys=3000

# Number, deadline in seconds. All accounts' files are for root to read; without it, only those of our own.
section_authkeys() {
	echo 'run authkeys'
	tell passwd "$most_accounts" 0 head -c 200000 "$root/etc/passwd"
	printf 'own %.300s\n' "${HOME-}"
	# Root follows no link that somebody may have put there; that there is one is told.
	set +f
	set -- "$root"/home/*
	set -f
	for key_home; do
		[ ! -L "$key_home" ] || printf 'link %.300s\n' "${key_home#"$root"}"
	done
	tell_root keys "$most_keys" 1+ 10 find -H "$root/root" "$root/home" "$root/var/lib" -maxdepth 3 \
		-path '*/.ssh/authorized_keys*' -type f -size +63k -print \
		-o -path '*/.ssh/authorized_keys*' -type f -exec grep -aH . {} + \
		-o -type l -path '*/.ssh/authorized_keys*' -print -o -type l -name .ssh -print -o -path "$root/root" -print && return
	tell_files mine 1000 'grep -aH .' "$root${HOME-}/.ssh/authorized_keys" "$root${HOME-}/.ssh/authorized_keys2"
}
