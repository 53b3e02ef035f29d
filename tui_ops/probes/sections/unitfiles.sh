# The section unitfiles: which units start with the host, and the files of those that were made here.

# Number, deadline in seconds.
section_unitfiles() {
	echo 'run unitfiles'
	if [ -d "$root/run/systemd/system" ] && find_program systemctl; then
		tell unit 4000 0 within 7 "$found" list-unit-files --no-legend --no-pager --full
		tell file 2000 1+ within 5 find "$root/etc/systemd/system" -type f -exec sha256sum {} +
	elif find_program rc-update; then
		tell rc 1000 0 within 5 "$found" show -v
	else
		printf 'none unit\nnone file\n'
	fi
}
