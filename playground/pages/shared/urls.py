"""The URLs of share links, below `s/TOKEN/`."""

from django.urls import URLPattern, path

from playground.pages.shared import page, sending

urlpatterns: list[URLPattern] = [
    path("", page.open_share_link, name="share"),
    path("opened/", page.record_visit, name="share_opened"),
    path("check/", sending.check_shared, name="check_share"),
    path("send/", sending.send_shared, name="send_share"),
    path("sent/<uuid:submission>/", sending.show_sent, name="share_sent"),
    path("fork/", page.fork_shared, name="fork_share"),
]
