# The section sensors: temperatures, fans, power draw and power supplies.

# Twice what is kept: the parser leaves out single cores of large machines first.
most_sensors=256
most_supplies=32

# Sets `got` to the number in the file $1, or to `-`.
peek_number() {
	peek_word "$1"
	case ${got#-} in '' | *[!0-9]*) got=- ;; esac
}

# Prints one sensor: kind, chip, its folder's name, and the path of its files up to the underscore. The value is in
# `got`.
say_sensor() {
	sensor_value=$got
	peek "${4}_fault"
	[ "$got" != 1 ] || return 0
	sensor_count=$((sensor_count + 1))
	[ "$sensor_count" -le "$most_sensors" ] || return 0
	sensor_high=- sensor_critical=-
	if [ "$1" != fan ]; then
		peek_number "${4}_max"
		sensor_high=$got
		peek_number "${4}_crit"
		sensor_critical=$got
	fi
	peek "${4}_label"
	printf 's %s %.60s %s/%s %s %s %s %.100s\n' "$1" "$2" "$3" "${4##*/}" "$sensor_value" "$sensor_high" \
		"$sensor_critical" "$got"
}

# Prints the sensors of one chip: its folder.
say_chip() {
	sensor_dir=$1
	peek_word "$sensor_dir/name"
	if [ "$got" = - ]; then
		# A kernel of 2.6 has them one folder deeper.
		sensor_dir=$1/device
		peek_word "$sensor_dir/name"
	fi
	# Asking a disk for its temperature can keep it from sleeping; the section smart does it once an hour.
	[ "$got" != drivetemp ] || return 0
	sensor_chip=$got sensor_place=${1##*/} sensor_averages=' '
	set +f
	set -- "$sensor_dir"/temp*_input "$sensor_dir"/fan*_input "$sensor_dir"/power*_average "$sensor_dir"/power*_input
	set -f
	for sensor_file; do
		sensor_base=${sensor_file%_*} sensor_kind=temperature
		peek_number "$sensor_file"
		[ "$got" != - ] || continue
		case ${sensor_file##*/} in
		temp*) sensor_heat=yes ;;
		fan*) sensor_kind=fan ;;
		*_average) sensor_kind=power sensor_averages="$sensor_averages${sensor_base##*/} " ;;
		*)
			sensor_kind=power
			case $sensor_averages in *" ${sensor_base##*/} "*) continue ;; esac
			;;
		esac
		say_sensor "$sensor_kind" "$sensor_chip" "$sensor_place" "$sensor_base"
	done
}

# Prints one thermal zone: its folder.
say_zone() {
	peek_number "$1/temp"
	[ "$got" != - ] || return 0
	sensor_value=$got sensor_critical=- zone_dir=$1
	set +f
	set -- "$zone_dir"/trip_point_*_type
	set -f
	for zone_trip; do
		peek "$zone_trip"
		[ "$got" = critical ] || continue
		peek_number "${zone_trip%_type}_temp"
		sensor_critical=$got
	done
	peek "$zone_dir/type"
	printf 's temperature thermal thermal/%s %s - %s %.100s\n' "${zone_dir##*/thermal_}" "$sensor_value" \
		"$sensor_critical" "$got"
}

# Prints one power supply: its folder. Those of a mouse or a headset are not the machine's.
say_supply() {
	peek "$1/scope"
	[ "$got" != Device ] || return 0
	supply_line="supply ${1##*/}"
	for supply_file in type online capacity; do
		peek_word "$1/$supply_file"
		supply_line="$supply_line $got"
	done
	peek "$1/status"
	printf '%.200s %.40s\n' "$supply_line" "$got"
}

# Calls $1 for each of the folders after it, at most $2 of them.
each_folder() {
	folder_call=$1 folders_left=$2
	shift 2
	for folder; do
		[ -d "$folder" ] || continue
		folders_left=$((folders_left - 1))
		[ "$folders_left" -ge 0 ] || break
		"$folder_call" "$folder"
	done
}

# The sensors: number, deadline in seconds.
section_sensors() {
	sensor_count=0 sensor_heat=''
	echo 'sensors read'
	set +f
	set -- "$root"/sys/class/hwmon/hwmon*
	set -f
	each_folder say_chip "$most_sensors" "$@"
	if [ -z "$sensor_heat" ]; then
		set +f
		set -- "$root"/sys/class/thermal/thermal_zone*
		set -f
		each_folder say_zone "$most_sensors" "$@"
	fi
	set +f
	set -- "$root"/sys/class/power_supply/*
	set -f
	each_folder say_supply "$most_supplies" "$@"
}
