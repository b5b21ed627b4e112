"""The JSON API as a whole: each app's router under one roof.

Schema: /api/openapi.json, snapshot in tests/contracts/openapi.json."""

from ninja import NinjaAPI

import massline
from massline.project.problems import register

# No docs page: ninja's loads scripts from elsewhere, and no page of ours asks anybody outside.
api = NinjaAPI(title="massline", version=massline.__version__, docs_url=None, urls_namespace="api")
register(api)
