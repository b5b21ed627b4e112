import numpy as np
import pyarrow as pa
import pytest

from massline.engine.embed import learn_meaning, scrambled_vectors, vectors, weigh_sample
from massline.engine.errors import InputError
from massline.engine.group import find_themes, nearest_theme
from massline.engine.place import (
    PLACED,
    Frozen,
    drift_of,
    load_themes,
    mean_similarity,
    place_batch,
    save_themes,
    theme_paths,
)
from massline.engine.tests.calls import forms, messages

OLD = ("lift", "wages", "school")


@pytest.fixture(scope="module")
def frozen() -> Frozen:
    sample = weigh_sample(np.arange(900), forms([text for _, text in messages(900, matters=OLD)]))
    meaning = learn_meaning(sample, seed=0)
    points = vectors(sample.forms, meaning)
    themes = find_themes(points, scrambled_vectors(sample, meaning, seed=0), grain=3, seed=0)
    labels, similarity = nearest_theme(points, themes)
    return Frozen(meaning, themes, float((labels < 0).mean()), mean_similarity(similarity, labels >= 0))


def batch(texts: list[str]) -> pa.RecordBatch:
    return pa.record_batch([forms(texts), pa.array([0] * len(texts), pa.uint16())], names=["form", "kinds"])


def placed(frozen: Frozen, matters: tuple[str, ...]) -> pa.Table:
    texts = [text for _, text in messages(300, seed=9, matters=matters)]
    return pa.Table.from_batches([place_batch(batch(texts), frozen)])


def test_one_message_lands_where_it_lands_among_many(frozen: Frozen) -> None:
    texts = [text for _, text in messages(50, seed=3)]
    alone = [place_batch(batch([text]), frozen).column("theme")[0].as_py() for text in texts]
    assert alone == place_batch(batch(texts), frozen).column("theme").to_pylist()


def test_no_messages_and_empty_messages_are_placed_nowhere(frozen: Frozen) -> None:
    assert place_batch(batch([]), frozen).schema == PLACED
    assert place_batch(batch(["", "…", "123"]), frozen).column("theme").to_pylist() == [None] * 3


def test_messages_about_the_same_matters_have_hardly_drifted(frozen: Frozen) -> None:
    drift = drift_of(placed(frozen, OLD), frozen)
    assert abs(drift.not_placed) < 0.15
    assert abs(drift.distance) < 0.15


def test_messages_about_new_matters_have_drifted_far(frozen: Frozen) -> None:
    assert (
        drift_of(placed(frozen, ("bus", "noise")), frozen).not_placed
        > drift_of(placed(frozen, OLD), frozen).not_placed + 0.2
    )


def test_themes_read_from_a_file_place_alike_and_are_written_alike(frozen: Frozen, tmp_path) -> None:
    save_themes(tmp_path / "one.npz", frozen)
    again = load_themes(tmp_path / "one.npz")
    save_themes(tmp_path / "two.npz", again)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert placed(again, OLD).equals(placed(frozen, OLD))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"hello"])
def test_a_file_that_holds_no_themes_is_refused_by_name(content: bytes, tmp_path) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(InputError, match="bad.npz"):
        load_themes(tmp_path / "bad.npz")


def test_a_missing_file_of_themes_is_refused_by_name(tmp_path) -> None:
    with pytest.raises(InputError, match="nowhere.npz"):
        load_themes(tmp_path / "nowhere.npz")


def test_a_path_leads_from_coarse_to_fine() -> None:
    parents = np.array([-1, -1, 0], np.int32)
    assert theme_paths(np.array([2, 1, -1], np.int32), parents).to_pylist() == [[0, 2], [1], None]
