tui_ops_beside() {
	# What another host sees of a host: its address $1, the port $2 of its sshd. It reads only, and ends by itself.
	[ "${3-}" = go ] || exit 64
	exec 2>/dev/null
	set -f +e +u
	LC_ALL=C
	PATH=/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}
	export LC_ALL PATH
	unset CDPATH ENV BASH_ENV
	has_timeout=''
	! command -v timeout >/dev/null || has_timeout=yes

	# Runs a command for at most $1 seconds, where the host can bound it; else our side ends all of this.
	for_at_most() {
		bound=$1
		shift
		if [ -n "$has_timeout" ]; then timeout "$bound" "$@" </dev/null; else "$@" </dev/null; fi
	}

	has() { command -v "$1" >/dev/null; }

	echo 'run beside'
	if has ping; then
		echo "ping $(for_at_most 4 ping -n -c 2 -W 1 "$1" | grep -E 'received|packet loss|unreachable' | head -n 1)"
	else
		echo 'none ping'
	fi
	# Whether the port takes a connection, by the first of these that is there.
	if has nc; then
		said=$(for_at_most 4 nc -v -z -w 3 "$1" "$2" 2>&1)
		echo "tcp $? $(echo "$said" | tail -n 1)"
	elif has bash; then
		said=$(for_at_most 3 bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2" 2>&1)
		echo "tcp $? $(echo "$said" | head -n 1)"
	else
		echo 'none tcp'
	fi
	! has ip || for_at_most 2 ip neigh show to "$1" | head -n 2 | sed 's/^/neighbour /'
	! has ip || for_at_most 2 ip route get "$1" | head -n 1 | sed 's/^/route /'
	echo 'whole beside'
}
