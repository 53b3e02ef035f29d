"""``tui-ops audit verify``: whether the chain of the audit is whole."""

import argparse
from functools import partial

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, counted, say, shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "what", metavar="verify", choices=("verify",), help="look for changed, removed, inserted or moved entries"
    )


def run(_options: argparse.Namespace, context: Context) -> int:
    """Walk the whole chain and print every place where it does not hold."""
    from tui_ops.practices.audit.rules import verify_log
    from tui_ops.store.head import read_head
    from tui_ops.store.views.audit import audit_links

    head = partial(read_head, context.state.audit_head)
    with context.read() as reader:
        verifier = verify_log(partial(audit_links, reader), head)
    for one in verifier.breaks:
        print(f"entry {one.id}: {one.kind}: {shown(one.text)}")
    if verifier.breaks:
        more = "; there may be more" if verifier.full else ""
        entries = _entries(verifier.entries)
        say(f"the audit is not whole: {counted(len(verifier.breaks), 'break')} in {entries}{more}")
        return Exit.NO
    print(f"the audit is whole: {_entries(verifier.entries)}")
    return Exit.OK


def _entries(number: int) -> str:
    return counted(number, "entry", "entries")
