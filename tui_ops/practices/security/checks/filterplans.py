"""Plans of the packet filter: whatever may shut out who asks for it takes itself back, unless somebody says in time
that he still gets in.
"""

from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.accountplans import told
from tui_ops.practices.security.checks.base import Way

UNDO_MIN = 10
"""Minutes until it takes itself back: to try a login takes one, and longer than a quarter of an hour nobody waits who
has shut himself out."""

_SYSTEMD = """\
  - script: '[ -d /run/systemd/system ] || { echo "nothing here would take it back: there is no systemd"; exit 1; }'
    name: it can take itself back
"""

_LATER = f"""\
  - command: [systemd-run, --quiet, --collect, --unit=tui-ops-filter-undo, --on-active={UNDO_MIN}min, @undo@]
    name: take it back in {UNDO_MIN} minutes, unless somebody says that he gets in
    become: yes
"""

_TRIED = f"""\
  - manual: Log in once more, in a new session, and say that it is done only if that worked; you have {UNDO_MIN} minutes
  - script: |
      systemctl is-active --quiet tui-ops-filter-undo.timer ||
        {{ echo "nobody said so within {UNDO_MIN} minutes: it took itself back"; exit 1; }}
      systemctl stop tui-ops-filter-undo.timer
    name: let it stay
    become: yes
"""

_NOT_LATER = """\
  - script: systemctl stop tui-ops-filter-undo.timer 2>/dev/null || exit 0
    name: nothing takes itself back any more
    become: yes
"""

_BACK = "on_failure: roll back\n"

ENABLE = """\
parameters:
  unit: {help: the service that puts the rules in force}
steps:
  - unit: {name: "{{unit}}", do: enable}
    become: yes
post:
  - check: {unit: "{{unit}}", is: enabled}
rollback:
  - unit: {name: "{{unit}}", do: disable}
    become: yes
"""
"""Of a service that runs: what is in force already is made to last."""

START = f"""\
parameters:
  unit: {{help: the service that puts the rules in force}}
pre:
{_SYSTEMD}steps:
{_LATER.replace("@undo@", 'systemctl, stop, "{{unit}}"')}\
  - unit: {{name: "{{{{unit}}}}", do: start}}
    become: yes
{_TRIED}post:
  - check: {{unit: "{{{{unit}}}}", is: active}}
rollback:
  - unit: {{name: "{{{{unit}}}}", do: stop}}
    become: yes
{_NOT_LATER}{_BACK}"""

UFW = f"""\
pre:
{_SYSTEMD}steps:
  - file: {{path: /etc/ufw/user.rules, state: kept}}
    become: yes
  - file: {{path: /etc/ufw/user6.rules, state: kept}}
    become: yes
  - file: {{path: /etc/ufw/ufw.conf, state: kept}}
    become: yes
  - script: |
      ports=$(/usr/sbin/sshd -T | sed -n 's/^port //p')
      [ -n "$ports" ] || {{ echo "sshd does not say at which port it listens"; exit 1; }}
      for port in $ports; do ufw allow "$port/tcp" || exit 1; done
    name: let ssh in
    become: yes
{_LATER.replace("@undo@", "ufw, disable")}\
  - command: [ufw, --force, enable]
    become: yes
{_TRIED}post:
  - check: {{command: [ufw, status], says: "^Status: active"}}
    become: yes
rollback:
  - command: [ufw, disable]
    become: yes
  - restore: files
{_NOT_LATER}{_BACK}"""

_DEBIAN = 'like(os, "debian*") or like(os, "ubuntu*")'

_TABLE = """\
        table inet tui_ops
        delete table inet tui_ops
        table inet tui_ops {
          chain input {
            type filter hook input priority 0; policy drop;
            ct state established,related accept
            iif "lo" accept
            meta l4proto { icmp, ipv6-icmp } accept
            udp dport { 68, 546 } accept
            tcp dport { {{tcp}} } accept
          }
        }
"""
"""A table of its own, so that what others wrote stays. The two ports of UDP are those of a client of DHCP."""

_CONF = "/etc/nftables.conf", "/etc/sysconfig/nftables.conf"


def _conf(path: str, when: str) -> str:
    return f"""\
  - file:
      path: {path}
      mode: "0600"
      template: yes
      content: |
{_TABLE}    become: yes
    when: {when}
"""


_CHOOSE = f"conf={_CONF[0]}; [ ! -e {_CONF[1]} ] || conf={_CONF[1]}"

FILTER = f"""\
parameters:
  tcp:
    pattern: "[0-9][0-9, ]{{0,200}}"
    help: "the ports of TCP that everybody may reach, that of ssh among them: 22, 443"
pre:
{_SYSTEMD}\
  - script: |
      for unit in ufw firewalld netfilter-persistent iptables ip6tables ferm shorewall shorewall6; do
        if systemctl is-active --quiet "$unit.service" || systemctl is-enabled --quiet "$unit.service" 2>/dev/null; then
          echo "$unit keeps a filter here: write the rules there"
          exit 1
        fi
      done
    name: nothing else keeps a filter
  - script: |
      ports=$(/usr/sbin/sshd -T | sed -n 's/^port //p')
      for port in ${{ports:-22}}; do
        case ",$(echo "$TUI_tcp" | tr -d ' ')," in
        *",$port,"*) ;;
        *) echo "sshd listens at $port, which is not among the ports that are let in: $TUI_tcp"; exit 1 ;;
        esac
      done
    name: ssh is let in
    become: yes
steps:
  - package: nftables
    become: yes
{_conf(_CONF[0], _DEBIAN)}{_conf(_CONF[1], f"not ({_DEBIAN})")}\
  - script: |
      {_CHOOSE}
      exec nft -c -f "$conf"
    name: nft understands it
    become: yes
{_LATER.replace("@undo@", "nft, delete, table, inet, tui_ops")}\
  - script: |
      {_CHOOSE}
      exec nft -f "$conf"
    name: put it in force
    become: yes
{_TRIED}\
  - unit: {{name: nftables, do: enable}}
    become: yes
  - unit: {{name: nftables, do: start}}
    become: yes
post:
  - check: {{command: [nft, list, chain, inet, tui_ops, input], says: "policy drop"}}
    become: yes
rollback:
  - script: nft delete table inet tui_ops 2>/dev/null || exit 0
    name: take the filter away
    become: yes
  - script: |
      systemctl disable --quiet nftables
      own=/run/systemd/system/nftables.service.d
      mkdir -p "$own"
      printf '[Service]\\nExecStop=\\n' >"$own/tui-ops.conf"
      systemctl daemon-reload
      systemctl stop nftables
      rm -rf "$own"
      systemctl daemon-reload
    name: nftables is there no more, and leaves the rules of others alone
    become: yes
  - restore: files
{_NOT_LATER}{_BACK}"""
"""A filter where there is none: everything is refused but what a person names. When it is taken back, nftables stops
without its last act, by which it would throw away the rules of others."""

RULES = "who has to reach what, only people know: write the rule for it, with a second session open"
"""Why a filter that is there, and lets too much in, is left to people."""


def active(seen: Seen) -> Way | None:
    """Return the way of a filter by what it lacks: it does not start, does not run, is switched off, is not there."""
    lacks = seen.data.get("lacks")
    if lacks == "start":
        return Way(ENABLE, told("unit"))
    if lacks == "run":
        return Way(START, told("unit"))
    return Way(UFW) if lacks == "switch" else bare(seen)


def bare(seen: Seen) -> Way | None:
    """Return the way of a host without any filter; None where there is one."""
    return Way(FILTER) if seen.data.get("lacks") == "filter" else None
