"""Know the words of all messages, cases and replies anew, while others go on working.

    massline manage rebuild_search

Nobody needs it daily: verbs keep the index. On SQLite it also takes out of the file what was erased: FTS5 only marks it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import QuerySet
from rich.console import Console
from rich.progress import Progress

from massline.gather.models import Message, MessageTerms
from massline.respond.models import Case, CaseTerms, Reply, ReplyTerms
from massline.terms import Terms, refill, tidy


class Command(BaseCommand):
    help = "Build the index of words of messages, cases and replies anew."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  (Django's own signature)
        texts: list[tuple[type[Terms], QuerySet[Any]]] = [
            (MessageTerms, Message.objects.all()), (CaseTerms, Case.objects.all()), (ReplyTerms, Reply.objects.all())
        ]  # fmt: skip
        with Progress(console=Console(stderr=True)) as progress:
            for index, rows in texts:
                name = str(rows.model._meta.verbose_name_plural)
                bar = progress.add_task(name, total=rows.count())
                for done in refill(index, rows):
                    progress.update(bar, completed=done)
                tidy(index)
        self.stdout.write("The index knows every message, case and reply.")
