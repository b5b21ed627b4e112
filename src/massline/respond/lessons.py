"""Past cases to the engine's router and back: what is learnt, and what it says of new messages.

(Arrow and compiled code are loaded with this file: the worker needs them, the pages do not.)"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from massline.engine.clean import forms_as_written
from massline.engine.route.learn import train
from massline.engine.route.model import METHOD, Answers, Router, ask, load_router, save_router, shown_words
from massline.engine.route.past import Past
from massline.gather.models import Message
from massline.respond.queries import PastCase

SEED = 0
MOST_WORDS = 4  # that decided are shown


@dataclass(frozen=True, slots=True)
class Learnt:
    """A router as it is kept: its tables, the engine's method, and what it reached on cases it had not seen."""

    tables: bytes
    method: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """The likeliest name for one message ("" where nothing was learnt of the question), its chance, and whether it is sure."""

    name: str = ""
    chance: float | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a router says of one message, and the words that decided."""

    topic: Answer
    body: Answer
    words: list[str]


def learn(past: Sequence[PastCase]) -> Learnt | None:
    """The same cases give the same bytes. None where there is nothing to tell apart: one topic, and one body."""
    answers = {"topic": [case.topic for case in past], "body": [case.body for case in past]}
    answers = {question: given for question, given in answers.items() if len(set(given) - {""}) > 1}
    if not answers:
        return None
    forms = _forms([case.title for case in past], [case.text for case in past])
    router = train(Past(forms, answers, sum(case.corrected for case in past)), seed=SEED, workers=1)
    with TemporaryDirectory(prefix="massline-router-") as folder:
        file = Path(folder) / "router.npz"
        save_router(file, router)
        return Learnt(file.read_bytes(), METHOD, router.facts)


def load(tables: bytes) -> Router:
    """Raises InputError for tables of another method."""
    with TemporaryDirectory(prefix="massline-router-") as folder:
        file = Path(folder) / "router.npz"
        file.write_bytes(tables)
        return load_router(file)


def say(router: Router, messages: Sequence[Message]) -> list[Said]:
    """What the router says of these messages: from the words that everybody may read, and nothing else."""
    forms = _forms([one.shown_title for one in messages], [one.shown_text for one in messages])
    told = {question: ask(forms, router.grams, learnt) for question, learnt in router.learnt.items()}
    words: list[list[str]] = [[] for _ in messages]
    for answers in told.values():
        for own, places in zip(words, shown_words(router.grams, answers.decided, forms), strict=True):
            own += [router.grams.words[place] for place in places if router.grams.words[place] not in own]
    named = {question: _answers(router, question, answers) for question, answers in told.items()}
    nothing = [Answer()] * len(messages)
    rows = zip(named.get("topic", nothing), named.get("body", nothing), words, strict=True)
    return [Said(topic, body, own[:MOST_WORDS]) for topic, body, own in rows]


def _answers(router: Router, question: str, answers: Answers) -> list[Answer]:
    names = router.learnt[question].names
    found = zip(answers.best.tolist(), answers.chance.tolist(), answers.sure.tolist(), strict=True)
    return [Answer(names[best], round(chance, 4), sure) for best, chance, sure in found]


def _forms(titles: Sequence[str], texts: Sequence[str]) -> pa.Array:
    columns = {"title": pa.array(titles, pa.large_string()), "text": pa.array(texts, pa.large_string())}
    return forms_as_written(pa.record_batch(columns))
