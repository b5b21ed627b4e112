"""The tests' environment: what an operator must set is set here, before Django reads it.

The settings module is named here and not in pyproject.toml, because pytest-django would read that one before this file."""

import os
import tempfile

import django

os.environ.setdefault("MASSLINE_SECRET_KEY", "a key for tests only, it protects nothing at all")
os.environ.setdefault("MASSLINE_HTTPS", "False")
os.environ.setdefault("MASSLINE_DEMO", "True")
os.environ.setdefault("MASSLINE_DEBUG", "False")
os.environ.setdefault("MASSLINE_STATIC_ROOT", tempfile.gettempdir() + "/massline-test-static")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "massline.project.settings")
django.setup()
