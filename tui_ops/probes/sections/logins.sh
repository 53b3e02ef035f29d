# The section logins: who has logged in when and from where, and what sshd said of tries.

# Number, deadline in seconds. A host that keeps no record of it says nothing of that part, so that nobody is said never
# to have come. What sshd writes is in the journal, which root reads; without a journal, in the file of bad logins.
section_logins() {
	echo 'run logins'
	tell passwd "$most_accounts" 0 head -c 200000 "$root/etc/passwd"
	if find_program lslogins; then
		tell last "$most_accounts" 0 within 10 "$found" --noheadings --raw --time-format=iso \
			-o USER,LAST-LOGIN,LAST-HOSTNAME,LAST-TTY
	fi
	if find_program journalctl; then
		tell_root journal 2000 1 8 journalctl -q --no-pager -o short-unix -n 2000 --since=-24h -t sshd -t sshd-session
	else
		tell_root bad 1000 1 8 lastb -w -i --time-format iso -n 1000
	fi
}
