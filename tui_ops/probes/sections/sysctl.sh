# The section sysctl: what the kernel is set to.

# Each link brings some seventy.
most_settings=5000

# Number, deadline in seconds. A few settings are only for root to read. procps ends with 255 where it could not read one
# of them, busybox with 1.
section_sysctl() {
	echo 'run sysctl'
	find_program sysctl || {
		echo 'none settings'
		return 0
	}
	tell_root settings "$most_settings" "1+ 255+" 5 sysctl -a && return
	find_program sysctl
	tell readable "$most_settings" "1+ 255+" within 5 "$found" -a
}
