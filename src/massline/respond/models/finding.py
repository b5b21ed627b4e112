"""By which terms cases and replies are found; messages are gather's."""

from massline.terms import Terms


class CaseTerms(Terms):
    """By which terms a case is found: of its title."""

    words_of = ("title",)


class ReplyTerms(Terms):
    """By which terms a reply is found."""

    words_of = ("text",)
