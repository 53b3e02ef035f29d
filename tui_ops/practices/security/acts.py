"""Trusting host keys."""

from sqlmodel import Session

from tui_ops.model.states import HostState
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.security.rules import is_fingerprint
from tui_ops.store import records
from tui_ops.store.records import HostRecord

KEYS_MOST = 10
"""Keys of one host: a server has one of each type, and there are fewer types than this."""


def trust_keys(session: Session, asked: Asked) -> Done:
    """Trust, for every target, exactly the fingerprints that were compared.

    A host that has offered a key is only trusted with a fingerprint that it has offered, so that what was
    compared is what is trusted; one that was never asked takes them as they are given. A trusted key is
    given up only where ``replace`` says so.

    Raises:
        Refused: a target without a fingerprint, a fingerprint that is none or was not offered.
    """
    given = asked.params["fingerprints"]
    done = Done("")
    for target in asked.targets:
        assert isinstance(target, HostRecord)
        wanted = _wanted(given, target, alone=len(asked.targets) == 1)
        done.outcomes[target.name] = _trust_one(session, asked, target, wanted)
        done.events.append((target.id, "key", f"{done.outcomes[target.name]} by {asked.who.name}"))
    records.touch_hosts(session, [target.id for target in asked.targets])
    names = list(done.outcomes)
    done.message = (
        f"{names[0]}: {done.outcomes[names[0]]}" if len(names) == 1 else f"keys of {len(names)} hosts trusted"
    )
    return done


def _wanted(given: object, target: HostRecord, alone: bool) -> list[str]:
    found = given.get(target.name) if isinstance(given, dict) else given if alone else None
    wanted = [found] if isinstance(found, str) else found
    if not isinstance(wanted, list) or not wanted or len(wanted) > KEYS_MOST:
        raise Refused(
            f"{target.name}: no fingerprint was given for it", "name one for every host, or leave the host out"
        )
    for one in wanted:
        if not isinstance(one, str) or not is_fingerprint(one):
            raise Refused(
                f"{target.name}: {one!r:.60} is not a fingerprint", "give it as ssh-keygen -lf prints it: SHA256:…"
            )
    return wanted


def _trust_one(session: Session, asked: Asked, target: HostRecord, wanted: list[str]) -> str:
    keys = records.keys_of(session, target.id)
    offered = {key.fingerprint for key in keys if key.seen_at is not None}
    trusted = {key.fingerprint for key in keys if key.trusted_at is not None and key.revoked_at is None}
    strange = [one for one in wanted if offered and one not in offered and one not in trusted]
    if strange:
        raise Refused(
            f"{target.name} has not offered {strange[0]}", f"it offered {', '.join(sorted(offered))}: compare again"
        )
    other = sorted(trusted - set(wanted))
    if (other or target.state is HostState.KEY_CHANGED) and not asked.flag("replace"):
        raise Refused(
            f"{target.name} has another trusted key already{': ' if other else ''}{', '.join(other)}",
            "if the host was really given a new key, trust it with replace=yes",
        )
    for one in wanted:
        records.trust_key(session, target.id, one, asked.at, asked.who.name)
    gone = records.revoke_other_keys(session, target.id, set(wanted), asked.at)
    text = f"trusted {', '.join(wanted)}"
    return f"{text} in place of {', '.join(gone)}" if gone else text
