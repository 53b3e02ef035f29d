"""The acts on reports of other scanners, declared."""

from tui_ops.actions.action import Action, Danger, Param, ParamKind, Stream
from tui_ops.actions.declaring import opt
from tui_ops.model.people import Role
from tui_ops.practices.administration import rules as administration

TOOLS = ("lynis", "openscap")
"""Scanners that are run on hosts."""

FINDINGS_IMPORT = Action(
    id="findings.import", label="bring in a report", noun="fleet", role=Role.OPERATOR, danger=Danger.NONE,
    stream=Stream.FILE,
    params=(
        Param("file", "what the file is called", help="tui-ops findings import FILE sends it"),
        opt("host", "the host that it is about", help="where the report does not say, or calls it otherwise"),
        opt("dated", "when the file was written", help="epoch seconds, where the report does not say"),
        opt("whole", "it names all that the tool sees", kind=ParamKind.FLAG, default="no",
            help="what it no longer names is gone; leave it away for a report that was filtered"),
    ),
    words=("scanner", "lynis", "openscap", "trivy", "grype", "sarif", "ssh-audit", "openvex", "vuls"),
    help="Takes in a report of another scanner. An OpenVEX document sets findings aside, which takes an approver.",
)  # fmt: skip

SCAN_RUN = Action(
    id="scan.run", label="run a scanner", noun="host", role=Role.OPERATOR, danger=Danger.GRAVE,
    rule=administration.may_log_in, own_role=Role.ADMIN,
    params=(Param("tool", "which", choices=TOOLS, default="lynis"),),
    words=("lynis", "openscap", "oscap", "audit"),
    help="Runs Lynis or OpenSCAP on the host, as root and at low priority, and takes in its report.",
)  # fmt: skip

ACTS: tuple[Action, ...] = (FINDINGS_IMPORT, SCAN_RUN)
"""In the order in which menus have them."""
