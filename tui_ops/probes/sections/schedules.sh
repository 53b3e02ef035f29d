# The section schedules: what starts by itself, by cron and by the timers of systemd.

# Prints what systemd says of its timers.
list_timers() {
	within 5 "$found" show --no-pager --all \
		--property=Id --property=Unit --property=UnitFileState --property=TimersCalendar \
		--property=TimersMonotonic '*.timer'
}

# Number, deadline in seconds.
section_schedules() {
	echo 'run schedules'
	set +f
	set -- "$root/etc/crontab" "$root/etc/anacrontab" "$root"/etc/cron.d/*
	set -f
	tell_files table 2000 'grep -aH ^[^#]' "$@"
	set +f
	set -- "$root"/etc/cron.hourly/* "$root"/etc/cron.daily/* "$root"/etc/cron.weekly/* "$root"/etc/cron.monthly/* \
		"$root"/etc/periodic/*/*
	set -f
	tell_files script 500 sha256sum "$@"
	if [ -d "$root/run/systemd/system" ] && find_program systemctl; then tell timer 1500 0 list_timers; fi
	tell_root user 2000 1+ 5 find "$root/var/spool" "$root/etc/crontabs" -maxdepth 3 -name atjobs -prune \
		-o -path '*/cron*/*' -type f -exec grep -aH . {} + -o -path "$root/var/spool" -print
}
