"""All addresses of the app, under /log/. The files lie where C2SP tlog-tiles has them."""

from django.urls import path, re_path

from massline.ledger import views

NUMBER = r"(?:x\d{3}/)*\d{3}(?:\.p/\d{1,3})?"

app_name = "ledger"
urlpatterns = [
    path("", views.entries, name="entries"),
    path("proof/", views.proof, name="proof"),
    path("log.jsonl", views.download, name="download"),
    path("checkpoint", views.published_file, {"path": "checkpoint"}, name="checkpoint"),
    re_path(rf"^(?P<path>tile/(?:\d{{1,2}}|entries)/{NUMBER})\Z", views.published_file, name="tile"),
]
