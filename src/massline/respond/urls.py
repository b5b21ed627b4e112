"""All addresses of the app."""

from django.urls import path

from massline.respond import views

app_name = "respond"
urlpatterns = [
    path("messages/<int:pk>/", views.message, name="message"),
    path("cases/<int:pk>/", views.case, name="case"),
    path("you-said/", views.you_said, name="you_said"),
    path("desk/", views.queue, name="queue"),
    path("desk/messages/<int:pk>/publish/", views.publish, name="publish"),
    path("desk/messages/<int:pk>/take/", views.take, name="take"),
    path("desk/messages/<int:pk>/set-aside/", views.set_aside, name="set_aside"),
    path("desk/cases/<int:pk>/", views.desk_case, name="desk_case"),
    path("desk/cases/<int:pk>/hand-over/", views.hand_over, name="hand_over"),
    path("desk/cases/<int:pk>/reply/", views.reply, name="reply"),
    path("desk/cases/<int:pk>/coach/", views.coach, name="coach"),
    path("desk/themes/<int:pk>/take/", views.take_theme, name="take_theme"),
    path("desk/cases/<int:pk>/join/", views.join, name="join"),
    path("desk/cases/<int:pk>/leave/", views.leave, name="leave"),
    path("desk/cases/<int:pk>/share/", views.share, name="share"),
    path("desk/cases/<int:pk>/part/", views.finish_part, name="finish_part"),
    path("desk/cases/<int:pk>/note/", views.write_note, name="write_note"),
    path("desk/cases/<int:pk>/pause/", views.pause, name="pause"),
    path("desk/cases/<int:pk>/resume/", views.resume, name="resume"),
    path("desk/cases/<int:pk>/extend/", views.extend, name="extend"),
]
