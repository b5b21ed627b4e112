"""No test waits for the teacher, but those that ask for it (`Options(teach=…)`)."""

import pytest

from massline.engine import pipeline


@pytest.fixture(autouse=True, scope="session")
def _words_alone():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "TEACH", 0)
        yield
