"""Laws of the made-up messages: repeatable, varied, and true in what they say about themselves."""

from collections import Counter, defaultdict
from itertools import islice
from statistics import median

import pytest
from stdnum import luhn
from stdnum.cn import ric

from massline.engine.tables import KINDS
from massline.project.demo.county import CHANNELS, TOWNSHIPS
from massline.project.demo.matters import campaigns, matters
from massline.project.demo.messages import BLOCK, DAYS, FIRST_DAY, MadeUpMessage, generate

HOMES = {village.key: (town, village) for town in TOWNSHIPS for village in town.villages}
NUMERALS = str.maketrans("０１２３４５６７８９零一二三四五六七八九", "01234567890123456789", " -")


@pytest.fixture(scope="module")
def said() -> list[MadeUpMessage]:
    return list(generate(30_000, seed=5))


def test_a_negative_count_is_refused_at_once():
    with pytest.raises(ValueError, match="-1"):
        generate(-1, seed=0)


def test_no_messages_are_none():
    assert list(generate(0, seed=0)) == []


def test_the_same_seed_says_the_same_and_another_something_else():
    assert list(generate(500, seed=3)) == list(generate(500, seed=3))
    assert list(generate(500, seed=3)) != list(generate(500, seed=4))


def test_messages_come_one_by_one_however_many_are_asked_for():
    assert [message.id for message in islice(generate(10**9, seed=0), 3)] == ["QX00000001", "QX00000002", "QX00000003"]


@pytest.mark.parametrize("first", [0, BLOCK, 3 * BLOCK])
def test_a_part_made_by_itself_is_the_same_as_in_the_whole(said, first):
    assert list(islice(generate(30_000, seed=5, first=first), 2_000)) == said[first : first + 2_000]


def test_a_part_that_begins_inside_a_block_is_refused_at_once():
    with pytest.raises(ValueError, match=str(BLOCK)):
        generate(30_000, seed=5, first=7)


def test_ids_are_unique_and_days_ascend(said):
    assert len({message.id for message in said}) == len(said)
    days = [(message.time - FIRST_DAY).days for message in said]
    assert days == sorted(days)
    assert set(days) == set(range(DAYS))


def test_everything_a_message_names_exists(said):
    assert {message.matter for message in said} == {matter.key for matter in matters()} | {""}
    assert {message.campaign for message in said} == {template.key for template in campaigns()} | {""}
    assert {message.channel for message in said} == set(CHANNELS)
    assert {message.village for message in said} == set(HOMES) | {""}


def test_a_village_lies_in_the_area_of_its_message(said):
    assert all(HOMES[message.village][0].zh == message.area for message in said if message.village)


def test_what_concerns_fields_is_not_said_in_town_and_the_reverse(said):
    where = {matter.key: matter.where for matter in matters()}
    for message in said:
        if message.village and not message.campaign and not message.copy_of:
            urban = HOMES[message.village][1].zh.endswith("社区")
            assert where.get(message.matter, "") != ("rural" if urban else "urban")


def test_sizes_have_a_long_tail(said):
    sizes = Counter(message.matter for message in said if message.matter).most_common()
    assert sizes[0][1] > 20 * sizes[-1][1]
    assert sum(count for _, count in sizes[:10]) < len(said) / 2


def test_lengths_are_those_of_real_messages(said):
    lengths = [len(message.text) for message in said]
    assert 28 <= median(lengths) <= 42
    assert 1_500 < max(lengths) <= 5_500


def test_texts_vary(said):
    assert len({message.text for message in said}) > 0.85 * len(said)


def test_about_one_in_twelve_is_english(said):
    assert 0.05 < sum(message.text.isascii() for message in said) / len(said) < 0.13


def test_a_copy_repeats_an_earlier_message_to_the_letter(said):
    texts = {message.id: message.text for message in said}
    copies = [message for message in said if message.copy_of]
    assert len(copies) > 0.01 * len(said)
    assert all(texts[message.copy_of] == message.text and message.copy_of < message.id for message in copies)


def test_a_campaign_has_many_senders_and_keeps_to_its_days(said):
    senders = defaultdict(set)
    templates = {template.key: template for template in campaigns()}
    for message in said:
        if message.campaign and not message.copy_of:
            senders[message.campaign].add(message.sender)
            first, last = templates[message.campaign].days
            assert first <= (message.time - FIRST_DAY).days <= last
            assert message.channel in templates[message.campaign].channels
    assert all(len(people) > 20 for people in senders.values())


def test_planted_personal_data_stand_in_the_text_as_they_are_given(said):
    planted = [(piece, message.text) for message in said for piece in message.planted]
    assert {piece.kind for piece, _ in planted} == set(KINDS)
    assert all(piece.text in text for piece, text in planted)


def test_planted_numbers_pass_their_checks(said):
    numbers = defaultdict(list)
    for message in said:
        for piece in message.planted:
            numbers[piece.kind].append(piece.text.translate(NUMERALS))
    assert all(ric.compact(number)[-1] == ric.calc_check_digit(number) for number in numbers["id_card"])
    assert all(luhn.is_valid(number) for number in numbers["bank_card"])
    assert all(len(number) == 11 and number.startswith("154") for number in numbers["mobile"])


def test_some_messages_make_work_for_the_engine(said):
    texts = [message.text for message in said]
    for trouble in ("\u200b", "\u202e", "<script>", "=1+1", "@SUM", "！！！"):
        assert any(trouble in text for text in texts), trouble
