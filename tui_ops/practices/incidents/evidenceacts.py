"""Asking for evidence. The looking itself follows when the act is on disk."""

from sqlmodel import Session

from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.store.evidence import hosts_and_onset


def take_evidence(session: Session, asked: Asked) -> Done:
    """Ask for evidence of incidents.

    Raises:
        Refused: one of them is about no host.
    """
    for target in asked.targets:
        if not hosts_and_onset(session, target.id)[0]:
            raise Refused(f"{target.name} is about no host", "there is nobody to ask")
    names = ", ".join(target.name for target in asked.targets)
    return Done(f"{names}: the hosts are looked at again")
