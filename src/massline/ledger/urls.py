"""All addresses of the app, under /log/."""

from django.urls import path

from massline.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.entries, name="entries"),
    path("log.jsonl", views.download, name="download"),
]
