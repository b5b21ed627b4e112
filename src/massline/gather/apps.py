from django.apps import AppConfig


class GatherConfig(AppConfig):
    name = "massline.gather"
