# The section arrays: software RAID and ZFS pools.

# Lines: five for each array that is kept.
most_md_lines=400
most_pools=64
most_pool_lines=40

# Prints what the kernel itself says of each pool, which never waits; fails if one is suspended.
say_pool_states() {
	pools_suspended='' pool_count=0
	set +f
	set -- "$root"/proc/spl/kstat/zfs/*/state
	set -f
	for pool_file; do
		peek_word "$pool_file"
		[ "$got" != - ] || continue
		pool_count=$((pool_count + 1))
		[ "$pool_count" -le "$most_pools" ] || break
		[ "$got" != SUSPENDED ] || pools_suspended=yes
		pool_dir=${pool_file%/state}
		printf 'pool %.40s %.255s\n' "$got" "${pool_dir##*/}"
	done
	[ -z "$pools_suspended" ]
}

# The arrays: number, deadline in seconds.
section_arrays() {
	echo 'arrays read'
	[ ! -r "$root/proc/mdstat" ] || head -n "$most_md_lines" "$root/proc/mdstat" </dev/null | sed 's/^/md /'
	# A zpool that meets a suspended pool never returns and can't be killed.
	say_pool_states || return 0
	command -v zpool >/dev/null || return 0
	pool_rows=$(within 5 zpool list -Hp -o name,size,allocated,free,health 2>&1)
	pool_code=$?
	printf '%s\n' "$pool_rows" | head -n "$most_pools" | sed 's/^/zpool /'
	echo "zpool exit $pool_code"
	[ "$pool_code" -eq 0 ] || return 0
	within 3 zpool status -x | head -n "$most_pool_lines" | sed 's/^/zsay /'
}
