"""All addresses of the app."""

from django.urls import path

from massline.respond.views import cases, desk, messages, public, queue, replying, reshaping, together, topics, urging

app_name = "respond"
urlpatterns = [
    path("messages/<int:pk>/", public.message, name="message"),
    path("cases/<int:pk>/", public.case, name="case"),
    path("you-said/", public.you_said, name="you_said"),
    path("desk/", queue.queue, name="queue"),
    path("desk/views/keep/", desk.keep_view, name="keep_view"),
    path("desk/views/<int:pk>/rename/", desk.rename_view, name="rename_view"),
    path("desk/views/<int:pk>/delete/", desk.drop_view, name="drop_view"),
    path("desk/together/", together.done_together, name="done_together"),
    path("desk/together/messages/", together.messages_together, name="messages_together"),
    path("desk/together/cases/", together.cases_together, name="cases_together"),
    path("desk/together/undo/", together.undo_together, name="undo_together"),
    path("desk/messages/<int:pk>/publish/", messages.publish, name="publish"),
    path("desk/messages/<int:pk>/take/", messages.take, name="take"),
    path("desk/messages/<int:pk>/set-aside/", messages.set_aside, name="set_aside"),
    path("desk/cases/<int:pk>/", cases.desk_case, name="desk_case"),
    path("desk/cases/<int:pk>/hand-over/", cases.hand_over, name="hand_over"),
    path("desk/cases/<int:pk>/hand-back/", cases.hand_back, name="hand_back"),
    path("desk/cases/<int:pk>/reply/", cases.reply, name="reply"),
    path("desk/cases/<int:pk>/coach/", cases.coach, name="coach"),
    path("desk/cases/<int:pk>/draft/", replying.keep_draft, name="keep_draft"),
    path("desk/cases/<int:pk>/fill-in/", replying.fill_in, name="fill_in"),
    path("desk/templates/", replying.templates, name="templates"),
    path("desk/templates/<int:pk>/", replying.templates, name="template"),
    path("desk/templates/<int:pk>/delete/", replying.drop_template, name="drop_template"),
    path("topics/", topics.topics, name="topics"),
    path("desk/topics/new/", topics.topic, name="new_topic"),
    path("desk/topics/<int:pk>/", topics.topic, name="topic"),
    path("desk/themes/<int:pk>/take/", messages.take_theme, name="take_theme"),
    path("desk/cases/<int:pk>/join/", cases.join, name="join"),
    path("desk/cases/<int:pk>/leave/", cases.leave, name="leave"),
    path("desk/cases/<int:pk>/urge/", urging.urge, name="urge"),
    path("desk/cases/<int:pk>/merge/", reshaping.merge, name="merge"),
    path("desk/cases/<int:pk>/split/", reshaping.split, name="split"),
    path("desk/cases/<int:pk>/take-back/", reshaping.take_back, name="take_back"),
    path("desk/cases/<int:pk>/share/", cases.share, name="share"),
    path("desk/cases/<int:pk>/part/", cases.finish_part, name="finish_part"),
    path("desk/cases/<int:pk>/note/", cases.write_note, name="write_note"),
    path("desk/cases/<int:pk>/pause/", cases.pause, name="pause"),
    path("desk/cases/<int:pk>/resume/", cases.resume, name="resume"),
    path("desk/cases/<int:pk>/extend/", cases.extend, name="extend"),
]
