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

# Prints the other files that an sshd is told to read, by the lines of `args` and `env`, of those below which only root writes: root is asked for these.
# Some call it `-f FILE`, some `-Df FILE`.
list_others() {
	sed -n 's|^[^[]*[ "=]-[46Ddeiqrt]*f *\(/[A-Za-z0-9/._@+-]*\).*|\1|p' |
		grep -E '^/(etc|usr|opt)/' | grep -vxE '(/usr)?/etc/ssh/sshd_config' | sort -u | head -n 4
}

# Tells of the files $1… what an sshd that reads it is set to, and what root would have to be allowed for that.
tell_others() {
	sshd_count=0
	for sshd_file; do
		is_path "$sshd_file" && [ -e "$root$sshd_file" ] || continue
		sshd_count=$((sshd_count + 1))
		printf 'file other%s %s\n' "$sshd_count" "$sshd_file"
		tell_root "other$sshd_count" 600 0 5 sshd -T -f "$root$sshd_file" && continue
		find_program timeout && sshd_timeout=$found && find_program sshd &&
			printf 'line other%s %s 5 %s -T -f %s\n' "$sshd_count" "$sshd_timeout" "$found" "$sshd_file"
	done
}

# Number, deadline in seconds. Only root is told what is in effect; the files say what was written, and for whom it is
# otherwise. Some systems let only root read them.
section_sshdconf() {
	echo 'run sshdconf'
	tell_root effective 600 0 5 sshd -T
	sshd_said=$(
		tell args 200 0 list_sshd
		tell_files env 20 'grep -ahE ^(SSHD_OPTS|SSHD_OPTIONS|OPTIONS)=' "$root/etc/default/ssh" "$root/etc/sysconfig/sshd"
	)
	printf '%s\n' "$sshd_said"
	# A host that hides what others run does not tell of it.
	[ -n "$root" ] || [ -r /proc/1/cmdline ] || echo 'privilege args'
	sshd_others=$(printf '%s\n' "$sshd_said" | list_others)
	tell_others $sshd_others
	set --
	for sshd_file in $sshd_others; do
		[ ! -r "$root$sshd_file" ] || set -- "$@" "$root$sshd_file"
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
