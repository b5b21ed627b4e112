"""Which texts hold a word, told by an index: the same terms and the same answers on SQLite (FTS5) and PostgreSQL (GIN).

A text is known by its terms: of each run of Chinese characters every two that follow each other, and its last one; of letters and
digits the word and its beginnings. What is looked for is found from the beginning of a word or number, and anywhere in Chinese.
No extension of the database is needed, no segmenter guesses where a word ends.
Why so: docs/decisions/0030-search-by-pairs-of-characters.md."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar
from unicodedata import normalize

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler

LONGEST = 40  # characters of a term; of a longer word its beginning is known
BEGINNING = 12  # characters: by every shorter beginning, from two, a word is found
MOST = 50_000  # terms of one text: PostgreSQL keeps no more than a mebibyte of them
_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_CHINESE = re.compile(rf"[{_HAN}]")


def terms(text: str) -> list[str]:
    """The terms by which a text is found, each once, in order; at most MOST."""
    found: dict[str, None] = {}
    for run in _runs(text):
        found.update(dict.fromkeys([*_pairs(run), run[-1]] if _CHINESE.match(run) else _beginnings(run)))
    return list(found)[:MOST]


def asked(word: str) -> list[tuple[str, bool]]:
    """The terms that a text must have to hold this word; True where a longer term does as well. Empty: nothing to look for."""
    found: list[tuple[str, bool]] = []
    for run in _runs(word):
        if not _CHINESE.match(run):
            found += [(run[:BEGINNING], False), *([(run[:LONGEST], True)] if len(run) > BEGINNING else [])]
        else:
            found += [(pair, False) for pair in _pairs(run)] or [(run, True)]
    return list(dict.fromkeys(found))


def _runs(text: str) -> list[str]:
    return _RUNS.findall(normalize("NFKC", text).casefold())


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def _beginnings(run: str) -> list[str]:
    return [*(run[:end] for end in range(2, min(len(run), BEGINNING + 1))), run[:LONGEST]]


class TermsField(models.Field):  # type: ignore[type-arg]
    """The terms of one text: given as a list, never read, asked by `__holds`, a word."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_placeholder(self, value: object, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> str:
        return "array_to_tsvector(%s::text[])" if connection.vendor == "postgresql" else "%s"

    def get_db_prep_value(
        self, value: Sequence[str], connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> list[str] | str:
        return list(value) if connection.vendor == "postgresql" else " ".join(value)


@TermsField.register_lookup
class Holds(Lookup[str]):
    """Whether all terms of a word are there. Terms are letters and digits: none of them can be mistaken for an operator."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str, ...]]:
        wanted = asked(str(self.rhs))
        if connection.vendor == "postgresql":
            left, _none = self.process_lhs(compiler, connection)
            return f"{left} @@ %s::tsquery", (
                " & ".join(f"'{term}'{':*' if longer else ''}" for term, longer in wanted),
            )
        table = connection.ops.quote_name(
            self.lhs.target.model._meta.db_table
        )  # FTS5: the column of this name is all of it
        left = f"{compiler.quote_name_unless_alias(self.lhs.alias)}.{table}"
        return f"{left} MATCH %s", (" AND ".join(f'"{term}"{" *" if longer else ""}' for term, longer in wanted),)


class Terms(models.Model):
    """By which terms one text is found. `key`: of the row that the text stands in."""

    words_of: ClassVar[Sequence[str]] = ()  # its columns that hold words

    key = models.BigIntegerField(primary_key=True, db_column="rowid")
    terms = TermsField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"terms of {self.key}"


def keep(index: type[Terms], rows: Iterable[models.Model], *, new: bool = False) -> None:
    """Let these rows be found by the words that they hold now, and by no others. Called by the verb that changes them, in its
    transaction. new: they were never known before. Two queries, one where they are new."""
    known = {row.pk: terms(" ".join(getattr(row, name) for name in index.words_of)) for row in rows}
    if not new:
        index._default_manager.filter(pk__in=known).delete()
    index._default_manager.bulk_create(index(key=key, terms=found) for key, found in known.items() if found)


def refill(index: type[Terms], rows: models.QuerySet[Any], *, at_once: int = 1_000) -> Iterator[int]:
    """Know all these rows anew, some in each transaction, while others write; yields how many are done. What has no row goes."""
    last = done = 0
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:at_once]):
        with transaction.atomic():
            keep(index, some)
        last, done = some[-1].pk, done + len(some)
        yield done
    index._default_manager.exclude(pk__in=rows.values("pk")).delete()


def tidy(index: type[Terms]) -> None:
    """Take out of the file what was taken out of the index: FTS5 only marks it; PostgreSQL's autovacuum does so by itself."""
    connection = connections["default"]
    if connection.vendor == "sqlite":
        table = connection.ops.quote_name(index._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")  # noqa: S608 - our own table's name


def make_table(index: type[models.Model], schema: BaseDatabaseSchemaEditor) -> None:
    """The table of an index, in a migration: FTS5 on SQLite, a GIN index on PostgreSQL."""
    table = schema.quote_name(index._meta.db_table)
    if schema.connection.vendor == "postgresql":
        schema.execute(f"CREATE TABLE {table} (rowid bigint PRIMARY KEY, terms tsvector NOT NULL)")
        name = schema.quote_name(f"{index._meta.db_table}_gin")
        schema.execute(f"CREATE INDEX {name} ON {table} USING gin (terms) WITH (fastupdate = off)")
    else:
        options = "detail=none, columnsize=0, tokenize='ascii'"
        schema.execute(f"CREATE VIRTUAL TABLE {table} USING fts5(terms, {options})")


def drop_table(index: type[models.Model], schema: BaseDatabaseSchemaEditor) -> None:
    schema.execute(f"DROP TABLE {schema.quote_name(index._meta.db_table)}")
