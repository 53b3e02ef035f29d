"""Plans that set one line of login.defs, where rules for new accounts and passwords stand."""

LOGIN_DEFS = "/etc/login.defs"


def login_defs(name: str, value: str, shown: str = "", parameters: str = "") -> str:
    """Return a plan that sets one line of login.defs in its place, or adds it.

    A file that is not there is not made: where the distribution's own one is elsewhere, one line would hide all of it.

    Args:
        name: of the setting.
        value: as the shell has it between double quotes: a plain word, or the variable of a parameter.
        shown: the same as a text of a plan has it, where it is a parameter; empty: value.
        parameters: the lines of the key ``parameters``; empty: there are none.
    """
    return f"""\
{parameters}steps:
  - file: {{path: {LOGIN_DEFS}, state: kept}}
    become: yes
  - script: |
      set -e
      [ -f {LOGIN_DEFS} ] || {{ echo "{LOGIN_DEFS} is not there: copy it from /usr/etc first" >&2; exit 1; }}
      if grep -qE '^[[:space:]]*{name}[[:space:]]' {LOGIN_DEFS}; then
        sed -i -E "s/^[[:space:]]*{name}[[:space:]].*/{name} {value}/" {LOGIN_DEFS}
      else
        echo "{name} {value}" >>{LOGIN_DEFS}
      fi
    name: set {name} in login.defs
    become: yes
post:
  - check: {{file: {LOGIN_DEFS}, contains: "{name} {shown or value}"}}
    become: yes
rollback:
  - restore: files
"""
