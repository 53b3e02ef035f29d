# The section processes: one line for each process, as the kernel counts it.

# Asked once for each channel: neither changes while a host runs.
clock_ticks='' page_bytes=''

# Prints `p PID PPID STATE TICKS PAGES THREADS START NAME` for each line of /proc/PID/stat, most of them at most; the
# others are only counted. A name may hold blanks, brackets and line ends: it reaches from the first bracket to the
# last one, and a line that breaks off before the numbers goes on in the next.
count_processes() {
	cat "$@" </dev/null | awk '
		{
			line = held $0
			held = ""
			fields = 0
			if (match(line, /\)[^)]*$/)) fields = split(substr(line, RSTART + 1), field, " ")
			if (fields < 22) {
				if (length(line) < 200) held = line " "
				next
			}
			if (++count > 4096) next
			first = index(line, "(")
			printf "p %d %s %s %.0f %s %s %s %s\n", line, field[2], field[1], field[12] + field[13], field[22], \
				field[18], field[20], substr(line, first + 1, RSTART - first - 1)
		}
		END { if (count > 4096) print "more", count - 4096 }
	'
}

# The same without awk, for the few systems that have none; slower, and what it leaves out is not counted.
count_by_hand() {
	count=0 held=''
	cat "$@" </dev/null | while IFS= read -r line && [ "$count" -lt 4096 ]; do
		line=$held$line held=''
		set --
		case $line in *\)*) set -- ${line##*)} ;; esac
		if [ "$#" -lt 22 ]; then
			[ "${#line}" -ge 200 ] || held="$line "
			continue
		fi
		count=$((count + 1)) name=${line#*\(}
		printf 'p %s %s %s %s %s %s %s %s\n' "${line%% *}" "$2" "$1" $((${12} + ${13})) "${22}" "${18}" "${20}" \
			"${name%)*}"
	done
}

# The processes: number, deadline in seconds.
section_processes() {
	[ -n "$clock_ticks" ] || clock_ticks=$(getconf CLK_TCK </dev/null) || clock_ticks=100
	[ -n "$page_bytes" ] || page_bytes=$(getconf PAGESIZE </dev/null) || page_bytes=4096
	printf 'hz %s\npage %s\n' "$clock_ticks" "$page_bytes"
	line=''
	read -r line <"$root/proc/uptime"
	printf 'uptime %s\n' "${line%% *}"
	set +f
	set -- "$root"/proc/[0-9]*/stat
	set -f
	count_processes "$@" || count_by_hand "$@"
}
