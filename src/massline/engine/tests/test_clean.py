"""Cleaning: one form for what a reader takes for the same, and the compiled way equal to the plain one."""

import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.engine.buffers import strings_of
from massline.engine.clean import clean_batch, clean_message, forms_as_written, matching_form
from massline.engine.mask import find
from massline.engine.read import read
from massline.engine.suspects import suspects
from massline.engine.tables import CLEANED, KINDS, MESSAGES

DATA = Path(__file__).parents[5] / "shared" / "data"

PIECES = st.sampled_from(
    [
        *"路灯壞了　 \t\n\u200b\u202e\ufeff，。！Ａａßİ①ﷺ㈱é\u0301к中АА́가ᄀ🙏🏻\u200d0123456789-＠@",
        "13912345678",
        "联系人：张伟",
        "我叫",
        "李建义",
        "湘A12345",
        "my name is Ann",
        "hello world",
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=20).map("".join), st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)


def a_batch(rows: list[tuple[str | None, str]]) -> pa.RecordBatch:
    """Messages with these titles and texts."""
    columns = {
        "id": [str(i) for i in range(len(rows))],
        "title": [row[0] for row in rows],
        "text": [row[1] for row in rows],
    }
    return pa.record_batch(
        [pa.array(columns.get(field.name, [None] * len(rows)), field.type) for field in MESSAGES], schema=MESSAGES
    )


@given(st.lists(st.tuples(st.none() | TEXTS, TEXTS), max_size=12), st.integers(0, 3))
def test_the_batch_gives_exactly_what_single_messages_give(rows: list[tuple[str | None, str]], skip: int) -> None:
    batch = a_batch(rows).slice(skip)
    cleaned = clean_batch(batch)
    assert cleaned.schema == CLEANED
    assert list(zip(*cleaned.to_pydict().values(), strict=True)) == [clean_message(*row) for row in rows[skip:]]
    written = [matching_form(f"{title or ''}\n{text}") for title, text in rows[skip:]]
    assert forms_as_written(batch).to_pylist() == written


@given(TEXTS)
def test_the_form_of_a_form_is_itself(text: str) -> None:
    form = matching_form(text)
    assert matching_form(form) == form


@given(TEXTS)
def test_whatever_masking_finds_was_suspected(text: str) -> None:
    if find(text):
        assert suspects(*strings_of(pa.array([text], pa.large_string())))[0]


@given(TEXTS)
def test_composed_and_decomposed_writing_have_one_form(text: str) -> None:
    assert matching_form(unicodedata.normalize("NFC", text)) == matching_form(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("路燈壞了，請修", "路灯坏了,请修"),
        ("ＡＢＣ１２３", "abc123"),
        ("路\u200b灯\u202e坏\ufeff了", "路灯坏了"),
        ("路 灯\u3000坏\n了", "路灯坏了"),
        ("Please   FIX the\nlight", "please fix the light"),
        ("pаypal", "paypal"),  # Cyrillic а
        ("“路灯”——坏了", '"路灯"--坏了'),
        ("⼀⼈", "一人"),
        ("Straße", "STRASSE"),
    ],
)
def test_what_a_reader_takes_for_the_same_has_one_form(text: str, other: str) -> None:
    assert matching_form(text) == matching_form(other)


@pytest.mark.parametrize(
    ("text", "other"), [("路灯坏了", "路灯好了"), ("привет", "npивет"), ("an other", "another"), ("3栋", "5栋")]
)
def test_what_a_reader_tells_apart_keeps_two_forms(text: str, other: str) -> None:
    assert matching_form(text) != matching_form(other)


def test_personal_data_is_in_no_form_and_its_kinds_are_said() -> None:
    form, kinds = clean_message("联系人：张伟", "电话13912345678，路灯坏了")
    assert (form, kinds) == ("联系人:电话,路灯坏了", 1 << KINDS.index("mobile") | 1 << KINDS.index("name"))


def test_the_input_stays_untouched() -> None:
    rows = [("标题", "我叫李建义，路燈"), (None, "")]
    batch = a_batch(rows)
    clean_batch(batch)
    assert batch.equals(a_batch(rows))


def test_where_a_batch_is_cut_changes_nothing() -> None:
    batch = a_batch([("路燈", f"第{i}条 13912345678 é") for i in range(50)])
    parts = [clean_batch(batch.slice(start, 7)) for start in range(0, 50, 7)]
    assert pa.Table.from_batches(parts).to_pydict() == clean_batch(batch).to_pydict()


def test_a_text_that_grows_most_fits() -> None:
    letter = "\ufdfa"
    batch = a_batch([(letter * 3, letter * 1_000)])
    assert clean_batch(batch).column("form")[0].as_py() == matching_form(f"{letter * 3}\n{letter * 1_000}")


def test_real_messages_are_cleaned_alike_both_ways() -> None:
    path = DATA / "messages" / "unlabelled.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there: the development data lies beside the project, never in it")
    batch = next(read([path], columns={}, reject=lambda _: None, seed=0)).slice(0, 400)
    rows = list(zip(batch.column("title").to_pylist(), batch.column("text").to_pylist(), strict=True))
    assert list(zip(*clean_batch(batch).to_pydict().values(), strict=True)) == [clean_message(*row) for row in rows]
    assert forms_as_written(batch).to_pylist() == [matching_form(f"{title or ''}\n{text}") for title, text in rows]
