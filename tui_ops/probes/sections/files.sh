# The section files: state and, where it is small, content of the files that the inventory names.

# What a person compares; longer files are told by their hash alone.
most_text=8192

# Prints what the command $1… says of a file, as root where `as` says so.
look_at() {
	if [ -n "$as" ]; then as_root 5 "$@"; else within 5 "$@"; fi
}

# Prints the file $1, its place among those asked for being $2.
say_named() {
	file_at=$2 as=''
	set -- "$root$1"
	printf 'file %s\n' "$file_at"
	if [ ! -r "$1" ] || [ ! -x "${1%/*}/" ]; then
		if [ -x "${1%/*}/" ] && [ ! -e "$1" ]; then
			echo absent
			return
		fi
		as=yes
		may_root 5 stat -L -c '%a %U %G %s %F' "$1" && may_root 5 sha256sum "$1" && may_root 5 head -c 8193 "$1" || {
			echo privilege
			return
		}
	fi
	file_state=$(look_at stat -L -c '%a %U %G %s %F' "$1" 2>&1)
	case $file_state in
	*'No such file or directory')
		echo absent
		return
		;;
	esac
	printf 'state %.200s\n' "$file_state"
	case $file_state in *' regular file' | *' regular empty file') ;; *) return ;; esac
	file_hash=$(look_at sha256sum "$1")
	printf 'hash %.80s\n' "$file_hash"
	file_size=${file_state#* * * }
	file_size=${file_size%% *}
	is_number "$file_size" && [ "$file_size" -le "$most_text" ] || return
	# A private key never leaves the host.
	look_at head -c 8193 "$1" | tr -d '\000' | sed -e '/BEGIN .*PRIVATE KEY/,/END .*PRIVATE KEY/d' -e 's/^/text /'
	echo
	echo end
}

# Sets `named_text` to what stands in the file $1, which root reads for us where the inventory names it. Fails where he
# does not, and for a file that is longer.
find_named() {
	named_text=''
	may_root 5 head -c 8193 "$1" || return
	named_text=$(as_root 5 head -c 8193 "$1" | tr -d '\000')
	[ "${#named_text}" -le "$most_text" ]
}

# Number, deadline in seconds, paths.
section_files() {
	echo 'run files'
	shift 2
	file_count=0
	for file_path; do
		file_count=$((file_count + 1))
		[ "$file_count" -le 64 ] || break
		if is_path "$file_path"; then say_named "$file_path" "$file_count"; fi
	done
}
