"""A teacher that is asked over the network: any endpoint that gives embeddings in OpenAI's way."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa

from massline.engine.buffers import F32
from massline.engine.endpoint import Endpoint
from massline.engine.errors import EndpointError, TeacherError
from massline.engine.nearness import unit

AT_ONCE: Final = 64
"""Messages in one question."""

MOST_SIGNS: Final = 400
"""So many signs of a message are sent."""


class ServiceTeacher:
    """Reads by asking an endpoint, a question for AT_ONCE messages. What is sent are matching forms: personal data masked.

    digest: nobody can say which weights answer, so only address and model are known.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.name, self.digest = f"{endpoint.model} at {endpoint.url}", ""

    def vectors(
        self, texts: pa.Array, *, pieces: int = MOST_SIGNS, done: Callable[[int], None] = lambda count: None
    ) -> F32:
        """Unit vectors of n texts, (n, d) float32. pieces: the endpoint cuts by its own measure, so this one says nothing.

        Raises TeacherError, which says how many had been read: nothing is made of half of a sample.
        """
        told = [text[:MOST_SIGNS] for text in texts.to_pylist()]
        parts: list[F32] = []
        for start in range(0, len(told), AT_ONCE):
            some = told[start : start + AT_ONCE]
            try:
                parts.append(self._read(some, parts[0].shape[1] if parts else None))
            except EndpointError as error:
                raise TeacherError(
                    f"{error} {start:,} of {len(told):,} messages had been read. Run again when it is there, or leave "
                    "--teacher out."
                ) from error
            done(start + len(some))
        return unit(np.concatenate(parts)) if parts else np.zeros((0, 1), np.float32)

    def _read(self, texts: list[str], wide: int | None) -> F32:
        """Vectors of one question, (b, d). wide: what d must be."""
        found = vectors_in(self._endpoint.ask("embeddings", {"input": texts, "encoding_format": "float"}), len(texts))
        if found is None:
            raise EndpointError(f"{self._endpoint.url} did not give one vector for each message.", passing=False)
        if wide is not None and found.shape[1] != wide:
            raise EndpointError(
                f"{self._endpoint.url} gave vectors of {wide} numbers, then of {found.shape[1]}.", passing=False
            )
        return found


def vectors_in(answer: Mapping[str, Any], count: int) -> F32 | None:
    """The vectors of an answer in the order of its texts, (count, d); None where they are not all there, or no numbers."""
    try:
        rows = {int(one["index"]): one["embedding"] for one in answer["data"]}
        found = np.array([rows[i] for i in range(count)], np.float32)
    except (KeyError, TypeError, ValueError, IndexError):
        return None
    whole = len(rows) == count and found.ndim == 2 and found.shape[1] > 1 and bool(np.isfinite(found).all())
    return found if whole and bool(found.any(axis=1).all()) else None
