# Asks by HTTP from the host: URL STATUS CONTAINS WITHIN TIMES; 0 where it was well so many times in a row.
url=$1 status=${2:-200} contains=$3 within=${4%%.*} times=${5:-1}
within=${within:-0} good=0 passed=0
if command -v curl >/dev/null; then by=curl; elif command -v wget >/dev/null; then by=wget; else
	echo "neither curl nor wget is here: ask from the engine"
	exit 1
fi
ask() {
	if [ "$by" = curl ]; then
		body=$(curl -s -S --max-time 10 --max-filesize 1048576 -w '\n%{http_code}' -- "$url" 2>&1)
		code=${body##*"$nl"}
	else
		body=$(wget -q -T 10 -S -O - -- "$url" 2>&1)
		code=$(printf '%s\n' "$body" | sed -n 's/^ *HTTP\/[0-9.]* \([0-9]*\).*/\1/p' | tail -n 1)
	fi
	case $body in *"$contains"*) has=yes ;; *) has=no ;; esac
	[ "$code" = "$status" ] && [ "$has" = yes ]
}
while :; do
	if ask; then good=$((good + 1)); else good=0; fi
	[ "$good" -lt "$times" ] || { echo "$url answered $code"; exit 0; }
	[ "$passed" -lt "$within" ] || break
	passed=$((passed + 1))
	sleep 1
done
if [ "$code" = "$status" ]; then printf '%s\n' "$url does not contain what it has to"; else
	printf '%s\n' "$url answered ${code:-nothing}, not $status"
fi
exit 1
