"""The section ``oncall``: what a good one gives. Its mistakes are in ``cases/bad_oncall.yaml``."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.inventory import InventoryError, load
from tui_ops.inventory import oncallfields as fields
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.fleet import SecretRef
from tui_ops.model.oncall import (
    MONTH,
    CallTarget,
    Contact,
    Hours,
    Layer,
    MailServer,
    OnCallSpec,
    Policy,
    Rotation,
    Schedule,
    Step,
    TargetKind,
    Tls,
    Use,
    Way,
    When,
)
from tui_ops.store.oncallplan import from_text, to_text

TEXT = """\
name: shop
hosts: {a: {}}
services: {shop: {hosts: [a]}}
operators: {anna: operator, bernd: operator, carl: admin}
oncall:
  timezone: Europe/Berlin
  business_hours: mon-fri 08:00-18:00
  mail: {server: mail.example.org, tls: starttls, from: desk@example.org, user: desk, password: !env MAIL}
  contacts:
    anna:
      ways:
        mail: anna@example.org
        push: !env ANNA
        sms: {url: !file sms, important: yes, limit: 5 in 15m}
      quiet: ["22:00-07:00", sun]
      timezone: Europe/London
    bernd: {ways: {chat: "json://127.0.0.1/bernd"}}
  rotations:
    first: {people: [anna, bernd], on: wed, at: "08:30"}
    nights: {people: [carl], every: 12h, starts: 2026-01-05, at: "20:00", timezone: UTC}
    months: {people: [carl], every: month, on: mon}
  schedules:
    line:
      title: First line
      layers: [first, {people: [carl], hours: "sat, sun 10:00-12:00"}]
  policies:
    standard: {repeat: 2, pause: 20m, steps: [line, {call: [nights, bernd], after: 15m}]}
    urgent: {steps: [{call: carl, important: yes, when: out of hours}]}
  use:
    - {policy: urgent, priority: 1-2, service: shop}
    - {policy: nobody, priority: P5}
    - standard
"""


def spec() -> OnCallSpec:
    return load(Path("fleet.yaml"), TEXT).oncall


def test_everything_that_a_section_says() -> None:
    """Zones come from the nearest place; a text stands for a mapping's first word."""
    berlin = "Europe/Berlin"
    week = 7 * 24 * 60
    line, nights, bernd, carl = (
        CallTarget(TargetKind.SCHEDULE, "line"), CallTarget(TargetKind.ROTATION, "nights"),
        CallTarget(TargetKind.PERSON, "bernd"), CallTarget(TargetKind.PERSON, "carl"),
    )  # fmt: skip
    every_day = (0, 1, 2, 3, 4, 5, 6)
    found = spec()
    assert found == OnCallSpec(
        contacts=(
            Contact(
                "anna",
                (
                    Way("mail", "anna@example.org"), Way("push", url=SecretRef("env", ("ANNA",))),
                    Way("sms", url=SecretRef("file", (str(Path("sms").absolute()),)), important=True, limit=5,
                        limit_s=900.0),
                ),
                (Hours(every_day, 1320, 420, "Europe/London"), Hours((6,), 0, 0, "Europe/London")),
            ),
            Contact("bernd", (Way("chat", url="json://127.0.0.1/bernd"),)),
        ),
        rotations=(
            Rotation("first", ("anna", "bernd"), week, datetime(2024, 1, 3, 8, 30), berlin),
            Rotation("nights", ("carl",), 720, datetime(2026, 1, 5, 20), "UTC"),
            Rotation("months", ("carl",), MONTH, datetime(2024, 1, 1, 9), berlin, 0),
        ),
        schedules=(
            Schedule("line", "First line",
                     (Layer("first"), Layer(people=("carl",), hours=(Hours((5, 6), 600, 720, berlin),))), berlin),
        ),
        policies=(
            Policy("standard", (Step((line,)), Step((nights, bernd), 900.0)), 2, 1200.0),
            Policy("urgent", (Step((carl,), when=When.OFF, important=True),)),
        ),
        uses=(Use("urgent", (1, 2), ("shop",)), Use("", (5,)), Use("standard")),
        business=(Hours((0, 1, 2, 3, 4), 480, 1080, berlin),),
        timezone=berlin,
        mail=MailServer("mail.example.org", 587, Tls.STARTTLS, "desk@example.org", "desk",
                        SecretRef("env", ("MAIL",))),
    )  # fmt: skip


def test_the_example_of_the_page_is_a_good_one() -> None:
    """Whoever copies it from ``docs/oncall.md`` has one without a mistake."""
    page = (Path(__file__).parents[2] / "docs" / "oncall.md").read_text()
    example = page.split("```yaml\n")[1].split("```")[0]
    found = load(Path("fleet.yaml"), f"name: x\nhosts: {{a: {{}}}}\n{example}").oncall
    assert [policy.name for policy in found.policies] == ["standard", "urgent"]


def test_without_the_section_nobody_is_called() -> None:
    """And an empty one is as good as none."""
    assert load(Path("f.yaml"), "name: x\nhosts: {a: {}}\n").oncall == OnCallSpec()
    assert load(Path("f.yaml"), "name: x\nhosts: {a: {}}\noncall:\n").oncall == OnCallSpec()


def test_a_way_by_mail_needs_a_server() -> None:
    """Found when the file is read, not at three in the morning."""
    text = TEXT.replace("  mail: {server", "  business_hours: {server", 1).replace(
        "  business_hours: mon", "  # mon", 1
    )
    with pytest.raises(InventoryError, match="there is no mail server"):
        load(Path("fleet.yaml"), text)


@pytest.mark.parametrize(("server", "good"), [("mail.example.org", False), ("localhost", True), ("127.0.0.1", True)])
def test_a_password_in_clear_goes_to_this_machine_only(server: str, good: bool) -> None:
    """Anywhere else it is a mistake of the file."""
    text = TEXT.replace("server: mail.example.org, tls: starttls", f"server: {server}")
    if good:
        assert load(Path("fleet.yaml"), text).oncall.mail is not None
    else:
        with pytest.raises(InventoryError, match=r"'desk' would go to .* in clear"):
            load(Path("fleet.yaml"), text)


def test_what_is_kept_for_readers_is_the_same_but_for_how_people_are_reached() -> None:
    """Addresses, servers and secrets are left out; names, limits and everything that is computed with stay."""
    text = to_text(spec())
    again = from_text(text)
    assert to_text(again) == text
    assert (again.rotations, again.schedules, again.policies, again.uses, again.business) == (
        spec().rotations, spec().schedules, spec().policies, spec().uses, spec().business,
    )  # fmt: skip
    assert [way.name for way in again.contacts[0].ways] == ["mail", "push", "sms"]
    for word in ("example.org", "127.0.0.1", "ANNA", 'sms""', "json:"):
        assert word not in text
    assert from_text("{}") == OnCallSpec()


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("mon-fri 08:00-18:00", Hours((0, 1, 2, 3, 4), 480, 1080, "")),
        ("fri-mon", Hours((0, 4, 5, 6), 0, 0, "")),
        ("tuesday, thu 9:00 - 24:00", Hours((1, 3), 540, 0, "")),
        ("22:00-07:00", Hours((0, 1, 2, 3, 4, 5, 6), 1320, 420, "")),
    ],
)
def test_hours_as_people_write_them(text: str, hours: Hours) -> None:
    """Days, a span, or both; a span over midnight belongs to the day on which it begins."""
    assert fields.hours(text) == hours


@given(st.text(max_size=30) | st.none() | st.lists(st.text(max_size=3)))
def test_whatever_stands_for_hours_limits_and_turns_is_read_or_refused(value: object) -> None:
    """Nothing but a refusal comes out of a wrong text."""
    for read in (
        fields.several_hours, fields.turn, fields.priorities, fields.url, fields.mail, fields.day, fields.time_of_day,
        lambda text: fields.limit(str(text)), lambda text: fields.timezone(str(text)), fields.a_date,
    ):  # fmt: skip
        with suppress(Wrong):
            read(value)
