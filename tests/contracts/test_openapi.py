"""The API's contract is a file: what programs rely on changes on purpose or not at all."""

import json
from pathlib import Path

from massline.project.api import api

SNAPSHOT = Path(__file__).parent / "openapi.json"


def test_the_api_is_what_its_contract_says() -> None:
    found = json.loads(json.dumps(api.get_openapi_schema()))
    kept = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert found == kept, (
        "The API has changed. If that is meant: run scripts/openapi, look at the difference, commit it."
    )


def test_every_endpoint_says_how_it_words_errors() -> None:
    for path, operations in api.get_openapi_schema()["paths"].items():
        for verb, operation in operations.items():
            assert "application/problem+json" in operation["responses"]["default"]["content"], f"{verb} {path}"
