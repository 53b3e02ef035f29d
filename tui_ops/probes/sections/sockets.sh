# The section sockets: what listens for connections, and which process it belongs to.

# Number, deadline in seconds. ss knows the processes, those of other users only as root, where that may be; without it
# the kernel's own tables tell addresses and owners.
section_sockets() {
	said=''
	case $(command -v ss) in
	# Its header shows that it ran; older ones have no option to leave it out. On a host with very many open
	# descriptors it takes seconds.
	"$root"/*)
		if may_root 8 ss -ltunpe; then
			said=$(as_root 8 ss -ltunpe | head -c 120000)
		else
			said=$(within 8 ss -ltunpe | head -c 120000)
		fi
		;;
	esac
	if [ -n "$said" ]; then
		printf 'source ss\n%s\n' "$said"
		return
	fi
	for name in tcp tcp6 udp udp6; do
		[ -r "$root/proc/net/$name" ] || continue
		# The state in the kernel's numbers: listening, or for UDP not connected.
		case $name in
		tcp*) state=0A ;;
		*) state=07 ;;
		esac
		echo 'source proc'
		grep -m 400 " $state " "$root/proc/net/$name" </dev/null | sed "s/^ */$name /"
	done
	echo 'source none'
}
