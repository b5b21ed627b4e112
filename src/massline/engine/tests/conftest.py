"""The first call of a compiled function takes seconds: no test is judged by its time."""

from hypothesis import settings

settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")
