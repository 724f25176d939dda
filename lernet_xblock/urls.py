"""What the LMS serves beside the block itself; see apps.py."""

from django.urls import path

from lernet_xblock.exports import feed_view, file_view

app_name = "lernet"

urlpatterns = [
    path("ics/<str:secret>.ics", feed_view.feed, name="feed"),
    path("session/<str:secret>.ics", feed_view.session, name="session"),
    path("file/<str:secret>/", file_view.file, name="file"),
]
