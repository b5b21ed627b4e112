from django.apps import AppConfig


class FaceConfig(AppConfig):
    name = "massline.face"
    label = "face"

    def ready(self) -> None:
        """Register the checks."""
        from massline.face import checks  # noqa: F401
