"""The JSON API as a whole: each app's router under one roof.

Schema: /api/openapi.json, snapshot in tests/contracts/openapi.json."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

import massline
from massline.concentrate.api import router as concentrate
from massline.gather.api import router as gather
from massline.project.problems import register
from massline.respond.api import router as respond
from massline.supervise.api import router as supervise

PROBLEM = {
    "description": "What went wrong, and how to go on (RFC 9457)",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"description": "a sentence; where a request cannot be read, one object for each field"},
                },
            }
        }
    },
}


class PlainJSON(JSONRenderer):
    """Chinese as it is written: escaped, it would take twice the bytes and nobody could read it."""

    json_dumps_params = {"ensure_ascii": False}


class HouseAPI(NinjaAPI):
    """An API whose every endpoint answers errors in the same way, and says so."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:  # noqa: ANN401  (ninja's own signature)
        schema = super().get_openapi_schema(**options)
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"]["default"] = PROBLEM
        return schema


# No docs page: ninja's loads scripts from elsewhere, and no page of ours asks anybody outside.
api = HouseAPI(
    title="massline", version=massline.__version__, docs_url=None, urls_namespace="api", renderer=PlainJSON()
)
register(api)
api.add_router("", gather)
api.add_router("", concentrate)
api.add_router("", respond)
api.add_router("", supervise)

urlpatterns = api.urls[0]
