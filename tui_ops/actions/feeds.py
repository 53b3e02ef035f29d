"""The acts on feeds of vulnerabilities, declared."""

from tui_ops.actions.action import Action, Danger, Param, ParamKind, Stream
from tui_ops.actions.declaring import opt
from tui_ops.model.people import Role
from tui_ops.model.vulnerabilities import FeedKind

KINDS = tuple(str(kind) for kind in FeedKind)

FEEDS_IMPORT = Action(
    id="feeds.import", label="bring in a feed", noun="fleet", role=Role.ADMIN, danger=Danger.NONE, stream=Stream.FILE,
    params=(
        Param("file", "what the file is called", help="tui-ops feeds import FILE sends it"),
        opt("kind", "its form", choices=KINDS, help="told by its content where left away"),
        opt("suite", "the release of a file of debsecan", help="its code name: bookworm"),
        opt("dated", "when its publisher made it", help="epoch seconds, where the file does not say"),
    ),
    words=("vulnerabilities", "cve", "debsecan", "osv", "kev", "epss"),
    help="Takes a feed of vulnerabilities in the place of the one of the same name, and judges every host anew.",
)  # fmt: skip

FEEDS_FORGET = Action(
    id="feeds.forget", label="forget a feed", noun="fleet", role=Role.ADMIN, danger=Danger.GRAVE,
    params=(Param("name", "which", kind=ParamKind.TEXT, help="as tui-ops feeds show has it"),),
    words=("vulnerabilities", "remove"),
    help="Leaves a feed out. Hosts that it judged are judged by another one, or are unknown; their findings stay.",
)  # fmt: skip

ACTS: tuple[Action, ...] = (FEEDS_IMPORT, FEEDS_FORGET)
"""In the order in which menus have them."""
