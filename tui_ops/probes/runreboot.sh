# The host goes down and comes up again: do|dry. That it did is proved from outside, by another boot.
if [ "$1" = dry ]; then
	echo "reboot"
	exit 80
fi
for how in systemctl shutdown reboot ''; do
	[ -z "$how" ] || ! command -v "$how" >/dev/null || break
done
[ -n "$how" ] || { echo "nothing here reboots: neither systemctl, shutdown nor reboot"; exit 1; }
[ "$how" != systemctl ] || [ -d /run/systemd/system ] || how=reboot
case $how in
systemctl) set -- systemctl reboot ;;
shutdown) set -- shutdown -r now ;;
*) set -- reboot ;;
esac
if [ -n "${TUI_OPS_ROOT-}" ]; then set -- "$TUI_OPS_ROOT/bin/reboot"; fi
trap '' HUP
# A moment later, so that what was said of it is on disk and on its way.
sh -c 'sleep 1; exec "$@"' sh "$@" </dev/null >/dev/null 2>&1 &
sync
echo "reboots"
exit 0
