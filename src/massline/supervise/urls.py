"""All addresses of the app."""

from django.urls import path

from massline.supervise import views

app_name = "supervise"
urlpatterns = [
    path("receipt/", views.enter_receipt, name="receipt"),
    path("receipt/<str:code>/", views.receipt_page, name="receipt_page"),
    path("receipt/<str:code>/proof.json", views.proof, name="proof"),
    path("receipt/<str:code>/rate/", views.rate, name="rate"),
    path("receipt/<str:code>/reopen/", views.reopen, name="reopen"),
    path("receipt/<str:code>/later/", views.say_later, name="say_later"),
    path("receipt/<str:code>/ask-again/", views.ask_again, name="ask_again"),
    path("receipt/<str:code>/link/", views.link, name="link"),
    path("receipt/<str:code>/link/<int:pk>/take-back/", views.take_back_link, name="take_back_link"),
    path("receipt/<str:code>/follow/", views.follow, name="follow"),
    path("receipt/<str:code>/steps.atom", views.steps, name="steps"),
    path("cases/<int:pk>/follow/", views.follow_case, name="follow_case"),
    path("told/<str:token>/", views.told, name="told"),
    path("scoreboard/", views.scoreboard, name="scoreboard"),
    path("scoreboard/hand-overs/", views.handed_over, name="hand_overs"),
    path("bodies/<str:code>/", views.body, name="body"),
]
