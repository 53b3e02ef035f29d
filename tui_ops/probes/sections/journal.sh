# The section journal: the errors of the last five minutes, as systemd's journal has them.

# Bytes of a line. Of the lines the latest 500 are asked for; how far back the oldest lies tells how many there are.
most_error_bytes=300

# Cuts what journalctl says, and sets the word `e` before each line.
mark_errors() { cut -c "1-$most_error_bytes" | sed 's/^/e /'; }

# Number, deadline in seconds. The journal belongs to root and two groups; who reads it without them gets an empty one.
section_journal() {
	echo 'journal read'
	is_own journalctl || {
		echo 'state none'
		return 0
	}
	printf 'now %.20s\n' "$(date +%s </dev/null)"
	journal_file='' journal_state=none
	set +f
	set -- "$root"/var/log/journal/*/system.journal "$root"/run/log/journal/*/system.journal
	set -f
	for journal_file; do
		[ -e "$journal_file" ] || continue
		journal_state=denied
		[ ! -r "$journal_file" ] || journal_state=open
		break
	done
	if [ "$journal_state" = open ]; then
		{
			within 8 journalctl -q --no-pager -p err -o short-unix -n 500 --since=-5min 2>&1
			echo "exit $?"
		} | mark_errors
		return 0
	fi
	[ "$journal_state" != denied ] ||
		! may_root 8 journalctl -q --no-pager -p err -o short-unix -n 500 --since=-5min || {
		{
			as_root 8 journalctl -q --no-pager -p err -o short-unix -n 500 --since=-5min 2>&1
			echo "exit $?"
		} | mark_errors
		return 0
	}
	echo "state $journal_state"
}
