"""The verbs of concentrating: runs of the engine, what arrives after them, and what analysts do to themes by hand."""

from massline.concentrate.actions.arrivals import place_arrivals
from massline.concentrate.actions.room import (
    merge_themes,
    move_messages,
    publish_edition,
    rename_theme,
    split_theme,
    undo_act,
)
from massline.concentrate.actions.runs import request_run, run_engine

__all__ = [
    "merge_themes", "move_messages", "place_arrivals", "publish_edition", "rename_theme", "request_run", "run_engine",
    "split_theme", "undo_act",
]  # fmt: skip
