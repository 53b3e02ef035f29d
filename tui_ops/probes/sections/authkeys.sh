# The section authkeys: which keys may log in to which account.

# A login by keys reads its file line by line; nobody has thousands.
most_keys=3000

# What a line with a key looks like: of others nothing leaves the host, whatever file sshd is told to trust.
key_line='[a-z0-9@.-]+[[:space:]]+AAAA'

# Prints the files, or programs, that the settings $1 name: in effect, and as the files $2… have it, since a block may
# name another one.
list_trusted() {
	named_by="^[[:space:]]*($1)[[:space:]=\"]"
	shift
	{
		printf '%s\n' "$sshd_effective"
		cat "$@" </dev/null
	} | grep -aiE "$named_by" | sed 's/^[[:space:]]*[A-Za-z]*[[:space:]="]*\([^[:space:]"]*\).*/\1/' |
		grep -vixE 'none|' | sort -u | head -n 8
}

# Tells of the authorities whose certificates sshd takes: their files as `trusted`, their keys as `ca`; and what else says
# as whom such a certificate lets in, as `principals`.
tell_trusted() {
	find_effective
	set +f
	set -- "$root/etc/ssh/sshd_config" "$root"/etc/ssh/sshd_config.d/*.conf
	[ -e "$1" ] || set -- "$root/usr/etc/ssh/sshd_config" "$root"/usr/etc/ssh/sshd_config.d/*.conf "$@"
	set -f
	for trusted_file in "$root/etc/ssh/sshd_config.d" "$@"; do
		if [ -z "$sshd_effective" ] && [ -e "$trusted_file" ] && [ ! -r "$trusted_file" ]; then
			echo 'privilege trusted'
			break
		fi
	done
	trusted_files=$(list_trusted trustedusercakeys "$@")
	[ -z "$trusted_files" ] || list_trusted 'authorizedprincipals(file|command)' "$@" | sed 's/^/principals /'
	set --
	for trusted_file in $trusted_files; do
		printf 'trusted %.210s\n' "$trusted_file"
		if ! is_path "$trusted_file"; then
			echo 'privilege ca'
		elif [ -r "$root$trusted_file" ]; then
			set -- "$@" "$root$trusted_file"
		elif [ ! -x "$root${trusted_file%/*}/" ] || [ -e "$root$trusted_file" ]; then
			if find_named "$root$trusted_file"; then
				printf '%s\n' "$named_text" | grep -aE "$key_line" | sed "s|^|ca $trusted_file:|"
			else
				echo 'privilege ca'
			fi
		fi
	done
	tell_files ca 200 "grep -aHE $key_line" "$@"
}

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
	tell_trusted
	tell_root keys "$most_keys" 1+ 10 find -H "$root/root" "$root/home" "$root/var/lib" -maxdepth 3 \
		-path '*/.ssh/authorized_keys*' -type f -size +63k -print \
		-o -path '*/.ssh/authorized_keys*' -type f -exec grep -aH . {} + \
		-o -type l -path '*/.ssh/authorized_keys*' -print -o -type l -name .ssh -print -o -path "$root/root" -print && return
	tell_files mine 1000 'grep -aH .' "$root${HOME-}/.ssh/authorized_keys" "$root${HOME-}/.ssh/authorized_keys2"
}
