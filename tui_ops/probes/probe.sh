tui_ops_probe() {
	# The resident probe: takes orders on stdin, answers each with one frame, writes nothing to disk.
	# Usage: tui_ops_probe MARKER go. The second word shows that the line came whole.
	[ "${2-}" = go ] || exit 64
	exec 2>/dev/null
	set -f +e +u
	marker=$1
	nl='
'
	blanks=' 	'$nl
	IFS=$blanks
	umask 077
	LC_ALL=C
	PATH=/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}
	# A generated tree stands in for the host's own: its /proc, its /etc and the commands in its bin.
	root=${TUI_OPS_ROOT-}
	[ -z "$root" ] || PATH=$root/bin:$PATH
	export LC_ALL PATH
	unset CDPATH ENV BASH_ENV
	has_timeout=''
	! command -v timeout >/dev/null || has_timeout=yes

	# The marker is random, so that no text of the host can look like the edge of a frame. These words hold nothing
	# that an echo could misread; echo is built into every shell, which printf is not.
	begin() { echo "$nl$marker begin $1 $2 $3"; }
	end() { echo "$nl$marker end $1 $2 $3"; }

	# An order that can't be carried out: number, reason in one word, what was asked.
	complain() {
		begin error "$1" "$2"
		printf '%.200s\n' "$3"
		end error "$1" "$2"
	}

	# Without a leading zero, which arithmetic would take for octal.
	is_number() {
		case $1 in '' | *[!0-9]* | 0?* | ???????????*) return 1 ;; esac
	}

	# Who this host is: one `word text` line each.
	hello() {
		begin ready 1 hello
		echo "uname $(uname -srm </dev/null)"
		name=''
		[ ! -r "$root/proc/sys/kernel/hostname" ] || read -r name <"$root/proc/sys/kernel/hostname"
		printf 'hostname %s\n' "${name:-$(uname -n </dev/null)}"
		for file in "$root/etc/os-release" "$root/usr/lib/os-release"; do
			[ -r "$file" ] || continue
			while read -r line; do
				case $line in PRETTY_NAME=*) printf 'os %s\n' "${line#*=}" ;; esac
			done <"$file"
			break
		done
		line=$(grep -m 1 -i '^model name' "$root/proc/cpuinfo" </dev/null)
		[ -z "$line" ] || printf 'cpu %s\n' "${line#*:}"
		echo "timeout ${has_timeout:-no}"
		echo "files$files"
		end ready 1 hello
	}

	# One frame of vitals. The tail is the only process that is started for it.
	tick() {
		number=$1
		shift
		begin tick "$number" vitals
		tail -n +1 "$@" </dev/null
		end tick "$number" vitals
	}

	# Sets `up` to the seconds since boot, to nothing where the host does not tell.
	find_up() {
		up=''
		[ ! -r /proc/uptime ] || read -r up unused </proc/uptime
		up=${up%%.*}
	}

	# Runs a command for at most $1 seconds and no longer than its section has left, where the host can bound it;
	# else our side ends the whole probe.
	within() {
		bound=$1
		shift
		if [ -z "$has_timeout" ]; then
			"$@" </dev/null
			return
		fi
		find_up
		if [ -n "$up" ] && [ "$bound" -gt $((ends - up)) ]; then bound=$((ends > up ? ends - up : 1)); fi
		timeout "$bound" "$@" </dev/null
	}

	# Sets `got` to the first line of the file $1 without the blanks around it, to nothing where there is none to be had.
	peek() {
		got=''
		[ -r "$1" ] && read -r got <"$1"
		return 0
	}

	# The same as one word: `-` for nothing, and for what the kernel refuses, such as the speed of a link that is down.
	peek_word() {
		peek "$1"
		got=${got%%[$blanks]*}
		[ -n "$got" ] || got=-
	}

	# Whether $1 is a section: one of the functions below.
	is_section() {
		case " $sections " in *" $1 "*) return 0 ;; esac
		return 1
	}

	# @sections

	# --- the end and the loop --------------------------------------------------------------------------------------

	# Ends what has not returned as far as it lets itself be ended, then leaves; nothing more is read as a command.
	leave() {
		for word in $hung; do
			find_born "${word%%/*}"
			start=${word#*/}
			[ -n "$born" ] && [ "$born" = "${start%%/*}" ] && kill -9 "${word%%/*}"
		done
		exit 0
	}
	trap leave HUP INT TERM PIPE

	files=''
	set --
	for file in uptime sys/kernel/random/boot_id stat loadavg meminfo diskstats net/dev net/snmp net/sockstat \
		sys/fs/file-nr pressure/cpu pressure/io pressure/memory; do
		[ -r "$root/proc/$file" ] || continue
		files="$files $file"
		set -- "$@" "$root/proc/$file"
	done
	# tail names its files only where there are two or more.
	[ "$#" -ne 1 ] || set -- "$1" "$1"

	hello
	while read -r word one two three rest; do
		case $word in
		tick)
			if is_number "$one"; then tick "$one" "$@"; else complain 0 bad-order "$word $one"; fi
			;;
		section)
			if ! is_number "$two" || ! is_number "$three"; then
				complain 0 bad-order "$word $one $two $three"
			elif is_section "$one"; then
				begin section "$two" "$one"
				find_up
				ends=$((${up:-0} + three))
				"section_$one" "$two" "$three" $rest
				end section "$two" "$one"
			else
				complain "$two" unknown-section "$one"
			fi
			;;
		quit) break ;;
		'') ;;
		*) complain 0 unknown-word "$word" ;;
		esac
	done
	leave
}
