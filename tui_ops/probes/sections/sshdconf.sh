# The section sshdconf: what sshd is set to.

# Prints the words with which an sshd was started, and those by which systemd starts one for a connection: options there
# win over what is written, and may name another file.
list_sshd() {
	set +f
	set -- "$root"/proc/[0-9]*/cmdline
	set -f
	grep -ahsE '^(sshd: )?/.*sshd' "$@" </dev/null | tr '\000' ' ' | head -c 20000
	set +f
	set -- "$root"/etc/systemd/system/sockets.target.wants/*.socket
	set -f
	for sshd_unit; do
		sshd_unit=${sshd_unit##*/}
		sshd_unit=${sshd_unit%.socket}
		for sshd_folder in etc run usr/lib lib; do
			for sshd_file in "$root/$sshd_folder/systemd/system/$sshd_unit@.service" \
				"$root/$sshd_folder/systemd/system/$sshd_unit.service"; do
				[ ! -r "$sshd_file" ] || sed -n 's|^ExecStart=[-@:+!]*\(/[^ ]*/sshd\)|\1|p' "$sshd_file"
			done
		done
	done
}

# Tells with which words an sshd was started, as `args`, and what a variable among them stands for, as `env`.
tell_started() {
	tell args 200 0 list_sshd
	tell_files env 20 'grep -ahE ^(SSHD_OPTS|SSHD_OPTIONS|OPTIONS)=' "$root/etc/default/ssh" "$root/etc/sysconfig/sshd"
}

# Prints the other files that the system's own sshd is told to read, by the lines of `args` and `env`, where a system
# keeps such files. Some call it `-f FILE`, some `-Df FILE`.
list_others() {
	sed -n -e '/^args /{' -e '\%^args \(sshd: \)*/\(usr/\)*s*bin/sshd %!d' -e '}' \
		-e 's|^[^[]*[ "=]-[46Ddeiqrt]*f *\(/[A-Za-z0-9/._@+-]*\).*|\1|p' |
		grep -E '^/(etc|usr|opt)/' | grep -vxE '(/usr)?/etc/ssh/sshd_config' | sort -u | head -n 4
}

# Prints the files that root's own files have an sshd read: units, their variables, scripts of init; a star stands for the
# instance of a unit. With which words it was started a process may make up, whoever it belongs to (`exec -a`).
list_named() {
	set +f
	set -- "$root"/etc/default/*ssh* "$root"/etc/sysconfig/*ssh* "$root"/etc/conf.d/*ssh* "$root"/etc/init.d/*ssh* \
		"$root/etc/rc.local" "$root/etc/rc.d/rc.local" "$root/etc/inittab" "$root"/etc/systemd/system/*.service.d/*.conf \
		"$root"/etc/systemd/system/*.service "$root"/run/systemd/system/*.service \
		"$root"/usr/lib/systemd/system/*.service "$root"/lib/systemd/system/*.service
	set -f
	grep -ahsE 'sshd|SSHD_|OPTIONS=' "$@" </dev/null | grep -avE '^[[:space:]]*#|\[ |test ' |
		sed -n -e 's|%[iI]|*|g' -e 's|^.*[ "=]-[46Ddeiqrt]*f *\(/[A-Za-z0-9/._@+*-]*\).*|\1|p' \
			-e 's|^ *SSHD_CONFIG="*\(/[A-Za-z0-9/._@+*-]*\).*|\1|p'
}

# Sets `place_why` as find_place does for a file that an sshd is said to read, to `unnamed` too where none of the files
# in `sshd_named` has it do so.
find_other() {
	find_place "$1" own
	[ -z "$place_why" ] || return 0
	for sshd_pattern in $sshd_named; do
		case $1 in $sshd_pattern) return 0 ;; esac
	done
	place_why=unnamed place_at=$1
}

# Tells of the files $1… what an sshd that reads it is set to; of one to which others than root may write, or in whose
# place they may put another, why root is not asked.
tell_others() {
	sshd_count=0
	for sshd_file; do
		is_path "$sshd_file" && [ -e "$root$sshd_file" ] || continue
		sshd_count=$((sshd_count + 1))
		printf 'file other%s %s\n' "$sshd_count" "$sshd_file"
		find_other "$sshd_file"
		if [ -z "$place_why" ]; then
			tell_root "other$sshd_count" 600 0 5 sshd -T -f "$root$sshd_file"
			[ -r "$root$sshd_file" ] || tell_root more 1000 0 5 grep -aH . "$root$sshd_file"
		else
			printf 'open other%s %s %.210s\n' "$sshd_count" "$place_why" "$place_at"
		fi
	done
}

# Prints the keys that the files $1… say an sshd shows; those in their usual place are told with the modes of files.
list_keys() {
	sed -n 's|^[[:space:]]*[Hh][Oo][Ss][Tt][Kk][Ee][Yy][[:space:]="]*\(/[A-Za-z0-9/._@+-]*\)"*[[:space:]]*$|\1|p' "$@" \
		</dev/null | grep -v '^/etc/ssh/ssh_host_' | sort -u | head -n 16
}

# Tells of the files $1… mode and owner, and of the keys that they and the usual file name, with their public halves.
tell_keys() {
	sshd_said=$(list_keys "$@" "$root/etc/ssh/sshd_config")
	for sshd_file in $sshd_said; do
		is_path "$sshd_file" && [ -e "$root$sshd_file" ] && set -- "$@" "$root$sshd_file"
	done
	if [ "$#" -gt 0 ]; then
		tell state 60 1+ within 5 stat -c '%a %u %g %F/%U/%G%n' "$@"
	else
		echo 'whole state'
	fi
	set --
	for sshd_file in $sshd_said; do
		is_path "$sshd_file" && set -- "$@" "$root$sshd_file.pub"
	done
	tell_files public 60 'grep -aH .' "$@"
}

# Sets `sshd_effective` to what is in effect, to nothing where root does not tell it.
find_effective() {
	sshd_effective=''
	may_root 5 sshd -T || return
	sshd_effective=$(as_root 5 sshd -T)
}

# Number, deadline in seconds. Only root is told what is in effect; the files say what was written, and for whom it is
# otherwise. Some systems let only root read them.
section_sshdconf() {
	echo 'run sshdconf'
	# Without a file of settings it does not run, and says nothing.
	if [ -e "$root/etc/ssh/sshd_config" ] || [ -e "$root/usr/etc/ssh/sshd_config" ]; then
		tell_root effective 600 0 5 sshd -T
	else
		echo 'none effective'
	fi
	sshd_said=$(tell_started)
	printf '%s\n' "$sshd_said"
	# A host that hides what others run does not tell of it.
	[ -n "$root" ] || [ -r /proc/1/cmdline ] || echo 'privilege args'
	sshd_others=$(printf '%s\n' "$sshd_said" | list_others) sshd_named=''
	[ -z "$sshd_others" ] || sshd_named=$(list_named)
	tell_others $sshd_others
	set --
	for sshd_file in $sshd_others; do
		[ -e "$root$sshd_file" ] || continue
		find_other "$sshd_file"
		[ "$place_why" = unnamed ] || set -- "$@" "$root$sshd_file"
	done
	tell_keys "$@"
	for sshd_file; do
		shift
		[ ! -r "$sshd_file" ] || set -- "$@" "$sshd_file"
	done
	tell_files more 1000 'grep -aH .' "$@"
	sshd_closed=''
	for sshd_file in "$root/etc/ssh/sshd_config" "$root/etc/ssh/sshd_config.d"; do
		[ ! -e "$sshd_file" ] || [ -r "$sshd_file" ] || sshd_closed=yes
	done
	set +f
	set -- "$root/etc/ssh/sshd_config" "$root"/etc/ssh/sshd_config.d/*.conf \
		"$root/etc/crypto-policies/back-ends/opensshserver.config"
	[ -e "$root/etc/ssh/sshd_config" ] ||
		set -- "$@" "$root/usr/etc/ssh/sshd_config" "$root"/usr/etc/ssh/sshd_config.d/*.conf
	set -f
	for sshd_file; do
		[ ! -e "$sshd_file" ] || [ -r "$sshd_file" ] || sshd_closed=yes
	done
	if [ -n "$sshd_closed" ]; then
		tell_root written 2000 1+ 5 find "$root/etc/ssh" -maxdepth 2 -path '*/sshd_config*' -type f \
			-exec grep -aH . {} +
	else
		tell_files written 2000 'grep -aH .' "$@"
	fi
}
