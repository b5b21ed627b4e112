import pytest

from massline.face.language import bcp47, language_of


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("", "zh-Hans"),
        ("12345 ！？🙂", "zh-Hans"),
        ("我们村没有路灯", "zh-Hans"),
        ("The lane is dark", "en"),
        ("请把WiFi装到village clinic旁边", "zh-Hans"),
        ("Please mend 石桥 road before winter", "en"),
        ("𠮷野家门口积水", "zh-Hans"),
        ("يولدا چىراغ يوق، WiFi مۇ", "ug"),
        ("ལམ་ཁར་གློག་མེད།", "bo"),
        ("ᠵᠠᠮ ᠳᠤ", "mn-Mong"),
        ("길이 어둡습니다", "ko"),
    ],
)
def test_a_text_is_tagged_with_the_language_it_has_more_of(text: str, tag: str) -> None:
    assert language_of(text) == tag


def test_django_codes_become_tags_of_bcp_47() -> None:
    assert [bcp47(code) for code in ("zh-hans", "zh-hant", "en")] == ["zh-Hans", "zh-Hant", "en"]
