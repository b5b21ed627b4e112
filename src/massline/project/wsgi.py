"""The door for the web server: `granian --interface wsgi massline.project.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "massline.project.settings")
application = get_wsgi_application()
