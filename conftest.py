"""The tests' environment: what an operator must set is set here, before Django reads it.

The settings module is named here and not in pyproject.toml, because pytest-django would read that one before this file."""

import os

import django
from django.conf import settings

os.environ.setdefault("MASSLINE_SECRET_KEY", "a key for tests only, it protects nothing at all")
os.environ.setdefault("MASSLINE_HTTPS", "False")
os.environ.setdefault("MASSLINE_DEMO", "True")
os.environ.setdefault("MASSLINE_DEBUG", "False")
os.environ.setdefault("MASSLINE_TEACH", "0")  # tests of the pages need themes, not good ones
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "massline.project.settings")
django.setup()

# Style sheets and scripts straight from the folders they are written in, under their own names: nothing is collected first.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
