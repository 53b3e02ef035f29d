# A unit: do|dry ACT NAME, by whatever looks after services here.
how=$1 act=$2 name=$3
fail() {
	printf '%s\n' "$1"
	exit 1
}
root=${TUI_OPS_ROOT-}
by=service
if [ -d "$root/run/systemd/system" ]; then by=systemctl; elif command -v rc-service >/dev/null; then by=rc-service; fi
command -v "$by" >/dev/null || fail "nothing here looks after services: neither systemctl, rc-service nor service"

is_active() {
	case $by in
	systemctl) systemctl is-active --quiet -- "$name" ;;
	rc-service) rc-service -- "$name" status >/dev/null 2>&1 ;;
	*) service "$name" status >/dev/null 2>&1 ;;
	esac
}
# Sets `enabled` to yes, no, masked, or unknown.
find_enabled() {
	enabled=no
	case $by in
	systemctl)
		case $(systemctl is-enabled -- "$name" 2>/dev/null) in
		enabled | enabled-runtime | alias) enabled=yes ;;
		masked | masked-runtime) enabled=masked ;;
		esac
		;;
	rc-service) ! rc-update show default | grep -q -F -- " $name |" || enabled=yes ;;
	*)
		set +f
		for link in "$root"/etc/rc[2345].d/S[0-9][0-9]"$name"; do [ ! -h "$link" ] || enabled=yes; done
		set -f
		;;
	esac
}
already() {
	find_enabled
	case $act in
	start) is_active ;;
	stop) ! is_active ;;
	enable) [ "$enabled" = yes ] ;;
	disable) [ "$enabled" = no ] ;;
	mask) [ "$enabled" = masked ] ;;
	unmask) [ "$enabled" != masked ] ;;
	*) false ;;
	esac
}
work() {
	case $by-$act in
	systemctl-*) systemctl --no-ask-password "$act" -- "$name" ;;
	rc-service-enable) rc-update add "$name" default ;;
	rc-service-disable) rc-update del "$name" default ;;
	rc-service-*) rc-service -- "$name" "$act" ;;
	service-*able)
		# One that was never known there has to be made known first; to others that does nothing.
		if command -v update-rc.d >/dev/null; then update-rc.d "$name" defaults && update-rc.d "$name" "$act"
		elif [ "$act" = enable ]; then chkconfig --add "$name" && chkconfig "$name" on
		else chkconfig "$name" off; fi
		;;
	*) service "$name" "$act" ;;
	esac
}
# Whether there is one of this name; where nobody can say, the program itself will.
is_there() {
	if [ "$by" = systemctl ]; then
		case $(systemctl show -p LoadState -- "$name" 2>/dev/null) in *=not-found) return 1 ;; *) return 0 ;; esac
	fi
	[ -d "$root/etc/init.d" ] || return 0
	for one in etc/init.d/"$name" etc/init/"$name".conf; do [ ! -e "$root/$one" ] || return 0; done
	return 1
}
case $by-$act in
systemctl-unmask) ;;
rc-service-*mask | service-*mask) fail "$by knows no $act" ;;
*) is_there || fail "there is no unit $name" ;;
esac
if already; then
	echo "$name: nothing to $act"
	exit 0
fi
[ "$how" = do ] || { echo "$act $name"; exit 80; }
work </dev/null || fail "$by could not $act $name"
echo "$act $name"
exit 80
