# The section units: what systemd has loaded, and what of it failed.

# What the last run of this channel counted, and when by the uptime.
units_restarts='' units_seen=''

# Prints how often systemd has restarted each service since it was loaded, and what the last run counted. Versions
# before 235 do not count.
say_restarts() {
	[ -z "$units_seen" ] || printf 'before %s\n%s\n' "$units_seen" "$units_restarts" | sed 's/^r /b /'
	units_said=$(within 5 systemctl show --no-pager --property=Id,NRestarts '*.service' | awk '
		/^Id=/ { name = substr($0, 4, 200); found = 1 }
		/^NRestarts=/ { restarts = substr($0, 11, 12) + 0 }
		/^$/ { say() }
		END { say(); exit !found }
		function say() {
			if (name != "" && restarts > 0 && ++count <= 200) print "r", restarts, name
			name = ""
			restarts = 0
		}
	') || return 0
	units_restarts=$units_said
	peek_word "$root/proc/uptime"
	units_seen=${got%%.*}
	printf 'counted %s\n%s\n' "$units_seen" "$units_restarts"
}

# Prints what systemd says of its timers, in UTC.
say_timers() {
	printf 'now %.20s\n' "$(date +%s </dev/null)"
	TZ=UTC0 within 5 systemctl show --no-pager --property=Id --property=Unit --property=ActiveState \
		--property=SubState --property=NextElapseUSecRealtime --property=NextElapseUSecMonotonic \
		--property=LastTriggerUSec --property=AccuracyUSec '*.timer' |
		head -n 1800 | cut -c 1-200 | sed 's/^/timer /'
}

# Number, deadline in seconds. What is inactive is only counted; so is what goes beyond the limits: nodes of
# Kubernetes have thousands of mounts, and no operator reads them as units.
section_units() {
	if [ ! -d "$root/run/systemd/system" ]; then
		echo 'manager none'
		return
	fi
	case $(command -v systemctl) in
	"$root"/*) ;;
	*)
		echo 'manager none'
		return
		;;
	esac
	state=$(within 2 systemctl is-system-running)
	printf 'state %.40s\n' "${state%%"$nl"*}"
	{
		within 7 systemctl list-units --all --plain --no-legend --no-pager --full 2>&1
		echo "exit $?"
	} | awk '
		$1 == "exit" && NF == 2 { code = $2; next }
		{
			# Older ones set a dot before what failed. A name always has a full stop in it.
			at = $1 ~ /[.]/ ? 1 : 2
			if (NF < at + 3 || $at !~ /[.]/) {
				if (text == "") text = substr($0, 1, 300)
				next
			}
			type = $at
			sub(/^.*[.]/, "", type)
			active = $(at + 2)
			if (active != "failed") {
				if (type ~ /^(device|scope|slice|swap)$/) next
				if (active == "inactive" && $(at + 3) == "dead") {
					if ($(at + 1) != "not-found") more["inactive"]++
					next
				}
				if (type == "mount" && ++mounts > 200 || ++others > 1000) {
					more[active]++
					next
				}
			} else if (++failed > 400) {
				more[active]++
				next
			}
			print "u " substr($0, 1, 500)
		}
		END {
			for (active in more) print "count", active, more[active]
			if (code == 0) print "manager systemd"
			else if (code == 124 || code > 128) print "manager failed no answer within 7 s"
			else print "manager failed " text
		}
	' || echo 'manager failed the host has no awk'
	say_restarts
	say_timers
}
