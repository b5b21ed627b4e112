"""Laws of the terms by which a text is found; no database."""

from hypothesis import given
from hypothesis import strategies as st

from massline.terms import MOST, asked, terms

TEXTS = st.text(alphabet=st.sampled_from("路灯坏了水管漏水 Street3号楼ABC，。-_'\"&|!:*"), max_size=60)


def holds(text: str, word: str) -> bool:
    """What both databases do with terms."""
    known = terms(text)
    return all(any(k.startswith(t) if longer else k == t for k in known) for t, longer in asked(word))


@given(TEXTS, st.data())
def test_a_text_is_found_by_any_part_of_its_chinese(text: str, data: st.DataObject) -> None:
    runs = [run for run in text.replace("，", " ").replace("。", " ").split() if run and all(c > "一" for c in run)]
    if runs:
        run = data.draw(st.sampled_from(runs))
        start = data.draw(st.integers(0, len(run) - 1))
        assert holds(text, run[start : data.draw(st.integers(start + 1, len(run)))])


@given(TEXTS)
def test_terms_are_letters_and_digits_only(text: str) -> None:
    """So that no database reads an operator in them."""
    assert all(term.isalnum() for term in terms(text))
    assert all(term.isalnum() for term, _longer in asked(text))


@given(TEXTS, TEXTS)
def test_a_text_put_behind_another_takes_no_word_away(one: str, other: str) -> None:
    assert set(terms(one)) <= set(terms(f"{one} {other}"))


def test_a_word_is_found_from_its_beginning_in_either_case_and_width() -> None:
    text = "The Streetlight at No. 305 is extraordinarily broken，３号楼"
    for word in ("st", "street", "STREETLIGHT", "30", "305", "3号楼", "broken", "extraordinari", "extraordinarily"):
        assert holds(text, word), word
    for word in ("light", "05", "is broken bridge", "号院", "extraordinarilyy", "streets"):
        assert not holds(text, word), word


def test_two_characters_that_stand_apart_are_not_a_word() -> None:
    assert not holds("路上的灯", "路灯")


def test_what_has_no_letter_asks_for_nothing() -> None:
    assert asked("?!、。") == []


def test_a_text_without_end_has_no_more_terms_than_a_row_can_hold() -> None:
    endless = "".join(chr(0x4E00 + number % 300) + chr(0x4E00 + number // 300) for number in range(60_000))
    assert len(terms(endless)) == MOST
