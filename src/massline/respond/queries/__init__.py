"""Reads that join cases, turns, messages and calendars for one page, by matter."""

from massline.respond.queries.attaching import attached_by, files_of, knowing_files, with_attachments
from massline.respond.queries.clocks import Clock, Clocks, clocks
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
from massline.respond.queries.estate import Estate, estate_of
from massline.respond.queries.finding import LOOKED_THROUGH, Found, Search
from massline.respond.queries.hot import HotLine, hot_lines, hot_matter_of
from massline.respond.queries.linking import Earlier, earlier_of
from massline.respond.queries.passing import Passing, goes_down, passings, places_of, sender_by, sender_of
from massline.respond.queries.replying import draft_of, facts_of, templates_of, templates_within
from massline.respond.queries.routing import (
    Advised,
    PastCase,
    advised,
    advised_together,
    by_words,
    duty_of,
    first_message,
    first_of_open_cases,
    learnt_since,
    newest_router,
    past_cases,
    to_advise,
    topics_shown,
)
from massline.respond.queries.telling import (
    HAND_OVERS,
    Act,
    DueStory,
    Letters,
    Line,
    Urged,
    acts,
    bodies_at_hand,
    calendars_of,
    clock,
    days_left,
    due_story,
    hand_over_choices,
    helpers,
    in_order,
    last_reshaping,
    letters_about,
    may_urge,
    notes,
    only_escalated_since,
    own_part,
    promise_body,
    replies_of,
    running_pause,
    taking_body,
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
    crowd_of,
    free_messages,
    latest_replies,
    messages_in_matters,
    messages_in_theme,
    messages_shown_to,
    placement_of,
    reply_day,
    set_aside_of,
)

__all__ = [
    "ALIKE", "ASKED", "Act", "Advised", "Clock", "Clocks", "Crowd", "Days", "DueStory", "Earlier", "Estate", "Found",
    "HAND_OVERS", "HotLine", "LOOKED_THROUGH", "Letters", "Line", "MessageLine", "Passing", "PastCase", "Search",
    "Urged", "acts", "advised", "advised_together", "alike", "answered_cases", "answers", "asked_in",
    "attached_by", "bodies_at_hand", "by_words", "calendars_of", "clock", "clocks", "crowd", "crowd_of",
    "days_left", "days_of", "desk_cases", "desk_counts", "desk_lines", "draft_of", "due_story", "duty_of", "earlier_of",
    "estate_of", "facts_of", "files_of", "first_message", "first_of_open_cases", "free_messages", "goes_down",
    "hand_over_choices", "helpers", "hot_lines", "hot_matter_of", "in_order", "knowing_files", "last_reshaping",
    "latest_replies", "learnt_since", "letters_about", "lines", "may_urge", "messages_in_matters",
    "messages_in_theme", "messages_shown_to", "messages_to_publish", "messages_to_take", "newest_router", "notes",
    "only_escalated_since", "own_part", "passings", "past_cases", "placement_of", "places_of", "promise_body", "replies_of",
    "reply_day", "running_pause", "sender_by", "sender_of", "set_aside_of", "taking_body", "templates_of",
    "templates_within", "to_advise", "topics_shown", "urged", "with_attachments",
]  # fmt: skip
