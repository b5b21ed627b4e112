"""All addresses of the house, app by app."""

from django.conf import settings
from django.urls import URLResolver, include, path
from django.urls.resolvers import RoutePattern

from massline.project import demo_roles, installed, views
from massline.project.set_up.views import found


class LoadedWhenAsked(URLResolver):
    """Addresses whose code is loaded when one of them is asked for, or named in full: no page needs the API's."""

    def _populate(self) -> None:
        """Names are looked up below the namespace only, and not before somebody asks for one."""


urlpatterns = [
    path("", views.home, name="home"),
    path("face/", include("massline.face.urls")),
    path("", include("massline.bodies.urls")),
    path("", include("massline.gather.urls")),
    path("", include("massline.concentrate.urls")),
    path("", include("massline.respond.urls")),
    path("", include("massline.supervise.urls")),
    path("", include("massline.people.urls")),
    path("set-up/<str:token>/", found, name="found"),
    path("desk/find/", views.find, name="find"),
    path("desk/set-up/", include("massline.project.set_up.urls")),
    path("manifest.webmanifest", installed.manifest, name="manifest"),
    path("worker.js", installed.worker, name="worker"),
    path("offline/", installed.offline, name="offline"),
    path("log/", include("massline.ledger.urls")),
    LoadedWhenAsked(RoutePattern("api/", is_endpoint=False), "massline.project.api", app_name="ninja", namespace="api"),
]
if settings.MASSLINE_DEMO:
    urlpatterns += [
        path("demo/seat/", demo_roles.take_seat, name="take_seat"),
        path("demo/receipt/", demo_roles.show_receipt, name="show_receipt"),
    ]
