from django.apps import AppConfig


class FaceConfig(AppConfig):
    name = "massline.face"
    label = "face"
