"""The door for the web server: `granian --interface wsgi massline.project.wsgi:application`."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "massline.project.settings")
application = get_wsgi_application()

import_module(settings.ROOT_URLCONF)  # every page, before anybody asks for one
gc.collect()
gc.freeze()  # what is loaded by now stays; searching it for garbage would stop a page for a tenth of a second, now and then
