"""A stored table gives what the same table in memory gives, however it is cut."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.engine.stored import Held, Stored
from massline.engine.workfolder import write_batches

TABLE = pa.table(
    {"n": list(range(50)), "text": [f"第{i}条" if i % 7 else None for i in range(50)], "unused": [0.5] * 50}
)


@pytest.fixture(scope="module", params=[1, 7, 50, 60])
def rows(request, tmp_path_factory):
    """The table, stored in batches of so many rows, and the same in memory."""
    batches = TABLE.to_batches(max_chunksize=request.param)
    path = tmp_path_factory.mktemp("stored") / "table.arrow"
    write_batches(path, TABLE.schema, batches)
    return Stored(path), Held(pa.Table.from_batches(batches))


def test_its_blocks_are_the_batches_that_were_written(rows) -> None:
    stored, held = rows
    assert len(stored) == len(held) == 50
    assert list(stored.blocks()) == list(held.blocks())
    assert list(stored.blocks("text", "n")) == list(held.blocks("text", "n"))  # in the order that was asked for


@given(st.lists(st.integers(0, 49), max_size=30))
def test_any_rows_can_be_taken_in_any_order_and_more_than_once(rows, wanted) -> None:
    for one in rows:
        taken = one.take(np.array(wanted, np.int64), "text", "n")
        assert taken.column("n").to_pylist() == wanted
        assert taken.column("text").to_pylist() == [TABLE["text"][i].as_py() for i in wanted]


def test_a_table_without_rows_has_none_to_give(tmp_path) -> None:
    write_batches(tmp_path / "empty.arrow", TABLE.schema, [])
    stored = Stored(tmp_path / "empty.arrow")
    assert len(stored) == 0
    assert list(stored.blocks("n")) == []
    assert stored.take(np.zeros(0, np.int64), "n").schema == pa.schema([TABLE.schema.field("n")])
