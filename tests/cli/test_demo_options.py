"""What is said before ``demo`` about the desk reaches the demo's own desk."""

from tui_ops.cli.arguments import global_parser
from tui_ops.cli.demo import desk_options


def test_the_look_of_the_desk_is_handed_on() -> None:
    """Theme, ASCII signs, mouse and read-only hold for the demo too; without them nothing is added."""
    given = global_parser().parse_args(["--theme", "mono", "--ascii", "--read-only", "--no-mouse", "demo"])
    assert desk_options(given) == ["--read-only", "--ascii", "--no-mouse", "--theme", "mono"]
    assert desk_options(global_parser().parse_args(["demo"])) == []
