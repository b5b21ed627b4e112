"""Laws of small themes that are told by their words: what they claim, what they leave alone, and how they are cut and joined."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse

from massline.engine.apart import UNTOLD, cut_untold, grown, minority, told_apart
from massline.engine.embed import learn_meaning, vectors, weigh_like, weigh_sample
from massline.engine.evidence import (
    NO_EVIDENCE,
    SURE,
    Heard,
    _loudest_first,
    claimed,
    evidence_of,
    hear,
    placed_and_heard,
)
from massline.engine.group import place_by
from massline.engine.place import Frozen, load_themes, place_batch, save_themes
from massline.engine.student import honest_vectors, learn, targets_of, themes_of
from massline.engine.taught import Tree, find_tree, space_of
from massline.engine.tests.calls import PLACES, forms, messages
from massline.engine.tests.test_taught import StandIn

BEES = [
    f"{place}的{who}{what}" for place in PLACES for who in ("蜜蜂", "蜂群") for what in ("被农药毒死", "让喷药害死")
][:24]
KILNS = [
    f"{place}砖窑{what}，{end}" for place in PLACES for what in ("冒黑烟", "夜里烧胶皮") for end in ("呛人", "咳嗽")
][:24]
CROWD = [text for _, text in messages(900)]
TEXTS = [*CROWD, *BEES[:10], *KILNS[:10]]
GROUPS = np.repeat([-1, 0, 1], [900, 10, 10])


@pytest.fixture(scope="module")
def sample():
    return weigh_sample(np.arange(len(TEXTS)), forms(TEXTS))


@pytest.fixture(scope="module")
def heard(sample):
    return hear(sample.grams, GROUPS)


def strongest(texts: list[str], sample, evidence) -> np.ndarray:
    meaning = learn_meaning(sample, seed=0)
    points, said = placed_and_heard(forms(texts), meaning, evidence)
    assert (points == vectors(forms(texts), meaning)).all()  # listening changes no place
    return said


def test_words_find_their_theme_again_among_messages_never_read(sample, heard) -> None:
    evidence = evidence_of(heard, sample, np.array([7, 9]))
    asked = [*BEES[10:], *KILNS[10:], *(text for _, text in messages(500, seed=5))]
    said = strongest(asked, sample, evidence)
    assert (said[:14] == 7).mean() >= 0.75
    assert (said[14:28] == 9).mean() >= 0.75
    assert (said[28:] == -1).mean() >= 0.98


def test_a_message_is_judged_without_itself(sample, heard) -> None:
    """What only one message of a group says must not vouch for that message."""
    alone = hear(
        sample.grams, np.where(np.arange(len(TEXTS)) % 450 == 0, 0, -1)
    )  # three messages that share nothing of note
    assert alone.good[0] < SURE < heard.good.min()


def test_what_a_message_scores_is_what_placing_counts(sample, heard) -> None:
    """Two ways to the same sum: sparse products on the sample, compiled adding up over forms."""
    evidence = evidence_of(heard, sample, np.array([0, 1]))
    outside = np.flatnonzero(GROUPS < 0)
    score = np.asarray(heard.scores[outside].todense()) / heard.floors
    expected = np.where(score.max(axis=1) > 1, score.argmax(axis=1), -1)
    sure = np.abs(score.max(axis=1) - 1) > 0.1  # near the floor, what is too faint may decide
    told = strongest([TEXTS[i] for i in outside], sample, evidence)
    assert (told[sure] == expected[sure]).all()


def test_groups_grow_by_what_their_words_claim_and_lose_nobody(sample) -> None:
    cut = np.where(np.arange(len(TEXTS)) >= 917, -1, GROUPS)  # three on kilns were put elsewhere
    grown = claimed(hear(sample.grams, cut), cut)
    assert (grown[cut >= 0] == cut[cut >= 0]).all()
    assert (grown[917:] == 1).mean() >= 0.5
    assert (grown[:900] == -1).mean() >= 0.98


def test_entries_are_ordered_by_column_then_loudness_then_strangers_first() -> None:
    chance = np.random.default_rng(0)
    columns = chance.integers(0, 5, 400)
    values = chance.choice(np.float32([1e-30, 0.1, 0.25, 1, 3e30]), 400)
    member = chance.random(400) < 0.5
    order = np.lexsort((member, -values, columns))
    for told, wanted in zip(_loudest_first(columns, values, member), (columns, values, member), strict=True):
        assert told.tolist() == wanted[order].tolist()


def test_of_groups_that_say_equally_much_the_first_claims() -> None:
    scores = scipy.sparse.csc_matrix(np.float32([[0, 2, 2], [1, 3, 1], [0, 0, 4]]))
    nothing = np.zeros(3, np.int64)
    heard = Heard(
        scipy.sparse.csr_matrix((3, 1)), scores, np.array([1.0, 2.0, 2.0]), np.array([1, 1, 0.5]), nothing, nothing
    )
    assert claimed(heard, np.full(3, -1)).tolist() == [1, 1, -1]
    assert claimed(heard, np.array([-1, 0, -1]), sure=0.5).tolist() == [1, 0, 2]


def test_forms_without_known_words_are_claimed_by_nobody(sample, heard) -> None:
    evidence = evidence_of(heard, sample, np.array([0, 1]))
    assert strongest(["", "zzz", "鑫淼焱", "1234"], sample, evidence).tolist() == [-1] * 4
    assert strongest(BEES, sample, NO_EVIDENCE).tolist() == [-1] * len(BEES)


@pytest.fixture(scope="module")
def pool(sample):
    """What the sample stands for: itself, more of the crowd, and those on bees and kilns who are not in it."""
    texts = [*TEXTS, *(text for _, text in messages(3_000, seed=9)), *BEES[10:], *KILNS[10:]]
    return weigh_like(sample, np.arange(len(texts)), forms(texts))


@pytest.fixture(scope="module")
def mixed(sample):
    """A tree in which bees and kilns, of like sound to the teacher, are one fine theme with some of the crowd."""
    read = StandIn().vectors(forms(TEXTS))
    read[900:] += np.random.default_rng(0).normal(scale=0.02, size=(20, 40)).astype(np.float32)
    read[900:910, 38] += 1.5
    read[910:, 39] += 1.5
    space = replace(space_of(sample, read, seed=0), whole=False)
    tree = find_tree(space, even=np.ones(len(TEXTS), np.bool_), number=5, seed=0)
    home, fine = int(np.bincount(tree.homes[900:]).argmax()), len(tree.parents)
    homes, leaves = tree.homes.copy(), tree.leaves.copy()
    homes[900:], leaves[900:] = home, fine
    return space, Tree(
        np.append(tree.parents, home).astype(np.int32), homes, leaves, tree.strange & (np.arange(len(TEXTS)) < 900)
    )


def test_two_matters_in_one_group_are_told_apart(sample, mixed, pool) -> None:
    space, tree = mixed
    new, evidence, odds = told_apart(sample, space, tree, pool=pool)
    bees, kilns = (np.bincount(new.leaves[part]).argmax() for part in (slice(900, 910), slice(910, 920)))
    assert bees != kilns
    for theme, part in ((bees, slice(900, 910)), (kilns, slice(910, 920))):
        assert (new.leaves[part] == theme).sum() >= 9
        assert (new.leaves == theme).sum() <= 12
        assert theme in evidence.themes
        assert odds[theme] > 0


def test_a_tree_that_was_told_apart_still_adds_up(sample, mixed, pool) -> None:
    new, evidence, odds = told_apart(sample, mixed[0], mixed[1], pool=pool)
    above = new.parents[new.leaves]
    assert (np.where(above < 0, new.leaves, above) == new.homes).all()
    assert set(range(len(new.parents))) == set(new.leaves) | set(new.homes)  # no theme without a message
    assert (np.isnan(odds) == ~np.isin(np.arange(len(new.parents)), evidence.themes)).all()
    for coarse in np.unique(new.parents[new.parents >= 0]):  # somewhere to go for those whom no words claim
        assert not np.isin(np.flatnonzero(new.parents == coarse), evidence.themes).all()


def test_where_no_group_is_tight_nothing_is_told(sample, mixed, pool) -> None:
    """Such a call came to an IndexError before."""
    nobody, everybody = np.zeros(len(TEXTS), np.bool_), np.zeros(len(TEXTS), np.int64)
    new, evidence, odds = told_apart(
        sample, mixed[0], Tree(np.array([-1], np.int32), everybody, everybody, nobody), pool=pool
    )
    assert len(new.parents) == len(odds) == 1
    assert not len(evidence.themes)
    assert np.isnan(odds).all()


def test_a_call_that_was_read_whole_is_left_as_the_teacher_sees_it(sample, mixed, pool) -> None:
    space, tree = mixed
    same, evidence, odds = told_apart(sample, replace(space, whole=True), tree, pool=pool)
    assert same is tree
    assert evidence is NO_EVIDENCE
    assert np.isnan(odds).all()


def test_small_views_are_told_themes_hidden_in_their_coarse_ones(sample, mixed, pool) -> None:
    new, evidence, _ = told_apart(sample, mixed[0], mixed[1], pool=pool)
    views = minority(mixed[0], new, np.unique(evidence.themes))
    assert views[new.parents < 0].sum() == 0
    assert views[np.unique(new.leaves[900:])].any()


@pytest.fixture(scope="module")
def frozen(sample, mixed, pool) -> Frozen:
    new, evidence, odds = told_apart(sample, mixed[0], mixed[1], pool=pool)
    targets = targets_of(mixed[0], new)
    themes = themes_of(honest_vectors(sample, targets, seed=0), new, odds)
    return Frozen(learn(sample, targets), themes, 0.1, 0.5, evidence)


def test_a_told_theme_takes_nobody_by_place_alone(sample, frozen) -> None:
    labels, _, _ = place_by(vectors(forms(TEXTS), frozen.meaning), frozen.themes)
    assert not np.isin(labels, frozen.themes.told).any()


def test_whom_words_claim_is_placed_there_with_the_chance_that_the_sample_shows(frozen) -> None:
    placed = place_batch(pa.record_batch([forms(BEES[10:])], names=["form"]), frozen)
    theme = np.array([-1 if one is None else one for one in placed.column("theme").to_pylist()])
    told = np.isin(theme, frozen.themes.told)
    assert told.mean() >= 0.75
    odds = frozen.themes.trust[theme[told], 0]
    assert np.allclose(placed.column("probability").to_numpy()[told], 1 / (1 + np.exp(-odds)), atol=1e-6)


def test_frozen_words_come_back_from_their_file_as_they_were(frozen, tmp_path) -> None:
    save_themes(tmp_path / "themes.npz", frozen)
    again = load_themes(tmp_path / "themes.npz")
    for name in ("idf", "starts", "themes", "weights"):
        assert (getattr(again.evidence, name) == getattr(frozen.evidence, name)).all()
    assert (again.themes.told == frozen.themes.told).all()


def test_themes_frozen_before_there_was_evidence_are_still_read(frozen, tmp_path) -> None:
    save_themes(tmp_path / "new.npz", frozen)
    with np.load(tmp_path / "new.npz") as file:
        np.savez(tmp_path / "old.npz", **{name: file[name] for name in file.files if not name.startswith("words_")})
    old = load_themes(tmp_path / "old.npz")
    assert len(old.evidence.themes) == len(old.themes.told) == 0
    assert (old.meaning.table == frozen.meaning.table).all()


def test_a_group_that_words_do_not_tell_gives_its_name_to_no_theme(mixed) -> None:
    """Of a hundred groups only the first is told; the numbers of the others are no themes, whatever the themes are numbered."""
    space, tree = mixed
    told = np.where(np.arange(len(TEXTS)) >= 910, 0, -1)
    _, themes = grown(space.close, tree, told, 100)
    assert themes[0] >= 0
    assert (themes[1:] == -1).all()


def at(*cosines: float) -> np.ndarray:
    """Points of the sample: the crowd nowhere, each of the others at this cosine to the first of its ten."""
    out = np.zeros((len(TEXTS), 2), np.float32)
    out[900:] = np.repeat([[one, (1 - one * one) ** 0.5] for one in cosines], 20 // len(cosines), axis=0)
    return out


def test_a_part_that_its_words_do_not_tell_is_cut_where_they_tell_its_pieces(sample) -> None:
    strangers = np.where(np.arange(900) % 30 == 0, 0, -1)
    parts = np.append(strangers, np.repeat(0, 20))  # bees, kilns and thirty of the crowd
    assert hear(sample.grams, parts).good[0] < UNTOLD
    cut = cut_untold(parts, sample.grams, at(1.0, 0.65), 0.7)
    assert len(set(cut[900:910])) == len(set(cut[910:])) == 1
    assert cut[900] != cut[910]
    assert (cut_untold(parts, sample.grams, at(1.0, 0.75), 0.7)[900:] == cut[900]).all()  # near enough to be one piece


def test_a_part_that_its_words_tell_stays_however_loose_it_is(sample) -> None:
    assert hear(sample.grams, GROUPS).good.min() >= UNTOLD
    assert (cut_untold(GROUPS, sample.grams, at(1.0, 0.5, 0.5, 1.0), 0.7) == GROUPS).all()


def test_a_part_whose_pieces_words_tell_no_better_stays_whole(sample) -> None:
    strangers = np.full(len(TEXTS), -1)
    strangers[:900:90] = 0
    loose = np.zeros((len(TEXTS), 2), np.float32)
    loose[:900:180], loose[90:900:180] = [1, 0], [0, 1]
    assert (cut_untold(strangers, sample.grams, loose, 0.7) == strangers).all()


def test_without_parts_there_is_nothing_to_cut(sample) -> None:
    nobody = np.full(len(TEXTS), -1)
    assert (cut_untold(nobody, sample.grams, at(1.0), 0.7) == nobody).all()
