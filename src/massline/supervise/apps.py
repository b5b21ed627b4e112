from django.apps import AppConfig


class SuperviseConfig(AppConfig):
    name = "massline.supervise"
