# Becomes one step, as the account that does it: GIVEN, before the names of its files, and the folder of the run. Where
# the keeper reads this itself, what bounds and parts the step comes as the third word.
given=$1 run=$2 before=${3-}
# A generated tree does its steps itself, on itself alone.
if [ -n "${TUI_OPS_ROOT-}" ] && [ -x "$TUI_OPS_ROOT/bin/tui-ops-step" ]; then
	exec $before "$TUI_OPS_ROOT/bin/tui-ops-step" "$given" "$run"
fi
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}
LC_ALL=C
export PATH LC_ALL
unset CDPATH ENV BASH_ENV
cd "${HOME:-/}" 2>/dev/null || cd /
nl="
"
# The words: before each stands how many line ends it holds, and a dot is behind the last. Without a script they are
# what is run.
set --
while IFS= read -r more && [ "$more" != . ] && IFS= read -r word; do
	while [ "$more" -gt 0 ]; do
		IFS= read -r line
		word=$word$nl$line
		more=$((more - 1))
	done
	set -- "$@" "$word"
done <"$given.words"
[ "$more" = . ] || { echo "its words are not whole: look at the space that is left in the home of the login"; exit 74; }
[ -e "$given.script" ] || exec $before "$@"
. "$given.script"
