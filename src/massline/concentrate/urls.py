"""All addresses of the app. The page of a call stands here, because it shows what was found in its messages."""

from django.urls import path

from massline.concentrate import views

app_name = "concentrate"
urlpatterns = [
    path("calls/<slug:ref>/", views.call, name="call"),
    path("calls/<slug:ref>/places/", views.places, name="places"),
    path("calls/<slug:ref>/themes/", views.themes, name="themes"),
    path("calls/<slug:ref>/themes/run/", views.request_run, name="request_run"),
    path("calls/<slug:ref>/themes/<int:pk>/", views.theme, name="theme"),
    path("calls/<slug:ref>/themes/acts/", views.acts, name="acts"),
    path("calls/<slug:ref>/editions/<int:number>/", views.edition, name="edition"),
    path("calls/<slug:ref>/editions/<int:number>/edition.json", views.edition_content, name="edition_content"),
    path("desk/calls/<slug:ref>/themes/", views.room, name="room"),
    path("desk/calls/<slug:ref>/themes/<int:pk>/", views.room_theme, name="room_theme"),
    path("desk/calls/<slug:ref>/themes/<int:pk>/rename/", views.rename, name="rename"),
    path("desk/calls/<slug:ref>/themes/<int:pk>/merge/", views.merge, name="merge"),
    path("desk/calls/<slug:ref>/themes/<int:pk>/take-out/", views.take_out, name="take_out"),
    path("desk/calls/<slug:ref>/themes/publish/", views.publish, name="publish"),
    path("desk/calls/<slug:ref>/acts/<int:pk>/undo/", views.undo, name="undo"),
    path("pictures.css", views.picture_style, name="picture_style"),
]
