"""Every input that a search has kept is refused properly, or is what the log has published."""

import random

import pytest

from tests.fuzz.log import CORPUS, Forged, judge, published, seeds

KEPT = sorted(path for path in CORPUS.iterdir() if path.is_file())


def test_the_corpus_holds_a_good_one_of_each_kind() -> None:
    kept = {path.read_bytes() for path in KEPT}
    assert kept >= set(seeds().values())


def test_no_kept_input_crashes_or_forges() -> None:
    for path in KEPT:
        judge(path.read_bytes())


@pytest.mark.parametrize("name", seeds())
def test_no_neighbour_of_a_good_one_crashes_or_forges(name: str) -> None:
    chance, good = random.Random(name), seeds()[name]
    for _ in range(40):
        at, byte = chance.randrange(1, len(good)), bytes([chance.randrange(256)])
        judge(
            chance.choice(
                [good[:at] + byte + good[at + 1 :], good[:at] + good[at + 1 :], good[:at] + byte + good[at:], good[:at]]
            )
        )


def test_a_judge_that_would_let_a_forged_file_pass_is_itself_noticed(monkeypatch) -> None:
    monkeypatch.setattr("tests.fuzz.log.find_entry", lambda *_, **__: None)
    monkeypatch.setattr("tests.fuzz.log.check_all", lambda *_: iter([21]))
    with pytest.raises(Forged):
        published(b"\x01" + b"another tile")
