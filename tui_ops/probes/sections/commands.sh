# The section commands: owner and command line of the processes that are asked for; a companion of processes.

# Number, deadline in seconds, processes. Two commands look at all of them at once. A command line can wait for a
# process that is stuck in the kernel, hence the bound.
section_commands() {
	shift 2
	count=0
	for pid; do
		shift
		is_number "$pid" && [ "$count" -lt 60 ] || continue
		count=$((count + 1))
		set -- "$@" "$root/proc/$pid"
	done
	[ "$#" -gt 0 ] || return 0
	ls -ld "$@" </dev/null | sed 's/^/owner /'
	for path; do
		shift
		set -- "$@" "$path/cmdline"
	done
	echo lines
	# head names its files only where there are two or more.
	within 4 head -c 400 "$@" /dev/null | tr '\000' ' '
	echo
}
