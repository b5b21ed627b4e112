"""Seed errors into true sentences, and measure how many `massline trace check` refuses:

    python benchmarks/quality/statements.py ../shared/data [--count N] [--teacher]

True: a sentence of a message as it stands, the same without courtesies and empty words, the same with a clause left out.
Seeded: a wrong number, a wrong place, a claim that nobody made (a clause of another message in place of its own; a whole
sentence of another message), a negation lost or put in. Each is checked against its one message. At the end, for what
it is worth: titles that writers put above their messages, against the rest alone, which often does not say it all.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
from collections.abc import Callable
from pathlib import Path

from massline.engine.places import places_in
from massline.engine.sentences import sentences_of
from massline.engine.support import check, message_of
from massline.engine.teacher import Teacher, the_teacher

NUMBERS = re.compile(r"\d+(?:\.\d+)?|[一二三四五六七八九十百]+(?=[个年月天日号栋元块万米次名户人层])")
NEGATIONS = re.compile(r"没有|不|没|未|无")
VERBS = re.compile(r"解决|处理|同意|支付|发放|开通|修好|整改|符合|影响|合理|存在|收到|办理|知道|允许|能|会|可以")
SOFT = re.compile(r"尊敬的|领导|您好|你好|请问|非常|已经|就|也|都|还")
CHINESE = "一二三四五六七八九"

Message = tuple[str, str]
"""Title and text."""
Change = Callable[[str, Message, random.Random], str]


def messages(data: Path) -> list[Message]:
    told = []
    for name in ("stream", "unlabelled"):
        with (data / "messages" / f"{name}.csv").open(encoding="utf-8-sig") as stream:
            told += [(row["留言主题"].strip(), row["留言详情"].strip()) for row in csv.DictReader(stream)]
    return list(dict.fromkeys(told))


def wrong_number(sentence: str, _: Message, chance: random.Random) -> str:
    found = list(NUMBERS.finditer(sentence))
    if not found:
        return ""
    one = chance.choice(found)
    old = one[0]
    if old[0] in CHINESE + "十百":
        new = chance.choice([sign for sign in CHINESE if sign not in old])
    else:
        new = str(int(float(old)) + chance.choice((1, 2, 5, 10, 30)))
    return sentence[: one.start()] + new + sentence[one.end() :]


def wrong_place(sentence: str, other: Message, chance: random.Random) -> str:
    here = [place for place in places_in(sentence) if place in sentence.lower()]
    there = [place for place in places_in(other[0] + "。" + other[1]) if place not in here]
    if not here or not there:
        return ""
    old = chance.choice(here)
    at = sentence.lower().index(old)
    return sentence[:at] + chance.choice(there) + sentence[at + len(old) :]


def other_claim(sentence: str, other: Message, chance: random.Random) -> str:
    said = sentences_of(other[1])
    return chance.choice(said) if said else ""


def other_clause(sentence: str, other: Message, chance: random.Random) -> str:
    own, theirs = re.split("[,，]", sentence), [part for part in re.split("[，。]", other[1]) if 5 <= len(part) <= 30]
    if len(own) < 2 or not theirs:
        return ""
    own[chance.randrange(1, len(own))] = chance.choice(theirs)
    return "，".join(own)


def lost_negation(sentence: str, _: Message, chance: random.Random) -> str:
    found = list(NEGATIONS.finditer(sentence))
    if not found:
        return ""
    one = chance.choice(found)
    return sentence[: one.start()] + sentence[one.end() :]


def new_negation(sentence: str, _: Message, chance: random.Random) -> str:
    found = [
        one for one in VERBS.finditer(sentence) if sentence[max(0, one.start() - 1) : one.start()] not in "不没未无"
    ]
    if not found:
        return ""
    one = chance.choice(found)
    return f"{sentence[: one.start()]}不{sentence[one.start() :]}"


def as_it_stands(sentence: str, _: Message, chance: random.Random) -> str:
    return sentence


def lightly_edited(sentence: str, _: Message, chance: random.Random) -> str:
    return SOFT.sub("", sentence)


def one_clause_less(sentence: str, _: Message, chance: random.Random) -> str:
    own = re.split("[,，]", sentence)
    if len(own) < 3:
        return ""
    del own[chance.randrange(1, len(own))]
    return "，".join(own)


SEEDED: tuple[Change, ...] = (wrong_number, wrong_place, other_clause, other_claim, lost_negation, new_negation)
TRUE: tuple[Change, ...] = (as_it_stands, lightly_edited, one_clause_less)


def refused(told: list[Message], change: Change, *, count: int, teacher: Teacher | None) -> tuple[int, int, list[str]]:
    """How many of how many are refused, and examples of the others (for true sentences: of the refused)."""
    chance, found, no, shown = random.Random(change.__name__), 0, 0, []  # noqa: S311 - seeded errors, no secrets
    for _ in range(40 * count):
        if found == count:
            break
        (title, text), other = chance.choice(told), chance.choice(told)
        said = sentences_of(text)
        if not said:
            continue
        sentence = chance.choice(said)
        made = change(sentence, other, chance)
        if not made or (change in SEEDED and made == sentence):
            continue
        found += 1
        verdict = check(made, {"m": message_of(title, text)}, teacher)
        no += not verdict.messages
        if bool(verdict.messages) == (change in SEEDED):
            shown.append(f"{sentence} -> {made} | {verdict.reason}")
    return no, found, shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument(
        "--teacher", action="store_true", help="ask the sentence model about other wordings, as the command does"
    )
    parser.add_argument("--show", type=int, default=0, help="so many of those that went wrong, for each row")
    asked = parser.parse_args()
    told, teacher = messages(asked.data), the_teacher() if asked.teacher else None
    print("| sentences | refused | target |\n| --- | --- | --- |")
    for changes, target in ((TRUE, "<= 5 %"), (SEEDED, ">= 95 %")):
        sums = [0, 0]
        for change in changes:
            no, found, shown = refused(told, change, count=asked.count, teacher=teacher)
            sums = [sums[0] + no, sums[1] + found]
            print(
                f"| {change.__name__.replace('_', ' ')} | {no} of {found}, {no / max(1, found):.1%} | {target} |",
                flush=True,
            )
            for one in shown[: asked.show]:
                print(f"    {one}")
        print(f"| together | {sums[0] / sums[1]:.1%} | {target} |")
    some = random.Random(0).sample([one for one in told if all(one)], min(asked.count, 200))  # noqa: S311
    no = sum(not check(title, {"m": message_of("", text)}, teacher).messages for title, text in some)
    print(f"| titles, against the text below them | {no} of {len(some)}, {no / len(some):.1%} | |")


if __name__ == "__main__":
    main()
