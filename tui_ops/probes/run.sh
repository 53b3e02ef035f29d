tui_ops_run() {
	# The runner of one run of a change: takes orders on stdin, answers each with one frame. What a step is and what came
	# of it stands in a folder of the login account, so that it outlives this shell, its channel and who sent it.
	# Usage: tui_ops_run MARKER TOKEN new|known go APART, as runbegin.sh calls it. With `known` a folder that is not there
	# any more is not made again, since the claims in it are lost.
	set -f +e +u
	marker=$1 token=$2 apart=$5
	nl='
'
	IFS=' 	'$nl
	root=${TUI_OPS_ROOT-}

	begin() { echo "$nl$marker begin $1 $2 $3"; }
	end() { echo "$nl$marker end $1 $2 $3"; }
	answer() { echo "$nl$marker begin section $1 $2$nl$nl$marker end section $1 $2"; }

	# Number, reason in one word.
	complain() {
		begin error "$1" "$2"
		end error "$1" "$2"
	}

	is_number() {
		case $1 in '' | *[!0-9]* | 0?* | ???????????*) return 1 ;; esac
	}
	is_name() {
		case $1 in '' | *[!a-z0-9-]* | -* | ?????????????????????????????????????????*) return 1 ;; esac
	}
	is_ours() { [ -d "$1" ] && [ ! -h "$1" ] && [ -O "$1" ]; }

	# Sets `run` to the run's folder: the one that is there, else a new one, of this account and nobody else's.
	find_folder() {
		run=''
		case ${HOME-} in /*) at_home=$HOME/.cache/tui-ops/run/$token ;; *) at_home='' ;; esac
		elsewhere=/var/tmp/tui-ops-$token
		for place in "$at_home" "$elsewhere"; do
			[ -n "$place" ] && is_ours "$place" || continue
			run=$place
			return
		done
		[ "$1" = new ] || return
		if [ -n "$at_home" ] && is_ours "$HOME"; then
			mkdir -p "$HOME/.cache/tui-ops/run"
			is_ours "$HOME/.cache/tui-ops/run" && make_folder "$at_home" && return
		fi
		make_folder "$elsewhere"
	}
	# Two runners that begin together find the same folder.
	make_folder() {
		mkdir -m 700 "$1" || is_ours "$1" || return
		run=$1
	}

	# Sets `boot` to what this boot of the host is known by, `up` to the seconds since.
	find_boot() {
		boot='' up=''
		if [ -r "$root/proc/sys/kernel/random/boot_id" ]; then
			read -r boot <"$root/proc/sys/kernel/random/boot_id"
		else
			boot=$(sysctl -n kern.boottime </dev/null | tr -cd 0-9)
		fi
		[ ! -r "$root/proc/uptime" ] || read -r up line <"$root/proc/uptime"
		boot=${boot:-unknown}
	}

	# What there is to bound, to part and to keep a process.
	find_means() {
		bounded=none fast=no nap=1 unit=no keeping=text
		if timeout -k 1 5 true </dev/null; then bounded=full; elif timeout 5 true </dev/null; then bounded=plain; fi
		# In a session of its own we are what a keeper may be made of: nothing that ends the channel ends what came from us.
		# But it has to know itself, which a copy of a shell can where the kernel tells.
		if [ "$apart" != yes ] || ! read -r line </proc/self/stat; then keeping=file; fi
		case $(echo xy | dd bs=2 count=1 iflag=fullblock) in xy) fast=yes ;; esac
		! sleep 0.01 </dev/null || nap=0.1
		uid=$(id -u </dev/null)
		[ -d "$root/run/systemd/system" ] && command -v systemd-run >/dev/null || return 0
		if [ "$uid" -eq 0 ]; then
			! systemd-run --quiet --collect --wait true </dev/null || unit=system
		elif [ -e "$root/var/lib/systemd/linger/$(id -un </dev/null)" ]; then
			# Without this the account's own manager ends with its last session, and the step with it.
			! systemd-run --user --quiet --collect --wait true </dev/null || unit=user
		fi
	}

	# The texts that outlive us; a shell reads a file of its own while it runs.
	keep_texts() {
		[ ! -s "$run/keeper" ] || return 0
		{ printf '%s\n' "$keeper" >"$run/keeper.$$" && printf '%s\n' "$step" >"$run/step.$$" &&
			mv "$run/step.$$" "$run/step" && mv "$run/keeper.$$" "$run/keeper"; } || {
			rm -f "$run/keeper.$$" "$run/step.$$"
			return 1
		}
	}

	# Takes $2 bytes from our stdin into the file $1, and not one more; short ones come as so many lines, with which we
	# need no program.
	take() {
		if [ "$3" = lines ]; then
			take_lines "$2" >"$1"
			return
		fi
		if [ "$2" -eq 0 ]; then
			: >"$1"
		elif [ "$fast" = yes ]; then
			dd bs="$2" count=1 iflag=fullblock >"$1"
		else
			# Where this fails, nobody knows how much of it was read.
			dd bs=1 count="$2" >"$1" || exit 70
		fi
	}

	take_lines() {
		left=$1
		whole=yes
		while [ "$left" -gt 0 ]; do
			IFS= read -r line || exit 0
			printf '%s\n' "$line" || whole=no
			left=$((left - 1))
		done
		[ "$whole" = yes ]
	}

	# Whether the process $1 is the one that was begun at $2: numbers are given again.
	is_alive() {
		is_number "$1" || return
		if [ -r "/proc/$1/stat" ]; then
			read -r line <"/proc/$1/stat" || return
			set -- "$2" ${line##*) }
			[ "$2" != Z ] && [ "$2" != X ] && [ "${21-}" = "$1" ]
		else
			[ ! -d /proc/self ] && [ "$(ps -o lstart= -p "$1" | tr -s ' ' _)" = "$2" ]
		fi
	}

	# Sets `state` to what is found of the step $1.
	find_state() {
		dir=$run/$1 state=never
		[ -d "$dir" ] && [ ! -e "$dir/unbegun" ] || return 0
		state=over
		[ ! -s "$dir/exit" ] || return 0
		state=running
		read_begun
		if [ -z "$since" ]; then
			state=claimed
			return 0
		fi
		if [ "$was" = "$boot" ] && { is_alive "$pid" "$since" || is_alive "$top" "$top_since"; }; then return 0; fi
		# It may have ended while we looked.
		sleep "$nap"
		read_begun
		state=lost
		[ ! -s "$dir/exit" ] && [ -z "$ended" ] || state=over
	}
	# Sets what is written down of the step in `dir`: the boot `was` in which it began, its keeper `pid` and its own process
	# `top`, each since when it is there, and how it `ended`.
	read_begun() {
		was='' pid='' since='' top='' top_since='' ended=''
		[ ! -s "$dir/begun" ] || while IFS=' ' read -r word one two three; do
			case $word in
			keeper) was=$one pid=$two since=$three ;;
			step) top=$one top_since=$two ;;
			end) ended="$one $two $three" ;;
			esac
		done <"$dir/begun"
	}

	# As find_state; waits for one that was claimed in this moment: it says who it is at once.
	find_settled() {
		tries=0
		find_state "$1"
		while [ "$state" = claimed ] && [ "$tries" -lt 20 ]; do
			tries=$((tries + 1))
			sleep "$nap"
			find_state "$1"
		done
		[ "$state" != claimed ] || state=lost
	}

	# Number, step, seconds: waits until it is over.
	wait_for() {
		waited=0 most=$3
		[ "$nap" = 1 ] || most=$((most * 10))
		find_settled "$2"
		while [ "$state" = running ] && [ "$waited" -lt "$most" ]; do
			waited=$((waited + 1))
			sleep "$nap"
			find_settled "$2"
		done
		report "$1" "$2"
	}

	# Says what is found: how it ended, and the end of what it wrote.
	# All of it goes out at once: what comes in small parts waits for the other side's word about each.
	report() {
		dir=$run/$2
		line=''
		read_begun
		[ "$state" != over ] || read -r line <"$dir/exit" || line=$ended
		stopped=-
		[ ! -e "$dir/stopped" ] || stopped=stopped
		line="$nl$marker begin section $1 $state$nl$stopped ${was:--} $line"
		if [ -s "$dir/output" ]; then
			{ echo "$line"; tail -c 65536 "$dir/output"; end section "$1" "$state"; } | dd ibs=65536 obs=262144
		else
			echo "$line$nl$nl$marker end section $1 $state"
		fi
	}

	# Number, step, become, seconds, how many files: takes the files, and begins the step where nobody did before.
	do_step() {
		given=$run/$2.$$.$1
		files=$5 kept=yes
		while [ "$files" -gt 0 ]; do
			IFS=' ' read -r name size how || exit 0
			is_name "$name" && is_number "$size" || exit 70
			take "$given.$name" "$size" "$how" || {
				kept=no
				: >"$given.$name"
			}
			files=$((files - 1))
		done
		IFS=' ' read -r name || exit 0
		[ "$name" = done ] || exit 70
		find_state "$2"
		if [ "$state" = never ] && [ "$kept" = yes ]; then
			launch "$2" "$3" "$4" </dev/null >/dev/null &
			wait "$!"
			left=$?
			find_state "$2"
			case $unit-$left in
			system-1 | user-1)
				# The manager did not answer in time, would not, or was asked by another runner before: it may begin the step
				# yet. It is given a moment, and then its claim is taken from it.
				tries=0
				while [ "$state" = never ] && [ "$tries" -lt 20 ]; do
					tries=$((tries + 1))
					sleep "$nap"
					find_state "$2"
				done
				if [ "$state" = never ]; then
					! mkdir "$run/$2" || : >"$run/$2/unbegun"
					find_state "$2"
				fi
				;;
			# Its keeper was there, and its claim is not: somebody removed the folder, and with it how the step ended.
			*-73 | *-75 | *-126 | *-127) ;;
			*) [ "$state" != never ] || state=lost ;;
			esac
		fi
		case $state in
		over | lost) report "$1" "$2" ;;
		never) complain "$1" unclaimed ;;
		*) wait_for "$1" "$2" $(($4 + 60)) ;;
		esac
	}
	launch() {
		set -- "$run" "$1" "$given" "$2" "$3" "$bounded" "$apart" "$boot" "$uid"
		name="tui-ops-$token-$2"
		case $unit in
		system)
			exec systemd-run --quiet --collect --wait --property=KillMode=process --unit="$name" \
				--setenv=HOME="$HOME" --setenv=PATH="$PATH" /bin/sh "$run/keeper" "$@"
			;;
		user)
			exec systemd-run --user --quiet --collect --wait --property=KillMode=process --unit="$name" \
				--setenv=PATH="$PATH" /bin/sh "$run/keeper" "$@"
			;;
		esac
		if [ "$keeping" = text ]; then
			eval "$keeper"
			exit
		fi
		trap '' HUP
		[ "$apart" = yes ] || exec sh "$run/keeper" "$@"
		exec setsid sh "$run/keeper" "$@"
	}

	# Prints the processes of the session $1, and all that came from them.
	list_processes() {
		if [ -r /proc/self/stat ]; then
			set +f
			cat /proc/[0-9]*/stat | sed 's/^\([0-9]*\) (.*) [A-Za-z] \([0-9]*\) [0-9]* \([0-9]*\) .*/\1 \2 \3/'
			set -f
		else
			ps -A -o pid= -o ppid= -o pgid=
		fi </dev/null | awk -v top="$1" '
			{ parent[$1] = $2; if ($1 == top || $3 == top) ours[$1] = 1 }
			END {
				do {
					more = 0
					for (one in parent) if (!(one in ours) && (parent[one] in ours)) { ours[one] = 1; more = 1 }
				} while (more)
				for (one in ours) if (one > 1) print one
			}'
	}

	# Number, step, become: asks it to end, and ends it where it does not.
	stop_step() {
		find_settled "$2"
		if [ "$state" = running ]; then
			: >"$dir/stopped"
			sudo=''
			[ "$3" != yes ] || [ "$uid" -eq 0 ] || sudo='sudo -n'
			for sign in TERM KILL; do
				# What has its number by now is another's, and nobody here is 1.
				is_alive "$top" "$top_since" && [ "$top" -gt 1 ] && set -- $(list_processes "$top") || set --
				[ "$#" -eq 0 ] || $sudo kill -"$sign" "$@" </dev/null
				set -- "$number" "$key" "$become"
				tries=0
				while [ "$tries" -lt 50 ]; do
					find_state "$2"
					[ "$state" = running ] || break 2
					tries=$((tries + 1))
					[ "$nap" != 1 ] || tries=$((tries + 9))
					sleep "$nap"
				done
			done
		fi
		report "$1" "$2"
	}

	# Number, step, offset, bytes: what it has written from there on.
	read_output() {
		begin section "$1" output
		[ ! -s "$run/$2/output" ] || tail -c "+$(($3 + 1))" "$run/$2/output" | head -c "$4"
		end section "$1" output
	}

	# Number, step: how much it has written and kept, and its digest.
	measure() {
		begin section "$1" size
		if [ -e "$run/$2/output" ]; then
			wc -c <"$run/$2/output"
			if command -v sha256sum >/dev/null; then sha256sum; else openssl dgst -sha256 -r; fi <"$run/$2/output"
		fi
		end section "$1" size
	}

	keeper='# @keeper'
	step='# @step'
	find_boot
	find_folder "$3"
	find_means
	[ -z "$run" ] || keep_texts || run=''
	cd /
	begin ready 1 hello
	printf 'folder %s\n' "$run"
	echo "boot $boot"
	echo "up ${up:-0}"
	echo "uid $uid"
	echo "means $bounded $apart $unit"
	end ready 1 hello
	[ -n "$run" ] || exit 0
	while IFS=' ' read -r word number key become seconds files; do
		if [ "$word" = quit ]; then break; fi
		is_number "$number" && is_name "$key" || exit 70
		if [ "$word" != forget ] && [ ! -d "$run" ]; then
			complain "$number" gone
			break
		fi
		case $word in
		do)
			is_number "$seconds" && is_number "$files" || exit 70
			do_step "$number" "$key" "$become" "$seconds" "$files"
			;;
		look)
			find_settled "$key"
			report "$number" "$key"
			;;
		stop) stop_step "$number" "$key" "$become" ;;
		read)
			is_number "$become" && is_number "$seconds" || exit 70
			read_output "$number" "$key" "$become" "$seconds"
			;;
		size) measure "$number" "$key" ;;
		forget)
			rm -rf "$run"
			case $run in "$at_home") rmdir "${run%/*}" && rmdir "$HOME/.cache/tui-ops" ;; esac
			answer "$number" forgotten
			;;
		*) exit 70 ;;
		esac
	done
	exit 0
}
