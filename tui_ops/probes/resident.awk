# Answers ticks without starting a process, until it is told anything else; then the shell goes on.
BEGIN {
	marker = ENVIRON["tui_ops_marker"]
	count = split(ENVIRON["tui_ops_files"], files, " ")
	for (i = 1; i <= count; i++) files[i] = ENVIRON["tui_ops_root"] "/proc/" files[i]
	print "\n" marker " begin ready 2 awk\n\n" marker " end ready 2 awk"
	fflush()
	while ((getline order) > 0) {
		if (order !~ /^tick [0-9]+$/) exit
		number = substr(order, 6)
		out = "\n" marker " begin tick " number " vitals\n"
		for (i = 1; i <= count; i++) {
			# Line by line: mawk, which has to be told not to wait for more, then reads files no other way.
			out = out "==> " files[i] " <==\n"
			while ((getline text < files[i]) > 0) out = out text "\n"
			close(files[i])
		}
		print out "\n" marker " end tick " number " vitals"
		fflush()
	}
}
