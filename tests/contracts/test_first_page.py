"""What a web process loads before its first answer: an operator who restarts it waits for no library that no page needs."""

import subprocess
import sys

HEAVY = {"numba", "numpy", "pyarrow", "scipy", "sklearn", "holidays", "ninja", "pydantic", "segno"}
PROGRAM = f"""
import sys
from massline.project.wsgi import application
from django.urls import resolve, reverse
resolve("/"), reverse("gather:calls")  # all addresses of pages, and so all views
print(*{HEAVY} & {{name.partition(".")[0] for name in sys.modules}})
print(resolve("/api/calls").func.__module__, reverse("api:openapi-json"))
"""


def test_pages_load_nothing_that_only_the_engine_the_api_or_a_deadline_needs() -> None:
    """And an address of the API is found all the same, once somebody asks for it."""
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["", "ninja.operation /api/openapi.json"]
