from django.apps import AppConfig


class ConcentrateConfig(AppConfig):
    name = "massline.concentrate"
