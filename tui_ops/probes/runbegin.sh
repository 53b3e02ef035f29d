tui_ops_begin() {
	# Begins the runner, where that goes in a session of its own: what ends with its channel is this shell, which waits.
	# Usage: tui_ops_begin MARKER TOKEN new|known go. The last word shows that the line came whole.
	[ "${4-}" = go ] || exit 64
	exec 2>/dev/null
	umask 077
	LC_ALL=C
	PATH=/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}
	# A generated tree stands in for the host's boot, and for commands of its.
	[ -z "${TUI_OPS_ROOT-}" ] || PATH=$TUI_OPS_ROOT/bin:$PATH
	export LC_ALL PATH
	unset CDPATH ENV BASH_ENV
	TUI_OPS_RUN='# @run'
	if setsid true </dev/null; then
		export TUI_OPS_RUN
		# What runs beside a shell has no input of it, unless it is handed over by another number.
		exec 3<&0
		setsid sh -c 'run=$TUI_OPS_RUN && unset TUI_OPS_RUN && eval "$run" && unset run && tui_ops_run "$@"' tui-ops-run \
			"$@" yes <&3 3<&- &
		exec </dev/null 3<&-
		wait "$!"
		exit
	fi
	eval "$TUI_OPS_RUN"
	tui_ops_run "$@" no
}
