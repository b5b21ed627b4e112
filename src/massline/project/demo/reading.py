"""What the county's analyst does to the themes of a call that ended: names, one out of two, one of its own; two editions."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from django.utils import timezone

from massline.concentrate import actions
from massline.concentrate.carrying import plan
from massline.concentrate.models import Act, Run, Theme
from massline.concentrate.queries import newest_act, theme_messages
from massline.concentrate.rules import ActKind, ThemeError
from massline.gather.models import Message
from massline.people.models import User
from massline.project.demo.matters import matters
from massline.project.demo.timeline import Timeline
from massline.rights import SYSTEM

RENAMED, ENOUGH = 4, 3  # themes that get another name; messages that make a theme of their own
IN_ENGLISH = "用英文写的留言"
WHY = "读过留言后，把说另一件事的几条单列成一个主题，免得埋在大主题里看不见。"

AGAIN = "用新版程序重新归了一次类，改过的名字和单列的主题照样保留。"


@dataclass
class Reading:
    """Knows of each message which matter it was made up about, as somebody who reads it does."""

    timeline: Timeline
    about: dict[int, str] = field(default_factory=dict)

    def received(self, message: Message, matter: str) -> None:
        if matter:
            self.about[message.pk] = matter

    def begin(self, run: Run, by: User) -> None:
        """The first edition on the day after the run, its correction three days later, then a second run."""
        now = timezone.now()
        self.timeline.at(now + timedelta(days=1), partial(self.first, run, by))
        self.timeline.at(now + timedelta(days=4), partial(self.correct, run, by))
        self.timeline.at(now + timedelta(days=6), partial(self.again, run, by))

    def name_foreign(self, run: Run, by: User) -> None:
        """Themes of messages in English, or with an English name, get one that everybody in the county can read."""
        for theme in self._largest(run):
            said = [message.text.isascii() for message in theme_messages(theme)]
            if 2 * sum(said) <= len(said) and not theme.label.isascii():
                continue
            matter = [_names()[key] for key, _number in self._matters_in(theme).most_common(1)]
            taken = {other.label for other in self._largest(run)}
            name = "：".join([IN_ENGLISH, *matter]) if IN_ENGLISH in taken else IN_ENGLISH
            with suppress(ThemeError):  # another one has this name
                actions.rename_theme(theme, name=name, by=by, version=theme.version)

    def first(self, run: Run, by: User) -> None:
        for theme in list(self._largest(run)[:RENAMED]):
            matter = self._matters_in(theme).most_common(1)
            if matter and not theme.label.startswith(IN_ENGLISH):
                self._rename_or_merge(theme, matter[0][0], by)
        self._publish(run, "", by)

    def correct(self, run: Run, by: User) -> None:
        for theme in self._largest(run):
            for matter, number in self._matters_in(theme).most_common()[1:2]:
                if number >= ENOUGH and self._split(theme, matter, by):
                    self._publish(run, WHY, by)
                    return

    def again(self, run: Run, by: User) -> None:
        """The engine runs once more; what was done by hand is done again, all but one name, which waits in the room."""
        newer = actions.request_run(run.call, by=by)
        if not actions.run_engine(newer.pk, by=SYSTEM):
            raise RuntimeError(f"The engine gave no second result for {run.call.ref}.")
        acts = list(Act.objects.to_carry(newer).select_related("run__call__body"))
        names = [act for act in acts if act.kind == ActKind.RENAMED and not plan(act, newer).reason]
        for act in (act for act in acts if act not in names[-1:]):
            with suppress(ThemeError):  # the newer run has it so already
                actions.carry_act(act, by=by)
        self.name_foreign(newer, by)
        self._publish(newer, AGAIN, by)

    def _largest(self, run: Run) -> list[Theme]:
        return list(Theme.objects.filter(run=run).coarsest().select_related("run__call__body"))

    def _matters_in(self, theme: Theme) -> Counter[str]:
        return Counter(self.about[message.pk] for message in theme_messages(theme) if message.pk in self.about)

    def _rename_or_merge(self, theme: Theme, matter: str, by: User) -> None:
        name = _names()[matter]
        same = next((other for other in self._largest(theme.run) if other.label == name), None)
        with suppress(ThemeError):  # it has this name, or a finer one has it
            if same:
                actions.merge_themes(theme, into=same, by=by, version=theme.version)
            else:
                actions.rename_theme(theme, name=name, by=by, version=theme.version)

    def _split(self, theme: Theme, matter: str, by: User) -> bool:
        chosen = [message.pk for message in theme_messages(theme) if self.about.get(message.pk) == matter]
        try:
            actions.split_theme(theme, messages=chosen, name=_names()[matter], by=by, version=theme.version)
        except ThemeError:  # the name is another theme's already
            return False
        return True

    def _publish(self, run: Run, note: str, by: User) -> None:
        newest = newest_act(run)
        actions.publish_edition(run, note=note, seen=newest.pk if newest else 0, by=by)


def _names() -> dict[str, str]:
    return {matter.key: matter.zh for matter in matters()}
