"""What `massline manage check` says about the face of this installation."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


@register()
def a_person_can_be_called(app_configs: object, **kwargs: Any) -> list[CheckMessage]:  # noqa: ANN401  (Django's own signature)
    """Old residents are promised a person on every page."""
    if settings.SITE_PHONE:
        return []
    hint = "Set MASSLINE_PHONE to the number where a person answers, as 12345; it then stands on every page."
    return [Warning("MASSLINE_PHONE is empty: nobody can be called from a page.", hint=hint, id="massline.face.W001")]
