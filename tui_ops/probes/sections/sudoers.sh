# The section sudoers: who may run what as root.

# Number, deadline in seconds.
section_sudoers() {
	echo 'run sudoers'
	tell_root rules 2000 1+ 5 find "$root/etc/sudoers" "$root/etc/sudoers.d" -maxdepth 1 -type f -exec grep -aH . {} +
}
