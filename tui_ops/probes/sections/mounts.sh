# The section mounts: what is mounted where and how, and what fstab says of it.

# What the kernel keeps no files in, and what containers come and go with.
unkept='proc|sysfs|devtmpfs|devpts|cgroup|cgroup2|securityfs|debugfs|tracefs|pstore|bpf|mqueue|hugetlbfs|configfs|nsfs'
unkept="$unkept|fusectl|autofs|binfmt_misc|rpc_pipefs|efivarfs|selinuxfs|ramfs|overlay"

# Number, deadline in seconds.
section_mounts() {
	echo 'run mounts'
	tell mount 2000 1 grep -Ev " - ($unkept) " "$root/proc/self/mountinfo"
	tell_files fstab 300 'grep -aH ^[^#]' "$root/etc/fstab"
}
