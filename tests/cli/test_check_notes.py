"""``tui-ops check`` says where a file is right and still calls nobody."""

from pathlib import Path

TEXT = """\
name: shop
hosts: {a: {}}
operators: {anna: operator, bernd: operator, carl: operator}
oncall:
  contacts: {anna: {ways: {push: "json://127.0.0.1/anna"}}}
  rotations: {first: {people: [anna, bernd]}}
"""
POLICY = "  policies: {standard: {steps: [first, carl]}}\n"


def test_people_without_a_way_are_named(run, tmp_path: Path) -> None:
    """Those of rotations and those that a policy names itself; whoever is named nowhere is nobody's concern."""
    file = tmp_path / "fleet.yaml"
    file.write_text(TEXT + POLICY)
    ran = run("check", str(file))
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "note: bernd is called, and nothing says how: add 'bernd: {ways: …}' below 'oncall: contacts:'",
        "note: carl is called, and nothing says how: add 'carl: {ways: …}' below 'oncall: contacts:'",
        f"{file}: ok, shop: 1 host, 3 operators",
    ]


def test_a_viewer_who_is_called_is_named(run, tmp_path: Path) -> None:
    """He would be woken, and could do nothing to stop the calls."""
    file = tmp_path / "fleet.yaml"
    file.write_text(
        TEXT.replace("anna: operator", "anna: viewer").replace("[anna, bernd]", "[anna]")
        + "  policies: {standard: {steps: [first]}}\n"
    )
    note, _ = run("check", str(file)).out.splitlines()
    assert note == "note: anna is called, and as a viewer can't acknowledge: make him an operator"


def test_on_call_without_a_policy_calls_nobody(run, tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text(TEXT.replace("[anna, bernd]", "[anna]"))
    assert run("check", str(file)).out.splitlines() == [
        "note: people are on call, and nobody is called: add 'policies:' below 'oncall:'",
        f"{file}: ok, shop: 1 host, 3 operators",
    ]
