"""The made-up county is whole: its levels, its names, its duties."""

from massline.project.demo.county import DEPARTMENTS, TOWNSHIPS
from massline.project.demo.matters import campaigns, matters

VILLAGES = [village for town in TOWNSHIPS for village in town.villages]


def test_the_county_has_six_townships_of_four_villages_and_twelve_departments():
    assert [len(town.villages) for town in TOWNSHIPS] == [4] * 6
    assert len(DEPARTMENTS) == 12


def test_no_key_and_no_name_stands_twice():
    everything = [*TOWNSHIPS, *VILLAGES, *DEPARTMENTS]
    for name in ("key", "zh", "en"):
        assert len({getattr(place, name) for place in everything}) == len(everything)


def test_a_village_is_keyed_under_its_township():
    assert all(village.key.startswith(f"{town.key}-") for town in TOWNSHIPS for village in town.villages)


def test_every_department_says_what_it_answers_for_in_both_languages():
    assert all(len(office.duties_zh) == len(office.duties_en) >= 3 for office in DEPARTMENTS)


def test_every_matter_has_a_department_and_every_department_has_matters():
    assert {matter.department for matter in matters()} == {office.key for office in DEPARTMENTS}


def test_there_is_a_long_list_of_matters_each_with_words_in_both_languages():
    assert len({matter.key for matter in matters()}) == len(matters()) >= 60
    assert all(matter.say and matter.more and matter.ask and matter.en_say and matter.en_ask for matter in matters())


def test_every_campaign_is_about_a_matter_that_exists():
    assert {template.matter for template in campaigns()} <= {matter.key for matter in matters()}
