"""What single characters are taken for: the tables of compiled code and the functions of one character agree."""

import sys
import unicodedata

from massline.engine.character_tables import form_table, shadow_points
from massline.engine.characters import (
    TABLE_SIZE,
    TAGS,
    context_letters,
    form_of,
    is_spaced,
    shadow_map,
    shadow_point,
    simplified,
)


def test_the_table_of_forms_says_what_each_character_says() -> None:
    data, offsets, kinds = form_table()
    letters, context = data.tobytes(), context_letters()
    for point in range(TABLE_SIZE):
        form = form_of(chr(point))
        assert letters[offsets[point] : offsets[point + 1]] == form.encode("utf-8", "ignore"), hex(point)
        spaced = is_spaced(form[-1]) + 2 * is_spaced(form[0]) if form else 0
        assert kinds[point] == spaced + 4 * (chr(point) in context), hex(point)


def test_no_form_has_a_line_break() -> None:
    """The table is cut out of one long text, a line for each character."""
    assert b"\n" not in form_table()[0].tobytes()


def test_the_tables_cannot_be_changed_by_who_reads_them() -> None:
    assert not form_table()[0].flags.writeable


def test_beyond_the_table_no_character_depends_on_its_neighbours() -> None:
    for point in range(TABLE_SIZE, sys.maxunicode + 1):
        assert not unicodedata.decomposition(chr(point))
        assert not unicodedata.combining(chr(point))


def test_a_search_takes_every_character_for_the_same_one_by_map_and_by_table() -> None:
    points = shadow_points()
    assert all(shadow_point(point) == points[point] for point in range(TABLE_SIZE))
    assert not any(map(shadow_point, TAGS))


def test_the_map_of_shadows_holds_only_what_was_met() -> None:
    shadows = shadow_map()
    assert "１３８　臺\u200b—\U000e0041".translate(shadows) == "138 台\0-\0"
    assert {ord("１"), 0x200B, 0xE0041} <= shadows.keys()
    assert len(shadows) < TABLE_SIZE


def test_a_simplified_character_stays_as_it_is() -> None:
    plain = simplified()
    assert not plain.keys() & set(plain.values())
