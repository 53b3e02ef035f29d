# The section interfaces: what the links are, whether they are up, and their addresses.

# As many as anyone reads; a host of containers has thousands of virtual ones, which come last.
most_links=128
# Lines of ip: eight for each of these links.
most_addresses=1024

# Prints one link: its folder.
say_link() {
	link_name=${1##*/}
	peek "$1/type"
	link_kind=virtual
	if [ "$got" = 772 ]; then
		link_kind=loopback
	elif [ -e "$1/wireless" ] || [ -e "$1/phy80211" ]; then
		link_kind=wireless
	elif [ -e "$1/bonding" ]; then
		link_kind=bond
	elif [ -e "$1/bridge" ]; then
		link_kind=bridge
	elif [ -e "$root/proc/net/vlan/$link_name" ]; then
		link_kind=vlan
	elif [ -e "$1/device" ]; then
		link_kind=physical
	fi
	link_line="link $link_name $link_kind"
	for link_file in operstate carrier speed duplex mtu address carrier_changes; do
		peek_word "$1/$link_file"
		link_line="$link_line $got"
	done
	printf '%.400s\n' "$link_line"
}

# The interfaces: number, deadline in seconds.
section_interfaces() {
	set +f
	set -- "$root"/sys/class/net/*
	set -f
	link_count=0 link_ends=0 link_first='' link_then='' link_last=''
	for link_dir; do
		[ -d "$link_dir" ] || continue
		link_count=$((link_count + 1)) link_name=${link_dir##*/}
		if [ -e "$link_dir/device" ]; then
			link_first="$link_first $link_name"
		elif [ -e "$link_dir/bonding" ] || [ -e "$link_dir/bridge" ]; then
			link_then="$link_then $link_name"
		else
			# The ends of containers' and virtual machines' links.
			case $link_name in
			veth* | cali* | lxc* | tap* | vnet* | fw* | ifb* | dummy*)
				link_ends=$((link_ends + 1))
				[ "$link_ends" -gt "$most_links" ] || link_last="$link_last $link_name"
				;;
			*) link_then="$link_then $link_name" ;;
			esac
		fi
	done
	echo "links $link_count"
	link_count=0
	for link_name in $link_first $link_then $link_last; do
		link_count=$((link_count + 1))
		[ "$link_count" -le "$most_links" ] || break
		say_link "$root/sys/class/net/$link_name"
	done
	! command -v ip >/dev/null || within 5 ip -o addr show | head -n "$most_addresses" | sed 's/^/addr /'
}
