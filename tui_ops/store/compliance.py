"""Writing attestations, kept audits, and which frameworks are shown."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, delete, select

from tui_ops.model.compliance import attestation_name
from tui_ops.model.incidents import number_in
from tui_ops.store.tables.security import Attestation, FrameworkText
from tui_ops.store.views.compliance import FrameworkRow


@dataclass(frozen=True, slots=True)
class AttestationRecord:
    """An attestation as an act sees it."""

    id: int
    name: str
    revision: int
    ended_at: float | None


def find_attestations(session: Session, names: Sequence[str]) -> list[AttestationRecord]:
    """Return the attestations of these names, each once, those that there are."""
    found: dict[int, AttestationRecord] = {}
    for name in names:
        number = number_in(name, "ATT")
        row = session.get(Attestation, number) if number is not None else None
        if row is not None and row.id is not None:
            found[row.id] = AttestationRecord(row.id, attestation_name(row.id), row.revision, row.ended_at)
    return list(found.values())


def attestations_of(session: Session, framework: str, control: str, scope: str) -> list[Attestation]:
    """Return the attestations of a control in exactly one scope that were neither replaced nor withdrawn."""
    query = select(Attestation).where(
        Attestation.framework == framework, Attestation.control == control, Attestation.scope == scope,
        col(Attestation.ended_at).is_(None),
    )  # fmt: skip
    return list(session.exec(query).all())


def write_frameworks(session: Session, rows: Sequence[FrameworkRow]) -> None:
    """Write which frameworks are shown, in the place of those before."""
    session.exec(delete(FrameworkText))
    session.add_all([FrameworkText(name=row.name, body=row.body, wrong=row.wrong, file=row.file) for row in rows])


def plain(session: Session) -> sqlite3.Connection:
    """Return the connection of a transaction for the queries of the views: they then see what it has written."""
    session.flush()
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection
