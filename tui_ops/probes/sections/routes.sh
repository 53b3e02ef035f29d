# The section routes: where packets go.

# A router of the internet has a million; of those nothing is kept.
most_routes=1000

# Number, deadline in seconds.
section_routes() {
	echo 'run routes'
	case $(command -v ip) in
	"$root"/*)
		tell inet "$most_routes" 0 within 5 ip -4 route show
		tell inet6 "$most_routes" 0 within 5 ip -6 route show
		tell rule 300 0 within 5 ip -4 rule show
		tell rule6 300 0 within 5 ip -6 rule show
		;;
	*) tell table "$most_routes" 0 cat "$root/proc/net/route" ;;
	esac
}
