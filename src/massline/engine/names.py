"""Personal names after the usual cues (联系人, 姓名, 我叫, 本人 ...): what a name looks like, and where one stands.

The lists are written by hand. A name without a cue is not found: too many surnames are plain words.
"""

import re
from collections.abc import Iterator
from typing import Final

SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹"
    "熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文施洪辛柯庄温牛樊葛邢安齐伍庞颜倪聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘"
    "祝包宁尚符舒阮纪梅童凌毕单季裴霍涂成苗谷曲盛冉翁蓝路游靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤时阳谌车卓储桂娄麦褚查应区屠冷仇穆席冀简沙代商晏占"
    "揭池宗卜卫谈危连国宫伏岑佟丘敖阎戚费臧项明闵强米贝计柏窦苑郎鄢瞿古桑党景全郁胥满班仲束苟庹匡瓮宾粟糜萧傅佘肇卞阚丛盖候仝亓郜隋晁郏栾邰冼幸"
)
"""Common surnames of one character, simplified."""
COMPOUND_SURNAMES: Final = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "东方",
    "夏侯",
    "轩辕",
    "独孤",
    "端木",
    "南宫",
)

EVERYDAY_SURNAMES: Final = frozenset(
    "于向应曾时成常全单代连明强满古高方安白任国区关占商计华解管查文万金路石车游江东党米班沙费项景阳武康包宁简谈"
)
"""Surnames that are more often plain words: without a colon after the cue they count only before a given name that
is surely one."""

GIVEN: Final = frozenset(
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰玉萍红玲芬燕梅辉波斌鹏飞宇浩凯健俊建国华文志永春生金海荣林松柏峰雷龙凤云雪琴莉慧婷倩颖琳瑶瑞祥福贵德"
    "胜利成功庆学兵武威猛亮光东南西北晨旭阳昊天宏伦博哲轩梓涵欣怡佳嘉宁宜思雨诗琪雯雅丹洁淑珍珠翠莲香菊花爱仁义礼智信忠孝友善良美清泉江河湖洪泽润源长根水木火土"
    "树森彬权民康乐安定邦国栋梁材家振兴旺盛昌隆茂达通顺发进先传世代宗祖继承启运少仲伯叔大小晓新中正直方元亨贞景星辰月桃杏柳竹芝蕾薇蓉萱萌可心悦然妍媛彤钰铭锋钢铁"
    "银锡钧锦绣绍维纲经纬纪有才能贤圣尧舜禹汤章培增益谦恒晋升泰坤乾震艺卫群众喜欢笑冬秋夏立凡帆航川山岩岚君霖雄豪喆焯胤奕翔鸿鹤骏骥骁睿聪颜毅坚诚实朴素"
)
"""Characters that given names are made of. Where a cue is weak (我是, 本人) every character of the given name must be
one."""

NO_GIVEN: Final = frozenset(
    {
        *(
            "某",
            "某某",
            "女士",
            "先生",
            "小姐",
            "同志",
            "老师",
            "医生",
            "师傅",
            "主任",
            "书记",
            "经理",
            "老板",
            "局长",
            "所长",
            "院长",
            "校长",
            "队长",
            "组长",
            "站长",
        ),
        *(
            "镇长",
            "村长",
            "乡长",
            "县长",
            "市长",
            "区长",
            "科长",
            "处长",
            "厂长",
            "总",
            "工",
            "姓",
            "家",
            "氏",
            "阿姨",
            "大爷",
            "大妈",
            "大姐",
            "大哥",
            "支书",
            "律师",
        ),
        *("警官", "护士", "会计", "教授", "总经理", "董事长", "老汉", "老太", "奶奶", "爷爷", "叔叔", "伯伯"),
    }
)
"""What follows a surname in an address and is no given name: 王女士 and 李主任 stay readable."""

AFTER_NAME: Final = (
    *(
        "是",
        "系",
        "在",
        "于",
        "现",
        "家住",
        "住",
        "男",
        "女",
        "的",
        "和",
        "与",
        "及",
        "今年",
        "汉族",
        "来自",
        "联系",
        "电话",
        "手机",
        "身份",
        "性别",
        "年龄",
        "地址",
    ),
    *(
        "邮箱",
        "先生",
        "女士",
        "老师",
        "同志",
        "等",
        "已",
        "因",
        "我是",
        "二〇",
        "二零",
        "一九",
        "二○",
        "本人",
        "出生",
        "原",
        "为",
        "向",
        "以",
        "要求",
        "反映",
        "举报",
        "投诉",
    ),
)
"""Words that may follow a name directly; they show where it ends."""

SURE_CUES: Final = ("我叫", "本人叫", "名叫", "名字叫", "名字是")
CUES: Final = (
    *(
        "联系人",
        "联络人",
        "姓名",
        "叫做",
        "投诉人",
        "举报人",
        "反映人",
        "申请人",
        "控告人",
        "报告人",
        "信访人",
        "上访人",
        "诉求人",
        "来信人",
        "留言人",
    ),
    *("当事人", "求助人", "反馈人", "建议人", "署名", "敬礼", "法人代表", "法定代表人"),
)
COLON_CUES: Final = (
    "法人",
    "户主",
    "患者",
    "负责人",
    "原告",
    "被告",
    "经办人",
    "业主",
    "收件人",
    "寄件人",
    "收款人",
    "户名",
    "村民",
    "居民",
)
"""Cues that only count with a colon: 负责人 alone is mostly followed by a verb."""
WEAK_CUES: Final = ("我是", "本人")
ALL_CUES: Final = (*SURE_CUES, *CUES, *COLON_CUES, *WEAK_CUES)

_ANY_CUE = re.compile("|".join(ALL_CUES))  # tells at once that there is nothing to look for
_ENGLISH_CUE = re.compile("[Nn]ame|[Cc]ontact")
_CUE = re.compile(
    f'(?P<sure>{"|".join(SURE_CUES)})[ :,"“]{{0,2}}'
    f"|(?:{'|'.join((*CUES, *COLON_CUES))})(?:姓名|名字)?(?P<colon>[ (]{{0,3}}[:;](?:[ (]|\\s){{0,4}})"
    f"|(?:{'|'.join(CUES)})(?:姓名|名字)?(?:是|为|叫)?[ ,、!。.…(\\s]{{0,4}}"
    f"|(?P<weak>{'|'.join(WEAK_CUES)})[ ,]?"
)
_ENGLISH = re.compile(
    r"(?:[Mm]y name is|[Cc]ontact(?: [Pp]erson)?:|(?<![A-Za-z])[Nn]ame:) ?"
    r"([A-Z][a-z]{1,20}(?: [A-Z][a-z]{1,20}){0,2})(?![A-Za-z])"
)


def find_names(shadow: str) -> Iterator[tuple[int, int]]:
    """Start and end of each personal name in a shadow text. A full name of three or more is then found wherever it
    stands again."""
    again: set[str] = set()
    for start, end in _after_cues(shadow) if _ANY_CUE.search(shadow) else ():
        yield start, end
        if end - start >= 3:
            again.add(shadow[start:end])
    if _ENGLISH_CUE.search(shadow):
        yield from (match.span(1) for match in _ENGLISH.finditer(shadow))
    for name in again:
        yield from (match.span() for match in re.finditer(re.escape(name), shadow))


def _after_cues(shadow: str) -> Iterator[tuple[int, int]]:
    for cue in _CUE.finditer(shadow):
        sure = bool(cue["sure"] or cue["colon"])
        start = cue.end()
        end = _weak_name_end(shadow, start) if cue["weak"] else _name_end(shadow, start, sure=sure)
        while end:
            yield start, end
            start = end + 1
            end = _name_end(shadow, start, sure=False) if shadow[end : end + 1] == "、" else 0


def _weak_name_end(shadow: str, start: int) -> int:
    """As `_name_end`, after a cue that mostly introduces no name: nothing in it may be an everyday word."""
    end = _name_end(shadow, start, sure=True)
    usual = shadow[start : start + 1] not in EVERYDAY_SURNAMES and all(one in GIVEN for one in shadow[start + 1 : end])
    return end if usual else 0


def _name_end(shadow: str, start: int, *, sure: bool) -> int:
    """Where the name that begins here ends; 0 when none begins here. sure: surnames that are mostly plain words count
    as well; if not, they count before a given name made of the usual characters only."""
    compound = shadow.startswith(COMPOUND_SURNAMES, start)
    if not compound and shadow[start : start + 1] not in SURNAMES:
        return 0
    usual = sure or compound or shadow[start] not in EVERYDAY_SURNAMES
    given = start + 1 + compound
    for end in (given + 1, given + 2):
        name = shadow[given:end]
        ends = shadow.startswith(AFTER_NAME, end) or not _is_han(shadow[end : end + 1])
        if ends and len(name) == end - given and all(map(_is_han, name)) and _is_given(name, usual=usual):
            return end
    return 0


def _is_given(name: str, *, usual: bool) -> bool:
    """Whether these characters can be a given name. usual: any characters can, but for forms of address."""
    return name not in NO_GIVEN and "某" not in name and (usual or all(letter in GIVEN for letter in name))


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff" or "\U00020000" <= letter <= "\U0002ffff"
