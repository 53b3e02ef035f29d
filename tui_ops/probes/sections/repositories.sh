# The section repositories: where packages are taken from.

# Number, deadline in seconds.
section_repositories() {
	echo 'run repositories'
	set +f
	set -- "$root/etc/apt/sources.list" "$root"/etc/apt/sources.list.d/*.list
	set -f
	tell_files list 1000 'grep -aH ^[^#]' "$@"
	set +f
	set -- "$root"/etc/apt/sources.list.d/*.sources
	set -f
	tell_files sources 1000 'grep -aHv ^#' "$@"
	set +f
	set -- "$root"/etc/yum.repos.d/*.repo "$root"/etc/zypp/repos.d/*.repo \
		"$root/etc/dnf/dnf.conf" "$root/etc/yum.conf"
	set -f
	tell_files repo 2000 'grep -aH ^[^#]' "$@"
	tell_files lines 200 'grep -aH ^[^#]' "$root/etc/apk/repositories" "$root/etc/pacman.d/mirrorlist"
}
