"""All addresses of the house, app by app."""

from django.conf import settings
from django.urls import include, path

from massline.project import demo_roles, views
from massline.project.api import api

urlpatterns = [
    path("", views.home, name="home"),
    path("face/", include("massline.face.urls")),
    path("", include("massline.gather.urls")),
    path("", include("massline.concentrate.urls")),
    path("", include("massline.respond.urls")),
    path("", include("massline.supervise.urls")),
    path("", include("massline.people.urls")),
    path("log/", include("massline.ledger.urls")),
    path("api/", api.urls),
]
if settings.MASSLINE_DEMO:
    urlpatterns += [
        path("demo/seat/", demo_roles.take_seat, name="take_seat"),
        path("demo/receipt/", demo_roles.show_receipt, name="show_receipt"),
    ]
