# The section firewall: which packets the host takes.

# Number, deadline in seconds.
section_firewall() {
	echo 'run firewall'
	tell_root nft 4000 0 5 nft -s list ruleset
	tell_root ip4 2500 0 5 iptables-save
	tell_root ip6 2500 0 5 ip6tables-save
	tell_files ufw 100 'grep -aH ^[^#]' "$root/etc/ufw/ufw.conf"
}
