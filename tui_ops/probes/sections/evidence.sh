# The section evidence: what a person would look at first on a host in trouble. It is asked for when an incident opens
# or when somebody wants it, in three parts, so that what hangs in one costs the others nothing.

# Lines of one log that are told, and how many are looked through for what people and systemd did.
most_log=200
most_searched=3000

# Seconds before the beginning of the trouble in which what people and systemd did is told: a day.
acts_before=86400

# Whether no time is left for the part $1, or the host has not its program $2; says so.
passes_over() {
	find_up
	if [ -n "$up" ] && [ "$up" -ge "$ends" ]; then
		echo "late $1"
	elif ! is_own "$2"; then
		echo "none $1"
	else
		return 1
	fi
}

# Tells the part $1, at most $2 lines, exit codes $3: what the program $5… says in $4 seconds.
show() {
	passes_over "$1" "$5" && return
	show_word=$1 show_most=$2 show_fine=$3
	shift 3
	tell "$show_word" "$show_most" "$show_fine" within "$@"
}

# The same of the function $5…, which runs the program $4.
show_list() {
	passes_over "$1" "$4" && return
	show_word=$1 show_most=$2 show_fine=$3
	shift 4
	tell "$show_word" "$show_most" "$show_fine" "$@"
}

# Sets `journal_state` to what section_journal would say of the journal.
find_journal() {
	journal_state=none
	is_own journalctl || return 0
	set +f
	set -- "$root"/var/log/journal/*/system.journal "$root"/run/log/journal/*/system.journal
	set -f
	for journal_file; do
		[ -e "$journal_file" ] || continue
		journal_state=denied
		[ ! -r "$journal_file" ] || journal_state=open
		break
	done
}

# Connections by state and our own port, those with most first.
list_connections() {
	within 2 ss -tan | awk '
		NR > 1 {
			sub(/^.*:/, "", $4)
			count[$1 " " $4]++
		}
		END { for (key in count) print count[key], key }
	' | sort -rn | head -n 20
}

list_kernel() { within 2 dmesg | tail -n 100; }

# Logins and what was done as another; what this program itself asks sudo for is left out.
list_acts() {
	within 3 journalctl -q --no-pager -o short-unix -n "$most_searched" "$@" SYSLOG_IDENTIFIER=sudo \
		SYSLOG_IDENTIFIER=su SYSLOG_IDENTIFIER=sshd SYSLOG_IDENTIFIER=sshd-session SYSLOG_IDENTIFIER=login |
		pick_acts
}

pick_acts() { grep -E 'COMMAND=|: Accepted |: session opened ' | grep -v 'COMMAND=list' | tail -n 100; }

list_act_file() { within 2 tail -n "$most_searched" "$1" | pick_acts; }

# What systemd started, stopped and saw fail.
list_starts() {
	within 3 journalctl -q --no-pager -o short-unix -n "$most_searched" "$@" _PID=1 |
		grep -E 'Start(ed|ing) |Stopp(ed|ing) |Reload(ed|ing) |Failed |exited|restart' | tail -n 120
}

list_last() { within 2 last -n 20 -F || within 2 last | head -n 20; }

list_dpkg() {
	within 2 tail -n "$most_searched" "$root/var/log/dpkg.log" | grep -E ' (install|upgrade|remove|purge) ' | tail -n 100
}

list_rpm() {
	within 4 rpm -qa --queryformat '%{INSTALLTIME} %{NAME} %{VERSION}-%{RELEASE}\n' | sort -rn | head -n 60
}

# What the kernel has in memory: it costs nothing and hangs on nothing.
show_kernel() {
	proc=$root/proc
	tell_files load 40 'grep -aH .' "$proc/loadavg" "$proc/pressure/cpu" "$proc/pressure/io" "$proc/pressure/memory"
	tell_files memory 60 'grep -aE ^(Mem|Swap|Cached|Buffers|Dirty|Writeback|AnonPages|Shmem|Slab|SUncl|Commit)' \
		"$proc/meminfo"
	tell_files memory 20 'grep -aE ^(oom_kill|pswpin|pswpout|pgmajfault|allocstall_normal)[[:blank:]]' "$proc/vmstat"
	tell_files memory 20 'cat' "$proc/swaps"
	show sockets 40 0 2 ss -s
	show listening 120 0 2 ss -ltn
	show_list connections 40 0 ss list_connections
	# Most hosts keep the kernel's log from everyone but root.
	kernel_said=''
	! is_own dmesg || kernel_said=$(list_kernel | cut -c 1-400)
	find_journal
	if [ -n "$kernel_said" ]; then
		tell dmesg 500 0 echo "$kernel_said"
	elif [ "$journal_state" = open ]; then
		show dmesg 500 0 3 journalctl -q --no-pager -k -o short-unix -n 100
	elif is_own dmesg; then
		echo 'privilege dmesg'
	else
		echo 'none dmesg'
	fi
}

# What systemd and the logs say: $1 seconds ago the trouble began; of the last moments too, where that is long ago.
show_logs() {
	if [ -d "$root/run/systemd/system" ]; then
		show units 300 0 3 systemctl list-units --state=failed --all --plain --no-legend --no-pager --full
	else
		echo 'none units'
	fi
	find_journal
	set -- "$1" "$(date +%s </dev/null)"
	if [ "$journal_state" = open ]; then
		if [ "$1" -gt 120 ] && is_number "$2"; then
			show journal 600 0 3 journalctl -q --no-pager -o short-unix -n "$most_log" "--until=@$(($2 - $1 + 60))"
			show lately 300 0 3 journalctl -q --no-pager -o short-unix -n 100
		else
			show journal 600 0 3 journalctl -q --no-pager -o short-unix -n "$most_log"
		fi
		since=''
		! is_number "$2" || since="--since=@$(($2 - $1 - acts_before))"
		show_list acts 300 '1' journalctl list_acts $since
		show_list starts 300 '1' journalctl list_starts $since
		return
	fi
	# The errors of the last minutes alone, where the drop-in lets root tell them.
	if [ "$journal_state" = denied ]; then
		journal_said=$(section_journal 0 "$deadline")
		case $journal_said in
		*"$nl"'state denied'*) echo 'privilege journal' ;;
		*)
			echo "$journal_said" | sed -n -e '/^e exit [0-9]*$/d' -e 's/^e /errors /p'
			echo 'whole errors'
			;;
		esac
	fi
	for log in syslog messages; do
		[ -r "$root/var/log/$log" ] || continue
		tell journal 600 0 within 2 tail -n "$most_log" "$root/var/log/$log"
		journal_state=files
		break
	done
	[ "$journal_state" != none ] || echo 'none journal'
	for log in auth.log secure; do
		[ -r "$root/var/log/$log" ] || continue
		tell acts 300 1 list_act_file "$root/var/log/$log"
		break
	done
}

# What lies on the disks, the last since they may hang.
show_disks() {
	show who 40 0 2 who
	show_list logins 40 0 last list_last
	if [ -r "$root/var/log/dpkg.log" ]; then
		tell packages 300 1 list_dpkg
	elif find_program rpm; then
		tell packages 300 0 list_rpm
	else
		echo 'none packages'
	fi
	read_mounts
	choose_mounts
	sort_mounts >/dev/null
	set --
	for mount in $locals; do
		decode "$mount"
		set -- "$@" "$path"
	done
	[ "$#" -eq 0 ] || show disks 250 1 2 df -Pk "$@"
	[ "$#" -eq 0 ] || show inodes 250 1 2 df -Pi "$@"
}

# Number, deadline in seconds, which part (1 the kernel, 2 the logs, 3 the disks), seconds since the trouble began.
section_evidence() {
	deadline=$2
	echo 'run evidence'
	printf 'now %.20s\n' "$(date +%s </dev/null)"
	peek_word "$root/proc/uptime"
	echo "up $got"
	printf 'zone %.10s\n' "$(date +%z </dev/null)"
	case ${3-} in
	1) show_kernel ;;
	2) show_logs "${4:-0}" ;;
	3) show_disks ;;
	esac
}
