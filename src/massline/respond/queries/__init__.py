"""Reads that join cases, turns, messages and calendars for one page, by matter."""

from massline.respond.queries.desk import (
    Days,
    MessageLine,
    days_of,
    desk_cases,
    desk_counts,
    desk_lines,
    lines,
    messages_to_publish,
    messages_to_take,
)
from massline.respond.queries.finding import LOOKED_THROUGH, Found, Search
from massline.respond.queries.replying import draft_of, facts_of, templates_of, templates_within
from massline.respond.queries.telling import (
    Act,
    DueStory,
    Letters,
    Line,
    Urged,
    acts,
    clock,
    days_left,
    due_story,
    hand_over_choices,
    helpers,
    in_order,
    last_reshaping,
    letters_about,
    load,
    may_urge,
    notes,
    own_part,
    promise_body,
    replies_of,
    running_pause,
    urged,
)
from massline.respond.queries.voices import (
    ALIKE,
    ASKED,
    Crowd,
    alike,
    answered_cases,
    answers,
    asked_in,
    crowd,
    free_messages,
    latest_replies,
    messages_in_theme,
    messages_shown_to,
    placement_of,
    reply_day,
    set_aside_of,
)

__all__ = [
    "ALIKE", "ASKED", "Act", "Crowd", "Days", "DueStory", "Found", "LOOKED_THROUGH", "Letters", "Line", "MessageLine",
    "Search", "Urged", "acts", "alike", "answered_cases", "answers", "asked_in", "clock", "crowd", "days_left", "days_of",
    "desk_cases", "desk_counts", "desk_lines", "draft_of", "due_story", "facts_of", "free_messages",
    "hand_over_choices", "helpers", "in_order", "last_reshaping", "latest_replies", "letters_about", "lines", "load",
    "may_urge", "messages_in_theme", "messages_shown_to", "messages_to_publish", "messages_to_take", "notes",
    "own_part", "placement_of", "promise_body", "replies_of", "reply_day", "running_pause", "set_aside_of",
    "templates_of", "templates_within", "urged",
]  # fmt: skip
