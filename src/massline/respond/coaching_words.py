"""What the coach of replies listens for, as data: Chinese and English. Source: docs/rules/reply-coaching.md.

Patterns are for `re`; each is looked for within one clause, in lower case where it is English."""

from collections.abc import Mapping

HOLLOW = (
    # greetings, signatures, days
    r"^(?:尊敬的|亲爱的)?(?:网友|网民|市民|来信人|先生|女士|同志|朋友).{0,24}$",
    r"^.{0,24}(?:您好|你好)[啊呀]?$",
    r"^(?:以上|上述)?.{0,12}(?:特此|现)?.{0,14}(?:回复|答复|说明|告知|复函)(?:如下)?$",
    r"^[^\d]{0,3}\d{2,4}[年./-]\d{1,2}[月./-]\d{1,2}日?$",
    r"^.{2,20}(?:部|局|办|镇|乡|委|街道|办事处|政府|中心|队|公司|院|校|台|处|站)[\s\d〇零Oo一二三四五六七八九十年月日./-]{6,16}$",
    r"^.{0,24}(?:网友|网民|网民朋友)$",
    r"^(?!请|可|向|到|联系|咨询).{2,14}(?:办公室|办事处|人民政府|委员会|宣传部)$",
    # received, read, valued
    r"(?:收悉|获悉|知悉|收到|接到|已阅|阅悉|留言阅|受理|登记|记录)(?:了)?$",
    r"(?:高度|非常|十分|很)?重视$",
    r"^(?:关于|对于|针对|就|现就|根据|有关)?.{0,14}(?:您|你|贵)?.{0,3}(?:所)?(?:反映|提出|咨询|反应|投诉|留言|来信|提|说).{0,40}"
    r"(?:问题|情况|建议|意见|事项|事宜|诉求|帖文|留言|来信|一事)$",
    r"^(?:关于|对于|针对|就|根据)(?:您|你|后续).{0,12}(?:建议|意见|问题|留言|情况|诉求|来信)$",
    r"^(?:收到|接到|获悉).{0,24}(?:后|之后|时)$",
    # passed on, to be looked into, to be answered
    r"(?:转|转至|转到|转给|转交|转办|转达|移交|已交|已将.{1,16}交|交由|交给|交办|提交|反馈给|反映给|发函).{0,28}$",
    r"(?:待|等).{0,12}(?:后|结果).{0,6}$",
    r"^.{0,12}(?:耐心|稍候|静候|等候).{0,10}$",
    r"(?:进行|予以)(?:调查|核实|处理|办理|办复|答复|回复|反馈)$",
    r"(?:对|向|给)(?:您|你|网友)(?:进行|作出|予以)?(?:回复|答复|反馈)$",
    r"(?:会|将|已)(?:您|你|将|把|的|此|该|件|建议|意见|如实|书面|逐级){0,8}(?:上报|报告)(?:给|了)?[^\d]{0,16}$",
    r"^(?:我|本)(?:局|办|镇|街道|单位|部门|们|委|市|县|区).{0,4}(?:继续|更加|不断)?努力(?:工作)?$",
    r"^.{0,16}(?:调查|核实|核查|核处|处理|办理|研究|论证|跟进|落实|查处|处置|解决|考虑|关注|参考|采纳|予以答复).{0,3}$",
    r"(?:会|将|予以|及时|尽快|敬请|请|进行|再|另外?)[^\d]{0,12}(?:关注|反馈|回复|答复|告知|联系|通知|研究|论证|参考|考虑|采纳|调查|核实"
    r"|处理|跟进|督办|督促|落实|改进|工作)(?:给?[您你])?[^\d]{0,6}$",
    r"^.{0,14}(?:得到|进行了?|进行过|已经?)(?:了)?(?:妥善|及时|圆满)?(?:处理|解决|处置|回复|答复|调查|过回复)$",
    # thanks, wishes, hopes
    r"(?:感谢|谢谢|多谢|致谢|致以|祝您?|敬请谅解|请谅解|请理解|抱歉|歉意)",
    r"(?:欢迎|希望|期待|请).{0,16}(?:监督|关注|支持|理解|宝贵意见|建议|提出)",
    r"(?:一如既往|我们最大的动力|做好.{0,8}工作|加强与.{0,8}联系|更直接的?了解情况|重视相关事情的进展)",
    # English
    r"^(?:dear|hello|hi|good (?:morning|day|afternoon))\b.{0,40}$",
    r"\b(?:thank you|thanks|we appreciate|we value|we apologi[sz]e|sorry for|best regards|yours|sincerely)\b",
    r"\b(?:received|noted|registered|logged|acknowledged|taken note)\b.{0,40}$",
    r"\b(?:passed|forwarded|referred|handed|sent|transferred)\b.{0,8}\b(?:on|over|to)\b",
    r"\bwill (?:be )?(?:look(?:ed)? into|consider(?:ed)?|investigat\w+|review(?:ed)?|stud(?:y|ied)"
    r"|get back|reply|contact you|keep you)\b",
    r"\b(?:takes?|attach\w*)\b.{0,30}\b(?:seriously|importance)\b",
)
"""A clause that one of these fits says nothing of the matter."""

TELLING = (r"[不无未没]|禁止|必须|应当|可以|符合|属于|元|米|%", r"\b(?:not|no|never|cannot|must|may)\b|n't\b")
"""A clause with one of these says something, whatever else it holds."""

PASSED_ON = (
    r"[^，。！？；,;\s]{0,12}(?:收悉|已收到|已阅|留言阅|已获悉|已知悉)",
    r"(?:已|将|现|均已)?[^，。！？；,;\s]{0,8}(?:转至|转到|转交|转给|转办|移交|交办|交由|转)[^，。！？；,;\s]{0,20}",
    r"(?:将|会|予以)?[^，。！？；,;\s]{0,8}(?:研究|论证|考虑|关注|妥善处理|进行过回复|参考)",
    r"(?:感谢|谢谢)[^，。！？；,;\s]{0,20}",
    r"\b(?:has been |have |was )?(?:received|passed on|forwarded|referred|noted|looked into)\b[^.,;!?]{0,40}",
)
"""The words that are shown when a reply says nothing else."""

PROMISES = (
    r"将(?:会|于|对|在|进一步|继续|持续|加强|加大|组织|安排|尽快|积极|根据|按|启动|开展|督促|严|依法|联合|逐步|由|采取|适时|及时)",
    r"会(?:尽|及|马上|继续|在|加|安排|组织|督促|对|根据|进一步|联系|严)|(?:拟|打算|准备|争取|力争|即将)(?!书|方|经|生)|计划(?=在|于|对|将|安排|组织|启动|实施)",
    r"下一步|后续|下阶段|接下来|今后|近期|尽快|适时|早日|逐步|抓紧|推进中",
    r"\b(?:will|shall|plan to|intend to|soon|shortly|in due course|as soon as possible)\b",
)
DEEDS = (
    r"(?:安排|组织|开展|启动|开工|动工|施工|建设|修建|修复|维修|修缮|改造|整改|整治|安装|增设|增加|增派|拆除|清理|清运|更换|发放|拨付|"
    r"落实|完成|完善|解决|督促|约谈|查处|处罚|协调|对接|答复|公布|公示|开通|调整|优化|推进|实施|办理|检查|巡查|监测|检测|加强|加大)",
    r"\b(?:repair|fix|build|install|replace|remove|clean|inspect|check|pay|open|complete|start|begin|publish|answer|meet|visit|arrange|solve)\w*\b",
)
DATES = (
    r"\d{1,4}\s*[年月日号天]",
    r"\d{4}[./-]\d{1,2}",
    r"[〇零一二三四五六七八九十两]{1,4}(?:年|月|日|号|天|周|个月|个工作日)",
    r"\d+\s*个?(?:月|周|工作日|小时|星期|学期)",
    r"(?:今天|明天|后天|本周|下周|本月|下月|年底|年内|月底|季度|学期|汛期|春节|国庆|暑假|寒假|今年|明年|每天|每日|每周|每月|定期|不定期)",
    r"\b(?:today|tomorrow|daily|weekly|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|january|february|march|april|may \d|june|july|august"
    r"|september|october|november|december|\d{1,2}(?:st|nd|rd|th)|within \d+"
    r"|in \d+ (?:days|weeks|months)|by \d|next (?:week|month|year))\b",
    r"\b\d{4}\b",
)
NO_PROMISES = (
    r"(?:感谢|谢谢|欢迎|祝|已[经于将对向由在被]|(?:[展开行织成查装强改换复理大过])了|曾|前期|此前|如(?:果|有|需|您|再|仍)|若|可以|请(?:您|你|相关|广大)|如下|凡是|应当|必须|不会|机会|会议|协会|委员会|社会|开会|大会)",
    r"\b(?:thank|if you|would|should|may)\b",
)

VAGUE_RULES = (
    r"(?:根据|按照|依据|依照|遵照|符合|按)(?:国家|省|市|县|区|上级|现行|我国|本地|和|、|及|有关|相关|部门|的|法律|法规){1,6}"
    r"(?:规定|政策|文件|要求|精神|条例|程序|标准)",
    r"\b(?:according to|under|pursuant to|in line with) (?:the )?(?:relevant|applicable|existing|current) "
    r"(?:rules?|regulations?|polic(?:y|ies)|laws?|provisions?)\b",
)
NAMED_RULES = (
    r"《[^》]{2,60}(?:法|条例|办法|规定|细则|通知|意见|方案|规范|导则|标准|规程|决定|补充公告)(?:[（(][^）)]{1,12}[）)])?》",
)
TEXT_OF_RULE = r"[“‘\"「：:]|第[〇零一二三四五六七八九十百\d]+[条款章项]|规定(?:了)?[^。]{4,}|明确|指出|要求"

RUDE = (
    r"无理取闹|胡搅蛮缠|无事生非|没事找事|小题大做|吹毛求疵|别有用心|居心叵测|煽动|造谣|诬告|恶意投诉|恶意举报|刁民|闹事|缠访|"
    r"素质低|没文化|听不懂|看不懂|不懂事|不懂法|活该|自作自受|咎由自取|爱信不信|爱告不告|随便你|你自己看|自己不会|少管闲事|多管闲事|"
    r"与我们?无关|不关我们|关我们?什么事|管不着|没办法就是没办法|别再问|不要再(?:问|投诉|发帖|反映)|再闹|训诫|后果自负|"
    r"注意(?:事件|言论)的?(?:真实性|影响)",
    r"\b(?:nonsense|ridiculous|stupid|ignorant|calm down|stop complaining|your own fault|not our problem|none of your business|"
    r"as (?:we|i) already told you|you people|troublemaker\w*|obviously you)\b",
)

OFFICIAL: Mapping[str, str] = {
    "高度重视": "",
    "切实": "",
    "予以": "",
    "进一步加强": "",
    "进一步加大": "",
    "依法依规": "",
    "统筹推进": "",
    "狠抓落实": "",
    "积极争取": "",
    "特此回复": "",
    "之规定": "的规定",
    "兹": "现在",
    "上述": "上面说的",
    "届时": "到那时",
    "鉴于": "因为",
    "拟": "打算",
    "尚未": "还没有",
    "该处": "那里",
    "此举": "这样做",
    "相关职能部门": "",
    "据悉": "我们了解到",
    "现场勘察": "到现场看",
    "现场踏勘": "到现场看",
    "信访人": "您",
    "反映人": "您",
    "pursuant to": "under",
    "aforementioned": "this",
    "in due course": "",
    "with regard to": "about",
    "in respect of": "about",
    "prior to": "before",
    "commence": "start",
    "facilitate": "help",
    "utilise": "use",
    "utilize": "use",
    "endeavour to": "try to",
    "hereby": "",
    "please be advised": "",
    "attach great importance": "",
    "relevant authorities": "",
    "competent authorities": "",
}
"""Officialese, and plain words for it; "" where it can be left out or must be said in facts."""

NOBODY = (
    r"(?:有关|相关|责任|职能|主管|对口|上级)(?:职能|主管|责任)?(?:部门|单位|方面|人员|科室)",
    r"\b(?:the )?(?:relevant|competent|responsible|appropriate) (?:departments?|authorit(?:y|ies)|units?|parties)\b",
)

ONWARD = (
    r"(?:电话|致电|拨打|热线|咨询|联系|查询|查看|登录|网站|官网|公众号|窗口|地址|前往|来访|到.{1,16}(?:办理|咨询|申请|反映)|向.{1,16}"
    r"(?:反映|咨询|申请|投诉|举报|起诉|提起诉讼|查询)|邮箱|回执|重办|12345|12319|12329|12369|110)",
    r"\d{3,4}[-—－ ]*\d{7,8}",
    r"\b(?:call|phone|ring|telephone|contact|visit|write to|e-?mail|hotline|office at|website|receipt|reopen)\b",
)
UNSETTLED = (
    r"(?:暂(?:时)?(?:不|无|未)|不能|无法|无权|不属于|不符合|不具备|不予|不在.{1,12}(?:范围|之内)|尚未|还没有|未能|核实不了)[^，。！？；\n]{0,16}",
    r"\b(?:cannot|can't|unable to|not possible|not eligible|refused|rejected"
    r"|not (?:our|within our) (?:task|duty|remit))\b[^.,;!?\n]{0,40}",
)
"""What leaves a matter open or says no: then the writer should learn where to turn next."""

QUESTIONS = (
    r"[？?]$",
    r"请问|咨询一?下|想问|想知道|是否|能否|可否|能不能|可不可以|什么时候|何时|几时|多久",
    r"\b(?:when|why|how|what|where|who|which|is there|can (?:i|we|you)|could|will you)\b",
)
RHETORIC = (
    r"难道|何来|何必|何以|天理|良心|良知|谁来|谁管|还有人管|怎么就|觉得|怎么看|会怎么|这样的|就这样"
    r"|何在|何时休|意义何在|是人吗",
)
"""Questions that ask for no answer."""

EMPTY_PAIRS = frozenset(
    (
        *(
            "我们",
            "你们",
            "他们",
            "您好",
            "你好",
            "问题",
            "情况",
            "什么",
            "怎么",
            "时候",
            "为什",
            "是否",
            "能否",
            "可以",
            "如何",
        ),
        *(
            "请问",
            "咨询",
            "希望",
            "领导",
            "政府",
            "部门",
            "有关",
            "相关",
            "现在",
            "这个",
            "那个",
            "一个",
            "没有",
            "不是",
            "是不",
        ),
        *(
            "能不",
            "不能",
            "还是",
            "就是",
            "因为",
            "所以",
            "已经",
            "进行",
            "反映",
            "解决",
            "处理",
            "回复",
            "答复",
            "谢谢",
            "感谢",
        ),
        *("多少", "哪里", "哪些", "多久", "何时", "的是", "了吗", "的问", "的情", "到底", "究竟"),
        *(
            "the",
            "and",
            "for",
            "you",
            "our",
            "are",
            "was",
            "with",
            "that",
            "this",
            "what",
            "when",
            "how",
            "why",
            "can",
            "will",
        ),
    )
)
"""Pairs of characters, or words, that tell nothing of what is asked."""
