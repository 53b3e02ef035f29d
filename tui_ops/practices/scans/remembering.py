"""Statements of OpenVEX that are kept: a finding that comes later is treated as they say, until they run out.

An approver has brought each of them in, so that a later finding goes out of sight by that one's word, for as long as
those that were there at the time. Whoever takes that back for one finding has it taken back for all that come.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from tui_ops.model.people import Who
from tui_ops.model.scans import Scan, Statement
from tui_ops.practices.asked import Refused
from tui_ops.practices.scans.sweeping import known_data
from tui_ops.practices.scans.vexing import ASIDE, Weakness, is_about, weakness_name, words_of
from tui_ops.practices.security.accepting import LONGEST_S
from tui_ops.practices.security.findings import Taken
from tui_ops.practices.security.suppressing import Aside, Word, suppress
from tui_ops.store import scans as scan_store
from tui_ops.store import vex as store
from tui_ops.store.tables.security import VexStatement

KEPT_MOST = 100_000
"""Statements that are kept, each counted for every name of its vulnerability: of a distribution's whole feed a tenth
is about what one fleet has, and beyond this each sweep would wait for them."""


def keep(
    session: Session, scan: Scan, import_id: int, sha: str, host_id: int | None, by: Who, at: float
) -> dict[Statement, int]:  # fmt: skip
    """Keep what a document says, in the place of what the same file said before.

    Args:
        session: of the transaction.
        scan: the document.
        import_id: its row among the imports.
        sha: of its file.
        host_id: the host that it is said to be for; None: all.
        by: the approver who brings it in.
        at: now, epoch seconds.

    Returns:
        The statements with their numbers.

    Raises:
        Refused: there are too many.
    """
    store.forget_statements(session, sha, host_id, at)
    made: list[tuple[Statement, VexStatement]] = []
    for statement in scan.statements:
        products = json.dumps([[one.name, one.version, one.within] for one in statement.products], ensure_ascii=False)
        for name in dict.fromkeys(one.upper() for one in statement.names):
            made.append((statement, VexStatement(
                import_id=import_id, name=name, status=str(statement.status), why=statement.why, products=products,
                host_id=host_id, source=scan.note, by_uid=by.uid, at=at, expires_at=at + LONGEST_S,
            )))  # fmt: skip
    if store.count_statements(session) + len(made) > KEPT_MOST:
        raise Refused(
            f"more than {KEPT_MOST} statements would be kept for findings to come",
            "import only what is about packages that hosts have",
        )
    store.add_statements(session, [row for _, row in made])
    return {statement: row.id or 0 for statement, row in made}


def set_aside_later(session: Session, taken: Taken, at: float) -> Taken:
    """Set aside, of the findings that have just opened or come back, those that kept statements speak of.

    Args:
        session: of the transaction in which they opened.
        taken: what became of findings.
        at: now, epoch seconds, as it was for them.

    Returns:
        The same, with nothing critical in it that is out of sight.
    """
    # One that is worse than what was accepted, or was only said to be gone, was not opened anew, and stays.
    numbers = [*taken.opened, *taken.returned]
    if not numbers or not store.count_statements(session):
        return taken
    rows = store.opened_weaknesses(session, numbers, at)
    about = store.statements_about(session, {weakness_name(row[1]).upper() for row in rows}, at)
    if not about:
        return taken
    hosts = {number: name for number, name, _ in scan_store.hosts(session)}
    aside = []
    for number, check, host_id, kept in rows:
        one = weakness(number, check, hosts.get(host_id or 0, ""), kept)
        word = _last_word(about.get(one.name.upper(), ()), one, host_id)
        if word is not None:
            aside.append(Aside(number, words_of(word.statement), _word(word), word.id))
    gone = set(suppress(session, aside, at).changed)
    return replace(taken, critical=[one for one in taken.critical if one not in gone]) if gone else taken


def weakness(number: int, check: str, host: str, kept: str) -> Weakness:
    """Return a finding as statements are held against it.

    Args:
        number: of the finding.
        check: that sees it.
        host: its host's name.
        kept: its data, as JSON.
    """
    data = known_data(kept)
    return Weakness(
        number, weakness_name(check), host, str(data.get("package", "")), str(data.get("installed", "")),
        str(data.get("part", "")),
    )  # fmt: skip


def _last_word(
    said: Sequence[store.KeptStatement], one: Weakness, host_id: int | None
) -> store.KeptStatement | None:  # fmt: skip
    """Return the last statement about a finding, if it sets it aside and nobody took it back."""
    fits = [
        word for word in said
        if word.host_id in (None, host_id) and is_about(word.statement, one, word.host_id is not None)
    ]  # fmt: skip
    return fits[-1] if fits and fits[-1].statement.status in ASIDE and not fits[-1].ended else None


def _word(word: store.KeptStatement) -> Word:
    source = ", ".join(one for one in (word.source, word.file) if one)
    return Word(source, word.by, word.by_uid, word.at, word.expires_at)
