"""清溪县 (Qingxi County), which does not exist: 6 townships, 24 villages and communities, 12 departments.

Plain data in Chinese and English. Keys are ASCII slugs and stay; a village's key starts with its township's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Village:
    """The lowest level: a village (村) in the country or a community (社区) in a town. population: persons."""

    key: str
    zh: str
    en: str
    population: int


@dataclass(frozen=True, slots=True)
class Township:
    """A town (镇) or rural township (乡), its villages, and the roads and housing estates that people speak of."""

    key: str
    zh: str
    en: str
    villages: tuple[Village, ...]
    roads: tuple[tuple[str, str], ...]
    estates: tuple[tuple[str, str], ...]

    @property
    def population(self) -> int:
        """Persons in all villages of the township."""
        return sum(village.population for village in self.villages)


@dataclass(frozen=True, slots=True)
class Department:
    """A department of the county and the matters that it answers for, in both languages."""

    key: str
    zh: str
    en: str
    duties_zh: tuple[str, ...]
    duties_en: tuple[str, ...]


COUNTY_KEY: Final = "qingxi"
COUNTY_ZH: Final = "清溪县"
COUNTY_EN: Final = "Qingxi County"

TOWNSHIPS: Final = (
    Township(
        "donghe",
        "东河镇",
        "Donghe Town",
        (
            Village("donghe-binhe", "滨河社区", "Binhe Community", 28_400),
            Village("donghe-laojie", "老街社区", "Laojie Community", 21_700),
            Village("donghe-liuwan", "柳湾村", "Liuwan Village", 6_900),
            Village("donghe-dongping", "东坪村", "Dongping Village", 5_200),
        ),
        (
            ("人民路", "Renmin Road"),
            ("滨河路", "Binhe Road"),
            ("建设街", "Jianshe Street"),
            ("东环路", "East Ring Road"),
        ),
        (("滨河花园", "Binhe Garden"), ("金水苑", "Jinshui Court"), ("纺织厂家属院", "the old textile mill housing")),
    ),
    Township(
        "xiling",
        "西岭镇",
        "Xiling Town",
        (
            Village("xiling-xiguan", "西关社区", "Xiguan Community", 15_800),
            Village("xiling-xinghua", "杏花村", "Xinghua Village", 4_300),
            Village("xiling-lingjiao", "岭脚村", "Lingjiao Village", 3_900),
            Village("xiling-chayuan", "茶园村", "Chayuan Village", 3_100),
        ),
        (("西关大街", "Xiguan Street"), ("岭南路", "Lingnan Road"), ("杏花路", "Xinghua Road")),
        (("西岭新村", "Xiling New Village"), ("杏林小区", "Xinglin Estate")),
    ),
    Township(
        "nanhu",
        "南湖镇",
        "Nanhu Town",
        (
            Village("nanhu-hubin", "湖滨社区", "Hubin Community", 13_600),
            Village("nanhu-hetang", "荷塘村", "Hetang Village", 4_800),
            Village("nanhu-yuwan", "渔湾村", "Yuwan Village", 4_100),
            Village("nanhu-xinqiao", "新桥村", "Xinqiao Village", 3_700),
        ),
        (("环湖路", "Lakeside Road"), ("荷花街", "Hehua Street"), ("新桥路", "Xinqiao Road")),
        (("南湖家园", "Nanhu Home Estate"), ("湖景名苑", "Lakeview Court")),
    ),
    Township(
        "beishan",
        "北山乡",
        "Beishan Township",
        (
            Village("beishan-shankou", "山口村", "Shankou Village", 4_600),
            Village("beishan-yuntai", "云台村", "Yuntai Village", 2_800),
            Village("beishan-gaoping", "高坪村", "Gaoping Village", 2_100),
            Village("beishan-zhuxi", "竹溪村", "Zhuxi Village", 2_500),
        ),
        (("北山公路", "Beishan Road"), ("云台路", "Yuntai Road")),
        (("北山易地搬迁点", "the Beishan resettlement estate"),),
    ),
    Township(
        "liulin",
        "柳林镇",
        "Liulin Town",
        (
            Village("liulin-zhanqian", "站前社区", "Zhanqian Community", 17_200),
            Village("liulin-liulin", "柳林村", "Liulin Village", 5_600),
            Village("liulin-shahe", "沙河村", "Shahe Village", 4_400),
            Village("liulin-shuangjing", "双井村", "Shuangjing Village", 3_800),
        ),
        (("站前路", "Zhanqian Road"), ("柳林大道", "Liulin Avenue"), ("沙河街", "Shahe Street")),
        (("站前公寓", "Zhanqian Apartments"), ("柳林佳苑", "Liulin Court")),
    ),
    Township(
        "shiqiao",
        "石桥乡",
        "Shiqiao Township",
        (
            Village("shiqiao-shiqiao", "石桥村", "Shiqiao Village", 5_900),
            Village("shiqiao-qingshi", "青石村", "Qingshi Village", 3_300),
            Village("shiqiao-gudu", "古渡村", "Gudu Village", 2_900),
            Village("shiqiao-xiaohe", "小河村", "Xiaohe Village", 2_600),
        ),
        (("石桥街", "Shiqiao Street"), ("古渡路", "Gudu Road")),
        (("石桥安置小区", "the Shiqiao relocation estate"),),
    ),
)

DEPARTMENTS: Final = (
    Department(
        "housing",
        "住房和城乡建设局",
        "Housing and Construction Bureau",
        ("住房与物业", "老旧小区改造", "供暖与燃气", "供电与通信设施协调"),
        ("housing and property management", "renewal of old estates", "heating and gas", "power and telecom lines"),
    ),
    Department(
        "transport",
        "交通运输局",
        "Transport Bureau",
        ("公路与桥梁", "公交与客运", "出租车"),
        ("roads and bridges", "buses and coaches", "taxis"),
    ),
    Department(
        "water",
        "水利局",
        "Water Bureau",
        ("自来水", "灌溉水渠", "河道与防汛"),
        ("tap water", "irrigation", "rivers and flood control"),
    ),
    Department(
        "education",
        "教育文化体育局",
        "Education, Culture and Sports Bureau",
        ("学校与幼儿园", "课后服务与营养餐", "图书馆与运动场地"),
        ("schools and kindergartens", "after-school care and meals", "libraries and sports grounds"),
    ),
    Department(
        "health",
        "卫生健康局",
        "Health Bureau",
        ("医院与村卫生室", "医疗保险", "疫苗接种"),
        ("hospitals and village clinics", "medical insurance", "vaccination"),
    ),
    Department(
        "labour",
        "人力资源和社会保障局",
        "Labour and Social Security Bureau",
        ("工资与劳动合同", "养老保险", "就业与培训"),
        ("wages and labour contracts", "pensions", "jobs and training"),
    ),
    Department(
        "civil",
        "民政局",
        "Civil Affairs Bureau",
        ("低保与救助", "养老服务", "残疾人与儿童福利", "殡葬"),
        ("basic living allowance", "care of the old", "disabled people and children", "funerals"),
    ),
    Department(
        "security",
        "公安局",
        "Public Security Bureau",
        ("交通信号与秩序", "户籍", "噪音与犬只", "防诈骗"),
        ("traffic lights and order", "household registration", "noise and dogs", "fraud prevention"),
    ),
    Department(
        "city",
        "城市管理局",
        "City Management Bureau",
        ("垃圾与公厕", "路灯", "停车与占道", "绿化与公园"),
        ("waste and public toilets", "street lights", "parking and stalls", "trees and parks"),
    ),
    Department(
        "agriculture",
        "农业农村局",
        "Agriculture and Rural Affairs Bureau",
        ("惠农补贴", "土地流转与宅基地", "农村厕所改造", "农产品销售"),
        ("farm subsidies", "land leases and house plots", "rural toilets", "selling farm produce"),
    ),
    Department(
        "environment",
        "生态环境局",
        "Environment Bureau",
        ("空气与扬尘", "污水与异味", "养殖与工厂污染"),
        ("air and dust", "sewage and smells", "pollution from farms and factories"),
    ),
    Department(
        "market",
        "市场监督管理局",
        "Market Supervision Bureau",
        ("食品安全", "价格与收费", "电梯等特种设备", "消费维权"),
        ("food safety", "prices and fees", "lifts and other special equipment", "consumer rights"),
    ),
)

CHANNELS: Final = {
    "web": ("网页", "web page"),
    "large_type": ("大字版网页", "large-type page"),
    "hotline": ("热线", "hotline"),
    "email": ("电子邮件", "e-mail"),
    "account": ("公众号", "official account"),
    "visit": ("入户走访", "doorstep visit"),
    "meeting": ("会议", "meeting"),
    "paper": ("信件", "paper"),
}
"""Ways by which the county's residents speak: key -> Chinese, English."""
