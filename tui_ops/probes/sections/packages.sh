# The section packages: what is installed, in which version, from which source and which archive.

# As many as the largest desktop has; a server has a tenth.
most_packages=6000

# Prints `NAME ARCHITECTURE ARCHIVES` for what is not from the archives of most, and those of most as `* * ARCHIVES`;
# `local` is what apt can't get from anywhere.
list_archives() {
	within 10 "$found" list --installed | awk '
		split($1, part, "/") == 2 && NF > 2 {
			from = part[2]
			gsub(/,now|^now$/, "", from)
			if ($NF ~ /local/ || from == "") from = "local"
			name[++count] = part[1] " " $3
			archive[count] = from
			if (++many[from] > many[common]) common = from
		}
		END {
			if (!count) exit 1
			print "* * " common
			for (at = 1; at <= count; at++) if (archive[at] != common) print name[at] " " archive[at]
		}
	'
}

# Prints `NAME<tab>ARCHITECTURE<tab>VERSION<tab>SOURCE` for each package of Alpine.
list_apk() {
	awk '
		/^P:/ { name = substr($0, 3) }
		/^V:/ { version = substr($0, 3) }
		/^A:/ { kind = substr($0, 3) }
		/^o:/ { source = substr($0, 3) }
		/^$/ && name != "" {
			print name "\t" kind "\t" version "\t" source
			name = version = kind = source = ""
		}
		END { if (name != "") print name "\t" kind "\t" version "\t" source }
	' "$1" </dev/null
}

# Number, deadline in seconds, the stamp of the last run: what has not changed since then is not told again.
section_packages() {
	echo 'run packages'
	if [ -f "$root/var/lib/dpkg/status" ] && find_program dpkg-query; then
		is_same "${3-}" "$root/var/lib/dpkg/status" "$root/var/lib/apt/lists" && return
		package_form='${binary:Package}\t${Architecture}\t${Version}\t${db:Status-Abbrev}\t'
		package_form=$package_form'${source:Package}\t${source:Version}\n'
		tell dpkg "$most_packages" 0 within 10 "$found" -W -f="$package_form"
		if find_program apt; then tell archive 1000 0 list_archives; else echo 'none archive'; fi
	elif [ -f "$root/lib/apk/db/installed" ]; then
		is_same "${3-}" "$root/lib/apk/db/installed" && return
		tell apk "$most_packages" 0 list_apk "$root/lib/apk/db/installed"
	elif find_program rpm; then
		is_same "${3-}" "$root/var/lib/rpm/rpmdb.sqlite" "$root/var/lib/rpm/Packages" \
			"$root/usr/lib/sysimage/rpm/rpmdb.sqlite" "$root/usr/lib/sysimage/rpm/Packages.db" && return
		tell rpm "$most_packages" 0 within 15 "$found" -qa --queryformat \
			'%{NAME}\t%{ARCH}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{SOURCERPM}\t%{VENDOR}\n'
	elif find_program pacman; then
		is_same "${3-}" "$root/var/lib/pacman/local" && return
		tell pacman "$most_packages" 0 within 10 "$found" -Q
	else
		echo 'none packages'
	fi
}
