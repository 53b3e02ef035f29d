"""What is remembered of sources of logins, reading after reading; and what a baseline is made of."""

from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.facts import Fields
from tui_ops.practices.security.baselines import KEYS, LISTENERS, SUID, differing, first_names_in, names_in
from tui_ops.practices.security.logins import (
    ALONE,
    GUESSES,
    ROWS_MOST,
    SourceRow,
    has_got_in,
    is_guessing,
    logins_in,
    merged,
    name_of,
    names_of,
    network_of,
)

DAY = 86400.0


def items(accepted: tuple[str, ...] = (), failed: tuple[str, ...] = ()) -> dict[str, Fields]:
    return {"accepted": {"logins": list(accepted)}, "failures": {"count": len(failed), "sources": list(failed)}}


def row(rows: list[SourceRow], source: str, account: str = ALONE) -> SourceRow:
    return next(one for one in rows if (one.source, one.account) == (source, account))


class TestMerging:
    def test_a_login_is_counted_once_however_often_it_is_read(self) -> None:
        said = items(("anna 203.0.113.7 publickey 1000 SHA256:x",))
        rows = merged(merged([], said, 1100.0), said, 1200.0)
        assert row(rows, "203.0.113.7", "anna") == SourceRow("203.0.113.7", "anna", 1000.0, 1000.0, 1)

    def test_a_later_one_is_added_and_the_first_stays_the_first(self) -> None:
        rows = merged([], items(("anna 203.0.113.7 publickey 1000",)), 1100.0)
        rows = merged(rows, items(("anna 203.0.113.7 password 2000", "anna 203.0.113.7 publickey 1000")), 2100.0)
        one = row(rows, "203.0.113.7", "anna")
        assert (one.first_at, one.last_at, one.good) == (1000.0, 2000.0, 2)

    def test_tries_of_overlapping_days_are_at_least_as_many_as_are_told(self) -> None:
        """Forty, then fifty of which some may be the same: at least fifty were made."""
        rows = merged([], items(failed=("198.51.100.9 40 root",)), 1000.0)
        rows = merged(rows, items(failed=("198.51.100.9 50 root",)), 4600.0)
        assert (row(rows, "198.51.100.9").failed, row(rows, "198.51.100.9").failed_day) == (50, 50)

    def test_a_source_that_is_quiet_guesses_no_more_and_is_remembered(self) -> None:
        rows = merged([], items(failed=("198.51.100.9 40 root",)), 1000.0)
        rows = merged(rows, items(), 1000.0 + DAY)
        assert not is_guessing(row(rows, "198.51.100.9"))
        assert row(rows, "198.51.100.9").failed == 40

    def test_what_was_not_read_changes_nothing(self) -> None:
        rows = merged([], items(failed=("198.51.100.9 40 root",)), 1000.0)
        assert merged(rows, {"account anna": {"last": 5}}, 2000.0) == rows

    def test_a_password_while_it_guesses_is_a_guess_that_got_in(self) -> None:
        said = items(("bert 198.51.100.9 password 1500",), (f"198.51.100.9 {GUESSES} bert",))
        rows = merged([], said, 2000.0)
        assert has_got_in(row(rows, "198.51.100.9"))
        # And stays one when nobody tries any more.
        assert has_got_in(row(merged(rows, items(), 2000.0 + DAY), "198.51.100.9"))

    def test_fewer_tries_than_the_rule_says_are_a_forgotten_password(self) -> None:
        said = items(("bert 198.51.100.9 password 1500",), (f"198.51.100.9 {GUESSES - 1} bert",))
        assert not has_got_in(row(merged([], said, 2000.0), "198.51.100.9"))

    def test_a_key_is_not_guessed(self) -> None:
        said = items(("bert 198.51.100.9 publickey 1500 SHA256:x",), ("198.51.100.9 400 bert",))
        assert not has_got_in(row(merged([], said, 2000.0), "198.51.100.9"))

    def test_thousands_of_addresses_do_not_push_out_who_came_in(self) -> None:
        said = items(("anna 203.0.113.7 publickey 1000",))
        rows = merged([], said, 1100.0)
        for day in range(1, 12):
            flood = tuple(f"198.51.{day}.{number} 3 root" for number in range(200))
            rows = merged(rows, items(failed=flood), 1100.0 + day * DAY)
        assert len(rows) == ROWS_MOST
        assert row(rows, "203.0.113.7", "anna").good == 1

    @given(st.lists(st.text(max_size=60), max_size=20), st.lists(st.text(max_size=60), max_size=20))
    def test_any_words_are_survived(self, accepted: list[str], failed: list[str]) -> None:
        rows = merged([], items(tuple(accepted), tuple(failed)), 1000.0)
        assert len({(one.source, one.account) for one in rows}) == len(rows)
        assert names_of(rows) == sorted(set(names_of(rows)))

    @given(st.dictionaries(st.sampled_from(["accepted", "failures"]), st.dictionaries(
        st.sampled_from(["logins", "sources", "count"]), st.none() | st.integers() | st.text(max_size=5))))  # fmt: skip
    def test_any_shape_is_survived(self, said: dict[str, dict[str, int | str | None]]) -> None:
        merged([], said, 1.0)  # type: ignore[arg-type]
        assert logins_in(said) == []  # type: ignore[arg-type]


def test_sources_are_known_by_their_network() -> None:
    assert network_of("203.0.113.7") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2::7") == "2001:db8:1::/48"
    assert network_of("::ffff:203.0.113.7") == "203.0.113.0/24"
    assert network_of("fe80::1%eth0") == "fe80::/48"
    assert network_of("UNKNOWN") == "UNKNOWN"
    assert name_of(SourceRow("203.0.113.7", "anna", 0, 0, 1)) == "anna 203.0.113.0/24"


class TestBaselines:
    def test_of_listeners_have_those_that_others_reach(self) -> None:
        names = ["tcp 0.0.0.0:22", "tcp 127.0.0.1:631", "udp [::]:53", "unix /run/x"]
        assert names_in(LISTENERS, names) == ["tcp 0.0.0.0:22", "udp [::]:53"]

    def test_of_programs_have_those_that_lend_rights(self) -> None:
        assert names_in(SUID, ["suid /usr/bin/su", "writable /tmp/x"]) == ["/usr/bin/su"]

    def test_of_programs_are_first_set_to_what_packages_brought(self) -> None:
        su: Fields = {"packaged": True}
        assert first_names_in(
            SUID, {"suid /usr/bin/su": su, "suid /opt/x": {"packaged": False}, "writable /a": {}}
        ) == ["/usr/bin/su"]
        assert first_names_in(SUID, {"suid /usr/bin/su": su, "suid /opt/x": {}}) is None
        assert first_names_in(KEYS, {"a SHA256:x": {}}) == ["a SHA256:x"]

    def test_of_keys_have_all(self) -> None:
        assert names_in(KEYS, ["b SHA256:y", "a SHA256:x"]) == ["a SHA256:x", "b SHA256:y"]

    def test_tell_what_is_new_and_what_goes(self) -> None:
        assert differing(["a", "b"], ["b", "c"]) == (["c"], ["a"])
