"""CONCENTRATE and CONSULT as mathematics: tables in, tables out. No web, no database, no clock, no persons.

Each step is a module of the step's name. This package imports none of them: a page that masks one text loads no compiled code.
"""

from typing import Final

FRONT_DOOR: Final = {
    "pipeline": ("run", "Options", "RunResult", "METHOD"),
    "read": ("read",),
    "rejects": ("Reject",),
    "clean": ("matching_form", "clean_batch"),
    "mask": ("mask", "Masked"),
    "fold": ("fold", "Folded"),
    "trace": ("trace",),
    "place": ("load_themes", "Frozen", "place_batch", "place_arrivals", "drift_of", "drift_of_sums", "Drift"),
    "errors": (
        "EngineError",
        "InputError",
        "OptionError",
        "OutputError",
        "ClusterError",
        "UntraceableStatement",
        "UnevenFacts",
    ),
}
"""Module -> what others may use of it; docs/reference/engine.md describes each name. All else may change without a word."""
