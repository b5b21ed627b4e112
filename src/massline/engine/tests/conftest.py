"""The first call of a compiled function takes seconds: no test is judged by its time. And no test waits for the teacher,
but those that ask for it (`Options(teach=…)`)."""

import pytest
from hypothesis import settings

from massline.engine import pipeline

settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")


@pytest.fixture(autouse=True, scope="session")
def _words_alone():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "TEACH", 0)
        yield
