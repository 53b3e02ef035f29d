# The section patches: which updates wait, how old the index is that says so, whether they come by themselves, and what
# still runs as it was before the last ones.

most_updates=3000

# Prints the lines of what apt would install, held packages among them. It only plays it through.
list_apt() {
	{
		within 15 nice -n 5 "$found" -s -q --ignore-hold -o Debug::NoLocking=1 \
			-o APT::Get::Show-User-Simulation-Note=0 dist-upgrade
		echo "exit $?"
	} | awk '/^Inst / { print } /^exit [0-9]+$/ { code = $2 } END { exit code }'
}

# Prints the settings of apt that say what comes by itself, and what it takes without a signature.
list_apt_settings() {
	within 5 "$found" dump | awk '
		/^(APT::Periodic::|Unattended-Upgrade::(Allowed-Origins|Origins-Pattern))/ { print }
		/^(APT::Get::AllowUnauthenticated|Acquire::Allow)/ { print }
		END { exit !NR }
	'
}

# Prints `NAME SECONDS` for what tells how old the index of packages is. That apt has tried is no sign: it ends well
# even where nothing could be fetched. Where its source has nothing new, dnf writes no file anew, and stamps the list
# of packages alone.
list_ages() {
	for patch_file in lib/apt/periodic/update-success-stamp lib/apt/lists cache/dnf/last_makecache; do
		[ ! -e "$root/var/$patch_file" ] ||
			printf '%s %s\n' "/var/$patch_file" "$(stat -c %Y "$root/var/$patch_file" </dev/null)"
	done
	set +f
	set -- "$root"/var/cache/dnf/*/repodata/repomd.xml "$root"/var/cache/libdnf5/*/repodata/repomd.xml \
		"$root"/var/cache/dnf/*/repodata/*primary.xml* "$root"/var/cache/libdnf5/*/repodata/*primary.xml* \
		"$root"/var/cache/yum/*/*/*/repomd.xml "$root"/var/cache/zypp/raw/*/repodata/repomd.xml \
		"$root"/var/cache/apk/APKINDEX.*.tar.gz "$root"/etc/apk/cache/APKINDEX.*.tar.gz \
		"$root"/var/lib/apt/lists/*Release
	set -f
	for patch_file; do
		[ -e "$patch_file" ] && printf '%s %s\n' "$patch_file" "$(stat -c %Y "$patch_file" </dev/null)"
	done
	return 0
}

# Prints `NAME UNIT` for each process whose programs or libraries are no longer on the disk, as far as its memory map is
# for us to read.
list_stale() {
	set +f
	set -- "$root"/proc/[0-9]*/maps
	set -f
	[ -e "$1" ] || return 0
	grep -lsE ' r-xp .* /.*(/lib.*[.]so|/s?bin/).* \(deleted\)$' "$@" </dev/null | head -n 200 | while read -r patch_file; do
		patch_file=${patch_file%/maps}
		peek "$patch_file/comm"
		patch_name=$got
		patch_unit=$(sed -n 's|^0::.*/\([^/]*[.]service\).*|\1|p' "$patch_file/cgroup" </dev/null)
		printf '%.60s\t%.120s\n' "$patch_name" "$patch_unit"
	done
}

# Number, deadline in seconds.
section_patches() {
	echo 'run patches'
	printf 'now %.20s\n' "$(date +%s </dev/null)"
	for patch_file in "$root/etc/os-release" "$root/usr/lib/os-release"; do
		[ -r "$patch_file" ] || continue
		tell os 20 1 grep -aE '^(ID|ID_LIKE|VERSION_ID|VERSION_CODENAME|SUPPORT_END)=' "$patch_file"
		break
	done
	peek "$root/proc/sys/kernel/osrelease"
	printf 'kernel running %.120s\n' "$got"
	peek "$root/proc/sys/kernel/version"
	printf 'kernel built %.200s\n' "$got"
	set +f
	set -- "$root"/boot/vmlinuz-*
	set -f
	for patch_file; do
		[ ! -e "$patch_file" ] || printf 'kernel file %s %.160s\n' "$(stat -c %Z "$patch_file" </dev/null)" "${patch_file##*/}"
	done
	if [ -x "$root/boot/" ] || [ ! -e "$root/boot" ]; then echo 'whole kernel'; else echo 'broken kernel'; fi
	if [ -e "$root/run/reboot-required" ]; then
		printf 'reboot %.20s\n' "$(stat -c %Y "$root/run/reboot-required" </dev/null)"
	fi
	tell_files pkgs 300 'grep -ah .' "$root/run/reboot-required.pkgs"
	tell age 100 0 list_ages
	if [ -f "$root/var/lib/dpkg/status" ] && find_program apt-get; then
		tell apt "$most_updates" 0 list_apt
		if find_program apt-config; then tell conf 300 0 list_apt_settings; else echo 'broken conf'; fi
		set +f
		set -- "$root"/var/lib/apt/periodic/*
		set -f
		[ -e "$1" ] || set --
		if [ "$#" -gt 0 ]; then tell ran 30 1+ within 5 stat -c '%Y %n' "$@"; else echo 'whole ran'; fi
	elif find_program dnf; then
		tell dnf "$most_updates" 0 within 15 nice -n 5 "$found" -q -C updateinfo list --security
	elif find_program yum; then
		tell dnf "$most_updates" 0 within 15 nice -n 5 "$found" -q -C updateinfo list security
	elif find_program zypper; then
		tell zypper "$most_updates" '0 100 101' within 15 nice -n 5 "$found" --non-interactive --no-refresh \
			list-patches --category security
	elif find_program apk; then
		tell apk "$most_updates" 0 within 10 nice -n 5 "$found" version -l '<'
	else
		echo 'none updates'
	fi
	tell_files automatic 60 'grep -aHE ^[[:space:]]*(apply_updates|upgrade_type|update_cmd)[[:space:]]*=' \
		"$root/etc/dnf/automatic.conf" "$root/etc/dnf/dnf5-plugins/automatic.conf" "$root/etc/yum/yum-cron.conf"
	if find_program needrestart; then
		tell_root restart 300 0 25 needrestart -b -r l
	elif [ "$(id -u </dev/null)" -eq 0 ]; then
		tell stale 200 0 list_stale
	else
		tell stale 200 0 list_stale
		echo 'privilege stale'
	fi
}
