"""Plans of the packet filter: whatever may shut out who asks for it takes itself back, unless somebody says in time
that he still gets in.

Until somebody has said so nothing is written that a start of the host would put in force: so whoever is shut out is let
in again by that too.
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

_KEPT = "/run/tui-ops-filter"
"""Where the rules of before are noted: root alone writes to /run, and a start of the host forgets them."""

_PUT_BACK = """\
      own=/run/systemd/system/nftables.service.d
      mkdir -p "$own"
      printf '[Service]\\nExecStop=\\n' >"$own/tui-ops.conf"
      systemctl daemon-reload
      systemctl stop nftables
      rm -f "$own/tui-ops.conf"
      rmdir "$own" 2>/dev/null
      systemctl daemon-reload
"""
"""Stops nftables without its last act, by which it would throw away the rules of others."""

START = f"""\
pre:
{_SYSTEMD}\
  - script: |
      rules=$(nft list ruleset) || {{ echo "nft does not say which rules are in force"; exit 1; }}
      case $rules in
      *'xt match'* | *'xt target'*) echo "rules of iptables are in force, which nft could not put back"; exit 1 ;;
      esac
    name: what is in force could be put back
    become: yes
steps:
  - script: |
      umask 077
      rm -rf {_KEPT}
      mkdir {_KEPT} && cd {_KEPT} || exit 1
      {{ echo "flush ruleset"; nft list ruleset; }} >rules && nft -c -f rules || exit 1
      nft -s list ruleset >before || exit 1
      cat >undo <<'undo'
{_PUT_BACK}\
      exec nft -f {_KEPT}/rules
      undo
    name: note the rules that are in force
    become: yes
{_LATER.replace("@undo@", f"/bin/sh, {_KEPT}/undo")}\
  - unit: {{name: nftables, do: start}}
    become: yes
  - script: nft -s list ruleset >{_KEPT}/after
    name: note the rules that came
    become: yes
{_TRIED}post:
  - check: {{unit: nftables, is: active}}
rollback:
  - script: |
      cd {_KEPT} || {{ echo "the host has started anew: nothing tells which rules were in force before"; exit 1; }}
      now=$(nft -s list ruleset) || exit 1
      if [ -e after ] && [ "$now" != "$(cat after)" ] && [ "$now" != "$(cat before)" ]; then
        echo "rules have come or gone since, and would be lost: stop nftables by hand"
        exit 1
      fi
      exec /bin/sh undo
    name: put the rules of before in force
    become: yes
{_NOT_LATER}{_BACK}"""
"""Of nftables alone: a stop of it is not enough, which takes away all rules, and says nothing of those of before."""

START_BY_HAND = "its rules may shut you out, and a stop of it brings nothing back: start it with a second session open"
"""Why services besides nftables are not started: netfilter-persistent leaves its rules when it is stopped, and others
take away more than they brought."""

_PORTS = '"[0-9][0-9, ]{0,200}"'

_REACHED = f"""\
parameters:
  tcp:
    pattern: {_PORTS}
    help: "the ports of TCP that everybody may reach, that of ssh among them: 22, 443"
  udp:
    pattern: {_PORTS}
    default: "68"
    help: "the ports of UDP that everybody may reach, those of WireGuard and DNS among them: 53, 51820"
"""
"""The port of UDP that it begins with is that of a client of DHCP, which is let in anyway."""

_IS_IN = """\
      is_in() { case ",$(echo "$2" | tr -d ' ')," in *",$1,"*) ;; *) return 1 ;; esac; }
"""

_OUTER = """\
      outer='{ port = at = $4; sub(/.*:/, "", port); sub(/:[^:]*$/, "", at) }
        at ~ /^(127[.]|[[]::1[]]|[[]::ffff:127[.])/ || at ~ /%lo$/ { next }'
"""
"""Awk for lines of ss: the port of what listens for others than the host itself."""

_LET_IN = f"""\
  - script: |
{_IS_IN}\
      set -- ${{SSH_CONNECTION-}}
      [ -z "${{4-}}" ] || is_in "$4" "$TUI_tcp" && exit 0
      echo "this desk comes in at $4, which is not among the ports that are let in: $TUI_tcp"
      exit 1
    name: this desk is let in
  - script: |
{_IS_IN}\
      command -v ss >/dev/null || {{ echo "there is no ss here, which tells what listens"; exit 1; }}
{_OUTER}\
      tcp=$(ss -H -l -t -n -p) || {{ echo "ss does not say what listens"; exit 1; }}
      ports=$(/usr/sbin/sshd -T | sed -n 's/^port //p'
        echo "$tcp" | awk "$outer"' /"(sshd|dropbear)"/ {{ print port }}'
        for unit in $(systemctl list-units --type=socket --state=active --plain --no-legend '*ssh*' | cut -d' ' -f1); do
          systemctl show -p Listen "$unit" | sed -nE 's/^Listen=[^v/]*:([0-9]+) [(]Stream[)]$/\\1/p'
        done)
      [ -n "$ports" ] || {{ echo "nothing tells at which port ssh listens"; exit 1; }}
      for port in $ports; do
        is_in "$port" "$TUI_tcp" && continue
        echo "ssh listens at $port, which is not among the ports that are let in: $TUI_tcp"
        exit 1
      done
    name: ssh is let in
    become: yes
  - script: |
{_IS_IN}\
      udp=$(ss -H -l -u -n -p) && raw=$(ss -H -l -w -n) || {{ echo "ss does not say what listens"; exit 1; }}
{_OUTER}\
      shut=''
      for port in $(echo "$udp" | awk "$outer"' NF {{ print port }}' | sort -nu); do
        case $port in 68 | 546) continue ;; esac
        is_in "$port" "$TUI_udp" || shut="$shut $port"
      done
      [ -z "$shut" ] || {{
        echo "at UDP$shut something listens for others, and is not let in: name these ports, or stop what listens there"
        exit 1
      }}
      for port in $(echo "$raw" | awk "$outer"' NF {{ print port }}'); do
        case $port in icmp | ipv6-icmp | 1 | 58) continue ;; esac
        echo "the protocol $port is spoken here, which would be shut out: write the rules by hand"
        exit 1
      done
      [ -z "$(ip xfrm state 2>/dev/null)" ] || {{ echo "IPsec comes in here: write the rules by hand"; exit 1; }}
    name: nothing that others reach by UDP is shut out
    become: yes
"""
"""What is established stays so for as long as nobody moves: a tunnel whose other end gets another address is shut out
long after the trial. So what listens for others is let in, or is not there. WireGuard's socket has no process. By which
port this desk has come a step knows where nothing but sshd has begun it; else every sshd that listens counts."""

UFW = f"""\
{_REACHED}pre:
{_SYSTEMD}{_LET_IN}steps:
  - file: {{path: /etc/ufw/user.rules, state: kept}}
    become: yes
  - file: {{path: /etc/ufw/user6.rules, state: kept}}
    become: yes
  - file: {{path: /etc/ufw/ufw.conf, state: kept}}
    become: yes
  - script: |
      for port in $(echo "$TUI_tcp" | tr , ' '); do ufw allow "$port/tcp" || exit 1; done
      for port in $(echo "$TUI_udp" | tr , ' '); do
        case $port in 68 | 546) continue ;; esac
        ufw allow "$port/udp" || exit 1
      done
    name: let in what is to be reached
    become: yes
{_LATER.replace("@undo@", "ufw, disable")}\
  - script: |
      ufw --force enable
      came=$?
      sed -i 's/^ENABLED=.*/ENABLED=no/' /etc/ufw/ufw.conf && grep -q '^ENABLED=no$' /etc/ufw/ufw.conf || exit 1
      exit "$came"
    name: put it in force, and not yet at a start of the host
    become: yes
{_TRIED}\
  - command: [ufw, --force, enable]
    name: put it in force at each start too
    become: yes
post:
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
            udp dport { 68, 546, {{udp}} } accept
            tcp dport { {{tcp}} } accept
          }
        }
"""
"""A table of its own, so that what others wrote stays. The two ports of UDP are those of a client of DHCP."""

_TRIAL = "/run/tui-ops-filter.nft"
"""The same for as long as it is tried: a start of the host has forgotten it."""

_CONF = "/etc/nftables.conf", "/etc/sysconfig/nftables.conf"


def _conf(path: str, when: str = "") -> str:
    only = f"    when: {when}\n" if when else ""
    return f"""\
  - file:
      path: {path}
      mode: "0600"
      template: yes
      content: |
{_TABLE}    become: yes
{only}"""


FILTER = f"""\
{_REACHED}pre:
{_SYSTEMD}\
  - script: |
      for unit in ufw firewalld nftables netfilter-persistent iptables ip6tables ferm shorewall shorewall6; do
        if systemctl is-active --quiet "$unit.service" || systemctl is-enabled --quiet "$unit.service" 2>/dev/null; then
          echo "$unit keeps a filter here: write the rules there"
          exit 1
        fi
      done
    name: nothing else keeps a filter
{_LET_IN}steps:
  - package: nftables
    become: yes
{_conf(_TRIAL)}\
  - command: [nft, -c, -f, {_TRIAL}]
    name: nft understands it
    become: yes
{_LATER.replace("@undo@", "nft, delete, table, inet, tui_ops")}\
  - command: [nft, -f, {_TRIAL}]
    name: put it in force
    become: yes
{_TRIED}\
{_conf(_CONF[0], _DEBIAN)}{_conf(_CONF[1], f"not ({_DEBIAN})")}\
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
{_PUT_BACK}\
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
        return Way(START) if seen.data.get("unit") == "nftables" else Way(by_hand=START_BY_HAND)
    return Way(UFW) if lacks == "switch" else bare(seen)


def bare(seen: Seen) -> Way | None:
    """Return the way of a host without any filter; None where there is one."""
    return Way(FILTER) if seen.data.get("lacks") == "filter" else None
