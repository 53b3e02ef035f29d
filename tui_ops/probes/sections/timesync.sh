# The section timesync: which program keeps the clock, and how well it says it does.

# Lines of one answer: a host asks four sources, a time server some twenty.
most_sources=40

# Whether the program $1 is the host's own, and not that of the machine that the tree lies on.
is_own() {
	case $(command -v "$1") in "$root"/*) return 0 ;; esac
	return 1
}

# Prints what the command after $1 says, each line behind the word $1, and its exit code. Three seconds are thirty
# times what a daemon takes that is there.
say_time() {
	time_word=$1
	shift
	{
		within 3 "$@" 2>&1
		echo "exit $?"
	} | head -n "$most_sources" | sed "s/^/$time_word /"
}

# Number, deadline in seconds. The first program that is there and whose daemon answers is asked, no other: to ask
# systemd starts a process of its own, which stays for half a minute.
section_timesync() {
	echo 'time read'
	printf 'now %.20s\n' "$(date +%s </dev/null)"
	peek_word "$root/proc/uptime"
	printf 'up %.20s\n' "$got"
	for time_program in chronyc ntpq; do
		is_own "$time_program" || continue
		case $time_program in
		chronyc) time_said=$(say_time chrony chronyc -n tracking) ;;
		*) time_said=$(say_time ntp ntpq -c rv) ;;
		esac
		printf '%s\n' "$time_said"
		# ntpq ends well even where nobody answers.
		case $time_said in *[Ss]tratum*) ;; *) continue ;; esac
		case $time_program in
		chronyc) say_time source chronyc -n sources ;;
		*) say_time peer ntpq -pn ;;
		esac
		return
	done
	[ -d "$root/run/systemd/system" ] && is_own timedatectl || return 0
	# Versions before 239 know neither of the first two, and say it in words.
	time_said=$(say_time systemd timedatectl show)
	case $time_said in *' exit 0') ;; *) time_said=$(say_time systemd timedatectl status) ;; esac
	printf '%s\n' "$time_said"
	[ ! -e "$root/run/systemd/timesync/synchronized" ] ||
		printf 'synced %.20s\n' "$(date -r "$root/run/systemd/timesync/synchronized" +%s </dev/null)"
	[ -d "$root/run/systemd/timesync" ] || return 0
	say_time timesyncd timedatectl show-timesync --all
	say_time timesyncd timedatectl timesync-status
}
