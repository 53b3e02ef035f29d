# The section sshdconf: what sshd is set to.

# What is said of sshds is no longer than this, in bytes; a process may say any words of itself, and many.
most_started=20000

# Prints the words with which an sshd was started, and those by which systemd starts one for a connection: options there
# win over what is written, and may name another file. Fails where there are more: the one that counts may stand behind.
list_sshd() {
	sshd_lines=$(list_started | head -c "$((most_started + 1))")
	printf '%s\n' "$sshd_lines"
	[ "${#sshd_lines}" -le "$most_started" ]
}

list_started() {
	set +f
	set -- "$root"/proc/[0-9]*/cmdline
	set -f
	grep -ahsE '^(sshd: )?/.*sshd' "$@" </dev/null | tr '\000' ' '
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

# Whether $1 is a file that root may read as one of an sshd's settings: in ssh's own folder, called like one, and not
# like a key. The drop-in is made by the same rule.
is_sshd_file() {
	sshd_name=${1#/etc/ssh/}
	[ "$sshd_name" != "$1" ] && [ "${#1}" -le 200 ] || return 1
	case $sshd_name in
	*[!A-Za-z0-9._-]* | *[_.][Kk][Ee][Yy] | *.[Pp][Ee][Mm] | *.[Pp][Uu][Bb]) return 1 ;;
	*sshd* | *config*) return 0 ;;
	*) return 1 ;;
	esac
}

# Prints the other files that the system's own sshd is told to read, by the lines of `args` and `env`, as far as root may
# read them. Some call it `-f FILE`, some `-Df FILE`.
list_others() {
	sed -n -e '/^args /{' -e '\%^args \(sshd: \)*/\(usr/\)*s*bin/sshd %!d' -e '}' \
		-e 's|^[^[]*[ "=]-[46Ddeiqrt]*f *\(/[A-Za-z0-9/._@+-]*\).*|\1|p' |
		grep -vxF /etc/ssh/sshd_config | sort -u | while read -r sshd_file; do
		! is_sshd_file "$sshd_file" || echo "$sshd_file"
	done | head -n 4
}

# Prints the files that root's own files have an sshd read: a command that runs it, or a variable of its options in files
# of ssh's own; a star stands for the instance of a unit. With which words it was started a process may make up, whoever
# it belongs to (`exec -a`).
list_vouched() {
	sshd_file='[[:space:]]*(/etc/ssh/[A-Za-z0-9._*-]+)([])[:space:]"'\'';&|].*)?$'
	sshd_option='([^;&|]*[[:space:]])?-[46Ddeiqrt]*f'
	set +f
	set -- "$root"/etc/default/*ssh* "$root"/etc/sysconfig/*ssh* "$root"/etc/conf.d/*ssh* "$root"/etc/init.d/*ssh* \
		"$root"/etc/systemd/system/*ssh*.service.d/*.conf "$root"/etc/systemd/system/*ssh*.service \
		"$root"/run/systemd/system/*ssh*.service "$root"/usr/lib/systemd/system/*ssh*.service \
		"$root"/lib/systemd/system/*ssh*.service
	set -f
	sshd_name='^[[:space:]]*(export +|Environment="?)?(SSHD_OPTS|SSHD_OPTIONS|OPTIONS|command_args)='
	grep -ahsE '(OPTS|OPTIONS|args|SSHD_CONFIG)=' "$@" </dev/null |
		sed -nE -e "s%$sshd_name[\"' ]*$sshd_option$sshd_file%\\4%p" -e "s%^[[:space:]]*SSHD_CONFIG=\"?$sshd_file%\\1%p"
	set +f
	set -- "$@" "$root/etc/rc.local" "$root/etc/rc.d/rc.local" "$root/etc/inittab" \
		"$root"/etc/systemd/system/*.service.d/*.conf "$root"/etc/systemd/system/*.service \
		"$root"/run/systemd/system/*.service "$root"/usr/lib/systemd/system/*.service "$root"/lib/systemd/system/*.service
	set -f
	grep -ahsE '/s?bin/sshd[[:space:]]' "$@" </dev/null | grep -avE '^[[:space:]]*#|\[ |test ' |
		sed -nE -e 's|%[iI]|*|g' -e "s%^.*/s?bin/sshd[[:space:]]$sshd_option$sshd_file%\\2%p"
}

# Sets `place_why` as find_place does for the file `sshd_file` that an sshd is said to read; to `unnamed` too where none of
# the files in `sshd_vouched` has it do so, and to `key` where it looks like one inside, as far as that can be seen.
find_other() {
	find_place "$sshd_file" own
	[ -z "$place_why" ] || return 0
	place_why=unnamed place_at=$sshd_file
	for sshd_pattern in $sshd_vouched; do
		case $sshd_file in $sshd_pattern) place_why='' ;; esac
	done
	if [ -z "$place_why" ] && is_armoured; then place_why=key; fi
}

# Whether the file `sshd_file` has a line with which keys and certificates begin. Nothing of it is told.
is_armoured() {
	if [ -r "$root$sshd_file" ]; then
		grep -aqe -----BEGIN "$root$sshd_file" </dev/null
	else
		may_root 5 grep -aH . "$root$sshd_file" || return 1
		as_root 5 grep -aH . "$root$sshd_file" | grep -aqe -----BEGIN
	fi
}

# Tells of the files $1… what an sshd that reads it is set to; of one to which others than root may write, or in whose
# place they may put another, why root is not asked. Sets `sshd_kept` to those whose mode counts, and `sshd_good` to those
# that are read.
tell_others() {
	sshd_count=0 sshd_kept='' sshd_good=''
	for sshd_file; do
		[ -e "$root$sshd_file" ] || continue
		sshd_count=$((sshd_count + 1))
		printf 'file other%s %s\n' "$sshd_count" "$sshd_file"
		find_other
		[ "$place_why" = unnamed ] || sshd_kept="$sshd_kept $sshd_file"
		if [ -n "$place_why" ]; then
			printf 'open other%s %s %.210s\n' "$sshd_count" "$place_why" "$place_at"
			continue
		fi
		sshd_good="$sshd_good $sshd_file"
		# What sshd says of a file that it can't take, it says in the words of that: they are seen before.
		if [ ! -r "$root$sshd_file" ] && ! tell_root more 1000 0 5 grep -aH . "$root$sshd_file"; then
			echo "privilege other$sshd_count"
		else
			tell_root "other$sshd_count" 600 0 5 sshd -T -f "$root$sshd_file"
		fi
	done
}

# Prints the keys that the files $1… say an sshd shows; those in their usual place are told with the modes of files.
list_keys() {
	sed -n 's|^[[:space:]]*[Hh][Oo][Ss][Tt][Kk][Ee][Yy][[:space:]="]*\(/[A-Za-z0-9/._@+-]*\)"*[[:space:]]*$|\1|p' "$@" \
		</dev/null | grep -v '^/etc/ssh/ssh_host_' | sort -u | head -n 16
}

# Tells of other files mode and owner, and of the keys that they and the usual file name, with their public halves.
tell_keys() {
	set --
	for sshd_file in $sshd_good; do
		set -- "$@" "$root$sshd_file"
	done
	sshd_said=$(list_keys "$@" "$root/etc/ssh/sshd_config")
	set --
	for sshd_file in $sshd_kept $sshd_said; do
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
	sshd_started=$(tell_started)
	printf '%s\n' "$sshd_started"
	# A host that hides what others run does not tell of it.
	[ -n "$root" ] || [ -r /proc/1/cmdline ] || echo 'privilege args'
	sshd_others=$(printf '%s\n' "$sshd_started" | list_others) sshd_vouched=''
	[ -z "$sshd_others" ] || sshd_vouched=$(list_vouched)
	tell_others $sshd_others
	tell_keys
	set --
	for sshd_file in $sshd_good; do
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
