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
	# Of what nobody waits for: a third of what others get of a processor that is wanted by both (sched(7)). So it takes
	# three times as long at most, for which all deadlines have room; with 10 it would be ten times, and they have not.
	niceness=5
	# Where the kernel takes a session's own priority; only of one that is ours alone, as a channel of sshd is.
	share_file=/proc/self/autogroup share=0 session=''
	read -r word word word word word session rest </proc/self/stat
	[ "$session" = "$$" ] && [ -w "$share_file" ] || share_file=''
	# What root may do for us; empty where there is no sudo, or the inventory says that it is not to be asked.
	sudo='' allowed='' refused=''
	if [ -z "${3-}" ] && command -v sudo >/dev/null; then
		case ${root:+$(command -v sudo)} in '' | "$root"/*) sudo=yes ;; esac
	fi
	may_sudo=$sudo

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

	# The processor's name, which stands among what is said of the first one.
	say_cpu() {
		while read -r line; do
			case $line in
			[Mm]"odel name"*)
				printf 'cpu %s\n' "${line#*:}"
				return
				;;
			'') return ;;
			esac
		done
	}

	# Who this host is: one `word text` line each. A fleet is seen first when the last of its hosts has said this, so that
	# nothing is started for what the shell can read itself.
	hello() {
		begin ready 1 hello
		name=''
		for file in ostype osrelease arch; do
			line=''
			[ ! -r "$root/proc/sys/kernel/$file" ] || read -r line <"$root/proc/sys/kernel/$file"
			name="$name $line"
		done
		# Linux tells the machine type there since 6.1.
		case $name in *' ' | *'  '*) name=" $(uname -srm </dev/null)" ;; esac
		echo "uname$name"
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
		[ ! -r "$root/proc/cpuinfo" ] || say_cpu <"$root/proc/cpuinfo"
		echo "timeout ${has_timeout:-no}"
		echo "files$files"
		end ready 1 hello
	}

	# What a host without /proc tells in place of it.
	say_posix() {
		echo '==> /proc/posix <=='
		printf 'uptime %.300s\n' "$(uptime </dev/null)"
		printf 'now %.20s\n' "$(date +%s </dev/null)"
		printf 'boot %.100s\n' "$(sysctl -n kern.boottime </dev/null)"
		printf 'states %s\n' "$(ps -A -o state= </dev/null | head -n 50000 | sed 's/^\(.\).*/\1/' | tr -d '\n')"
	}

	# One frame of vitals. The tail is the only process that is started for it.
	tick() {
		number=$1
		shift
		begin tick "$number" vitals
		if [ "$#" -gt 0 ]; then tail -n +1 "$@" </dev/null; else say_posix; fi
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

	# Sets `found` to where the system itself keeps the program $1: never to one that lies in a folder of the login.
	find_program() {
		found=''
		for place in "$root/usr/sbin" "$root/usr/bin" "$root/sbin" "$root/bin"; do
			[ -f "$place/$1" ] && [ -x "$place/$1" ] || continue
			found=$place/$1
			return 0
		done
		return 1
	}

	# Whether root would run the command for us: seconds, program, its words. Returns 0, 127 for a program that is not
	# here, or 77 for one that takes privilege. sudo is asked once about each, and never again where it knows us not:
	# each refusal is a line in the host's log.
	may_root() {
		find_program "$2" || return 127
		[ "$(id -u </dev/null)" -ne 0 ] || return 0
		[ -n "$sudo" ] && [ -n "$has_timeout" ] || return 77
		case $allowed in *"<$*>"*) return 0 ;; esac
		case $refused in *"<$*>"*) return 77 ;; esac
		if [ -z "$allowed$refused" ] && ! within 5 sudo -n -l >/dev/null; then
			sudo=''
			return 77
		fi
		may_for=$* may_bound=$1
		shift 2
		set -- "$found" "$@"
		find_program timeout && set -- "$found" "$may_bound" "$@"
		if within 5 sudo -n -l "$@" >/dev/null; then
			allowed="$allowed<$may_for>"
		else
			refused="$refused<$may_for>"
			return 77
		fi
	}

	# Runs a command as root for at most $1 seconds: one that the drop-in of `tui-ops doctor` names, word for word.
	# Fails as may_root does; to be called after it, since what it learns in a pipeline is lost.
	as_root() {
		may_root "$@" || return
		root_bound=$1
		find_program "$2"
		shift 2
		set -- "$found" "$@"
		if [ "$(id -u </dev/null)" -eq 0 ]; then
			within "$root_bound" "$@"
			return
		fi
		find_program timeout && set -- "$found" "$root_bound" "$@"
		sudo -n "$@" </dev/null
	}

	# Prints what the command $4… writes, the word $1 before each line and the root of a generated tree left out: at most
	# $2 lines, of a hundred bytes in the mean. Then `whole $1` where this was all of it, else `broken $1`. The command has
	# done it all with the exit code 0, and with those of $3; with `1+` only where at least a line has come as well.
	tell() {
		tell_word=$1 tell_most=$2 tell_fine=$3
		shift 3
		{
			"$@" </dev/null
			echo "$nl$?"
		} | awk -v word="$tell_word" -v most="$tell_most" -v fine="$tell_fine" '
			BEGIN { root = ENVIRON["TUI_OPS_ROOT"] }
			NR > 1 {
				if (root != "" && (at = index(held, root)))
					held = substr(held, 1, at - 1) substr(held, at + length(root))
				held = substr(held, 1, 4000)
				bytes += length(held)
				if (held != "") lines++
				if (lines > most || bytes > 100 * most) {
					cut = 1
					exit
				}
				print word " " held
			}
			{ held = $0 }
			END {
				good = " 0 " fine " "
				if (!cut && (index(good, " " held " ") || lines && index(good, " " held "+ "))) print "whole " word
				else print "broken " word
			}
		' || echo "broken $tell_word"
	}

	# The same of a command that root runs for us: word, lines, exit code, then as for may_root. Says `privilege $1` and
	# fails where root would not; `none $1` where there is no such program.
	tell_root() {
		root_word=$1 root_most=$2 root_fine=$3
		shift 3
		may_root "$@"
		case $? in
		0) tell "$root_word" "$root_most" "$root_fine" as_root "$@" ;;
		127) echo "none $root_word" ;;
		*)
			echo "privilege $root_word"
			return 1
			;;
		esac
	}

	# The same of what the command $3, such as `grep -aH .`, says of those of the files $4… that there are.
	tell_files() {
		files_word=$1 files_most=$2 files_reader=$3 files_refused=''
		shift 3
		for one_file; do
			shift
			[ -f "$one_file" ] || continue
			if [ -r "$one_file" ]; then set -- "$@" "$one_file"; else files_refused=yes; fi
		done
		[ -z "$files_refused" ] || echo "privilege $files_word"
		if [ "$#" -gt 0 ]; then
			tell "$files_word" "$files_most" 1 within 5 $files_reader "$@"
		else
			echo "whole $files_word"
		fi
	}

	# Prints `stamp N`, a number that another state of the files $2… does not have; and `same` where it is $1.
	is_same() {
		same_asked=$1
		shift
		same_now=$(ls -lindL --full-time "$@" </dev/null)
		[ -n "$same_now" ] || return 1
		same_now=$(echo "$same_now" | cksum)
		echo "stamp ${same_now%% *}"
		[ "${same_now%% *}" = "$same_asked" ] || return 1
		echo same
	}

	# Whether $1 is the absolute path of a file, as the inventory may name one.
	is_path() {
		case $1 in *[!A-Za-z0-9/._@+:,=-]* | */../* | */..) return 1 ;; /?*) [ "${#1}" -le 200 ] ;; *) return 1 ;; esac
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

	# Gives all of this session the priority $1. A kernel that shares a processor out by sessions heeds that of a process
	# only among those of its own session. It takes one such wish in a tenth of a second; another one waits for its time.
	share_as() {
		[ -n "$share_file" ] && [ "$share" != "$1" ] || return 0
		echo "$1" >"$share_file" && share=$1
	}

	# Runs a section at a lower priority, in a shell of its own: a shell can't take the priority back that it gave up. What
	# that one learns of sudo comes back, since each refusal is a line in the host's log.
	nicely() {
		share_as "$niceness"
		exec 4>&1
		learnt=$(
			exec 5>&1 >&4 4>&-
			# A shell tells no pid but the first one's.
			read -r own_pid unused </proc/self/stat && renice -n "$niceness" -p "$own_pid" >/dev/null </dev/null 5>&-
			"$@" 5>&-
			printf '%s\n' "$sudo" "$allowed" "$refused" end >&5
		)
		exec 4>&-
		case $learnt in *"${nl}end") ;; *) return ;; esac
		sudo=${learnt%%"$nl"*} learnt=${learnt#*"$nl"}
		allowed=${learnt%%"$nl"*} learnt=${learnt#*"$nl"}
		refused=${learnt%%"$nl"*}
	}

	# @sections

	# @resident

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
		sys/fs/file-nr pressure/cpu pressure/io pressure/memory vmstat net/netstat \
		sys/net/netfilter/nf_conntrack_count sys/net/netfilter/nf_conntrack_max; do
		[ -r "$root/proc/$file" ] || continue
		files="$files $file"
		set -- "$@" "$root/proc/$file"
	done
	# tail names its files only where there are two or more.
	[ "$#" -ne 1 ] || set -- "$1" "$1"
	# Some files of /proc may be there without what tells a Linux: then they say nothing together.
	[ -r "$root/proc/uptime" ] || set --

	hello
	while read -r word one two three rest; do
		case $word in
		tick)
			share_as 0
			if is_number "$one"; then tick "$one" "$@"; else complain 0 bad-order "$word $one"; fi
			;;
		section | nicely)
			if ! is_number "$two" || ! is_number "$three"; then
				complain 0 bad-order "$word $one $two $three"
			elif is_section "$one"; then
				begin section "$two" "$one"
				find_up
				ends=$((${up:-0} + three))
				if [ "$word" = nicely ]; then
					nicely "section_$one" "$two" "$three" $rest
				else
					share_as 0
					"section_$one" "$two" "$three" $rest
				fi
				end section "$two" "$one"
			else
				complain "$two" unknown-section "$one"
			fi
			;;
		awk)
			# Others do not answer a pipe line by line, or not at all.
			case $(awk -W version 2>&1 </dev/null) in *mawk* | *"GNU Awk"* | *BusyBox*)
				tui_ops_marker=$marker tui_ops_files=$files tui_ops_root=$root awk -W interactive "$resident"
				;;
			esac
			begin ready 3 shell
			end ready 3 shell
			;;
		# Somebody may have allowed more meanwhile.
		sudo) sudo=$may_sudo refused='' ;;
		quit) break ;;
		'') ;;
		*) complain 0 unknown-word "$word" ;;
		esac
	done
	leave
}
