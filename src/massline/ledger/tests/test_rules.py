"""What is hashed: one spelling for one meaning, and of a text only its salted digest."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.ledger.rules import EntryTooLong, canonical, digest, entry_bytes, new_salt

FACTS = st.dictionaries(
    st.text(max_size=10), st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20), max_size=5
)


@given(FACTS)
def test_an_entry_is_canonical_json_of_what_went_in(facts) -> None:
    line = entry_bytes("2026-11-22T08:00:00.000+00:00", "case.opened", canonical(facts))
    read = json.loads(line)
    assert read == {"at": "2026-11-22T08:00:00.000+00:00", "kind": "case.opened", "data": facts}
    assert canonical(read).encode() == line


@given(FACTS)
def test_the_order_in_which_facts_are_given_changes_nothing(facts) -> None:
    assert canonical(dict(reversed(facts.items()))) == canonical(facts)


def test_an_entry_too_long_for_its_readers_is_refused() -> None:
    with pytest.raises(EntryTooLong, match="65535 are the most"):
        entry_bytes("2026", "call.opened", canonical({"title": "x" * 65_535}))


@given(st.text(max_size=50), st.text(max_size=50))
def test_two_texts_have_one_digest_only_when_they_are_the_same(one: str, other: str) -> None:
    salt = new_salt()
    assert (digest(one, salt) == digest(other, salt)) == (one == other)
    assert digest(one, salt) != digest(one, new_salt())
