"""All addresses of the app. The page of a call stands here, because it shows what was found in its messages."""

from django.urls import path

from massline.concentrate.views import carrying, public, room

app_name = "concentrate"
urlpatterns = [
    path("calls/<slug:ref>/", public.call, name="call"),
    path("calls/<slug:ref>/places/", public.places, name="places"),
    path("calls/<slug:ref>/themes/", public.themes, name="themes"),
    path("calls/<slug:ref>/themes/run/", public.request_run, name="request_run"),
    path("calls/<slug:ref>/themes/<int:pk>/", public.theme, name="theme"),
    path("calls/<slug:ref>/themes/acts/", public.acts, name="acts"),
    path("calls/<slug:ref>/editions/<int:number>/", public.edition, name="edition"),
    path("calls/<slug:ref>/editions/<int:number>/edition.json", public.edition_content, name="edition_content"),
    path("desk/calls/<slug:ref>/themes/", room.room, name="room"),
    path("desk/calls/<slug:ref>/themes/<int:pk>/", room.room_theme, name="room_theme"),
    path("desk/calls/<slug:ref>/themes/<int:pk>/rename/", room.rename, name="rename"),
    path("desk/calls/<slug:ref>/themes/<int:pk>/merge/", room.merge, name="merge"),
    path("desk/calls/<slug:ref>/themes/<int:pk>/take-out/", room.take_out, name="take_out"),
    path("desk/calls/<slug:ref>/themes/publish/", room.publish, name="publish"),
    path("desk/calls/<slug:ref>/themes/earlier/", carrying.earlier, name="earlier"),
    path("desk/calls/<slug:ref>/themes/earlier/all/", carrying.carry_all, name="carry_all"),
    path("desk/calls/<slug:ref>/acts/<int:pk>/undo/", room.undo, name="undo"),
    path("desk/calls/<slug:ref>/acts/<int:pk>/carry/", carrying.carry, name="carry"),
    path("desk/calls/<slug:ref>/acts/<int:pk>/aside/", carrying.set_aside, name="set_act_aside"),
]
