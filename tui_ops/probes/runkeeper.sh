# Does one step and keeps what came of it, whoever asked for it: RUN STEP GIVEN BECOME SECONDS BOUNDED APART BOOT UID.
# Its first act is the claim. mkdir does it for one caller alone, so that no step is ever begun twice.
umask 077
set -f
run=$1 given=$3 become=$4 limit=$5 bounded=$6 apart=$7 boot=$8 uid=$9
exec </dev/null >/dev/null 2>&1
# Itself, and since when it is there. A copy of the runner has its number in $$, which the kernel does not.
me=$$ line=""
if [ -r /proc/self/stat ]; then
	read -r line </proc/self/stat
	me=${line%% *}
fi
mkdir "$run/$2" || exit 75
cd "$run/$2" || exit 74
trap "" HUP INT

# Sets `since` to when the process $1 was begun, as the system counts it.
find_since() {
	since="" line=""
	if [ -r "/proc/$1/stat" ]; then
		read -r line <"/proc/$1/stat"
		set -- ${line##*) }
		since=${20-}
	elif [ ! -d /proc/self ]; then
		since=$(ps -o lstart= -p "$1" | tr -s " " _)
	fi
	since=${since:-0}
}
find_now() {
	now=""
	if [ -r /proc/uptime ]; then read -r now line </proc/uptime; else now=$(date +%s); fi
}

# Its last act: that the step is over, and how. A line of few bytes is written at once or not at all; where the disk is
# full by now, how it ended stands behind how it began, where there is room for it.
settle() {
	[ -s exit ] || while read -r word line; do
		[ "$word" != end ] || echo "$line" >exit
	done <begun
}

# Writes down what the step says, as it says it; bounded, and the end is kept in any case. No write of its fails for it.
collect() {
	cut="" more=yes nl="
"
	while said=$(dd bs=65536 count=64 2>&1 >>output); do
		said=${said%% records in*}
		said=${said##*"$nl"}
		case $said in *[!0-9+]* | "" | +* | *+ | *+*+*) break ;; esac
		[ $((${said%+*} + ${said#*+})) -eq 64 ] || { more=""; break; }
		[ "$(wc -c <output)" -le 16777216 ] || { cut=yes; break; }
	done
	if [ -n "$cut" ]; then
		tail -c 65000 >rest
		{ echo; echo "[what came between is left out: it wrote more than 16 MB]"; cat rest; } >>output
		rm -f rest
	fi
	[ -z "$more" ] || cat >/dev/null
	settle
}

find_since "$me"
# What can't be written down is not begun: nobody would hear how it ended.
echo "keeper $boot $me $since" >begun
[ -s begun ] || {
	cd "$run"
	rm -rf "$run/$2"
	exit 73
}
{
	case $bounded in
	full) set -- timeout -k 5 "$limit" ;;
	plain) set -- timeout "$limit" ;;
	*) set -- ;;
	esac
	if [ "$become" = yes ] && [ "$uid" -ne 0 ]; then set -- sudo -n -- "$@"; fi
	if [ "$apart" = yes ]; then set -- setsid "$@"; fi
	find_now
	began=$now
	{
		# What is a command alone, and of this account, needs no shell of its own between.
		if [ -e "$given.script" ] || { [ "$become" = yes ] && [ "$uid" -ne 0 ]; }; then
			exec "$@" sh "$run/step" "$given" "$run"
		fi
		set -- "$given" "$run" "$*"
		. "$run/step"
	} </dev/null &
	step=$!
	find_since "$step"
	echo "step $step $since" >>begun
	# Some shells say aloud how it died, which is no word of its.
	wait "$step" 2>/dev/null
	code=$?
	find_now
	echo "end $code $began $now" >>begun
	exec >/dev/null 2>&1
	# What was collected ends now, within a moment. But a service that the step has left behind may hold its output open
	# for ever: it is over all the same. Whoever sees to that is a program of its own, since some shells keep the pipe
	# open in every copy of themselves.
	tries=0
	while [ "$tries" -lt 1000 ]; do
		[ ! -s exit ] || exit 0
		tries=$((tries + 1))
	done
	sh -c "sleep 1; [ -s exit ] || { echo \"$code $began $now\" >exit; kill $me; }" &
} 2>&1 | collect
