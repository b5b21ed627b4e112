"""A model that answers over HTTP in OpenAI's way, where an operator names one. Nothing else in the engine asks a network."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any, Final
from urllib.parse import urlsplit

from massline.engine.errors import EndpointError, OptionError

MOST_BYTES: Final = 64 << 20
"""A longer answer is none."""

PAUSES: Final = (1.0, 5.0)
"""Seconds between one try and the next, where the endpoint is away or busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where to ask: url without the path of the question (https://host/v1), the model's name, the key that lets us in.

    seconds: how long one answer may take in all. Raises OptionError where the address cannot be one.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    seconds: float = 60.0
    pauses: tuple[float, ...] = PAUSES

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise OptionError(
                f"{self.url!r} is no address of a model. Write it like https://host/v1, the key apart from it."
            )
        if not self.model:
            raise OptionError(f"No model is named for {self.url}. Write its name beside the address.")

    def ask(self, path: str, question: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object that is answered to `question`, with the model's name in it. Tries again after each pause where
        nothing, 429 or 5xx comes. Raises EndpointError."""
        body = json.dumps({"model": self.model, **question}, ensure_ascii=False).encode()
        for pause in (*self.pauses, None):
            try:
                return self._object(self._post(path, body))
            except EndpointError as error:
                if pause is None or not error.passing:
                    raise
                sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _post(self, path: str, body: bytes) -> bytes:
        import http.client
        import urllib.error
        import urllib.request  # only here, and only where an operator named an address

        class Straight(urllib.request.HTTPRedirectHandler):
            """Follows nobody elsewhere: the key is for this address."""

            def redirect_request(self, *_: object) -> None:
                return None

        headers = {"Content-Type": "application/json", "User-Agent": "massline"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        address = f"{self.url.rstrip('/')}/{path}"
        request = urllib.request.Request(address, body, headers)  # noqa: S310 - http or https: checked above
        try:
            with urllib.request.build_opener(Straight).open(request, timeout=self.seconds) as answer:
                return self._whole(answer)
        except urllib.error.HTTPError as error:
            passing = error.code == 429 or error.code >= 500
            raise EndpointError(f"{self.url} answered {error.code}.", passing=passing) from error
        except (OSError, http.client.HTTPException) as error:
            raise EndpointError(f"{self.url} did not answer: {error or type(error).__name__}.", passing=True) from error

    def _whole(self, answer: Any) -> bytes:  # noqa: ANN401 - http.client's, imported only where it is needed
        """All of an answer; one that drips must be whole in time too."""
        end, parts, size = monotonic() + self.seconds, [], 0
        while part := answer.read1(1 << 16):
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise EndpointError(f"{self.url} answered more than {MOST_BYTES >> 20} MB.", passing=False)
            if monotonic() > end:
                raise TimeoutError("the answer came too slowly")
        return b"".join(parts)

    def _object(self, answer: bytes) -> dict[str, Any]:
        try:
            told = json.loads(answer)
        except ValueError as error:
            raise EndpointError(f"{self.url} answered no JSON.", passing=False) from error
        if not isinstance(told, dict):
            raise EndpointError(f"{self.url} answered JSON that is no object.", passing=False)
        return told
