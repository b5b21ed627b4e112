"""The chain: whatever is changed, cut out, put in or reordered is noticed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.ledger.rules import (
    START,
    BrokenChain,
    Link,
    UnreadableLine,
    canonical,
    digest,
    entry_hash,
    from_lines,
    to_line,
    verify,
)


def chain(size: int) -> list[Link]:
    links, previous = [], START
    for index in range(size):
        at, data = f"2026-03-01T00:00:{index:02}.000+00:00", canonical({"message": index})
        found = entry_hash(index, at, "message.received", data=data, previous=previous)
        links.append(Link(index, at, "message.received", data, previous, found))
        previous = found
    return links


def test_a_chain_that_nobody_touched_holds() -> None:
    assert verify([]) == (0, START)
    assert verify(chain(7)) == (7, chain(7)[-1].hash)


@given(st.integers(0, 6), st.sampled_from(["at", "kind", "data", "previous", "hash"]))
def test_a_change_of_any_value_is_noticed_at_its_entry(index: int, name: str) -> None:
    links = chain(7)
    links[index] = replace(links[index], **{name: getattr(links[index], name) + "x"})
    with pytest.raises(BrokenChain) as broken:
        verify(links)
    assert broken.value.index == index


@given(st.integers(0, 5))
def test_an_entry_that_was_cut_out_is_noticed(index: int) -> None:
    links = chain(7)
    del links[index]
    with pytest.raises(BrokenChain):
        verify(links)


def test_entries_that_changed_places_are_noticed() -> None:
    links = chain(7)
    links[2], links[3] = links[3], links[2]
    with pytest.raises(BrokenChain):
        verify(links)


def test_an_entry_rewritten_with_a_fitting_hash_breaks_the_next_one() -> None:
    links = chain(7)
    data = canonical({"message": 999})
    found = entry_hash(3, links[3].at, links[3].kind, data=data, previous=links[3].previous)
    links[3] = replace(links[3], data=data, hash=found)
    with pytest.raises(BrokenChain) as broken:
        verify(links)
    assert broken.value.index == 4


def test_a_downloaded_log_is_the_same_log() -> None:
    assert list(from_lines(map(to_line, chain(5)))) == chain(5)


@pytest.mark.parametrize("line", ["", "{", "[]", "7", "{}", '{"index": 0}', "\x00"])
def test_a_line_that_is_no_entry_is_named_by_its_number(line: str) -> None:
    with pytest.raises(UnreadableLine, match="Line 3"):
        list(from_lines([*map(to_line, chain(2)), line]))


@given(st.text(), st.text())
def test_a_digest_tells_texts_and_salts_apart(text: str, other: str) -> None:
    assert digest(text, "a") == digest(text, "a")
    assert digest(text, "a") != digest(text, "b")
    assert (digest(text, "a") == digest(other, "a")) == (text == other)


@given(st.dictionaries(st.text(max_size=5), st.integers(-1000, 1000)))
def test_the_order_in_which_facts_are_given_changes_nothing(facts: dict) -> None:
    assert canonical(facts) == canonical(dict(reversed(facts.items())))
