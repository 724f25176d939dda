"""The demo's pages before the workbench's own."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from workbench.urls import urlpatterns as stock

from lernet_xblock.workbench import views


def no_reset(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Refuse the workbench's reset: it would empty the authors' fields and leave the networks' rows."""
    return HttpResponse(
        "Start the demo anew with: lernet-workbench --reset",
        status=409,
        content_type="text/plain",
    )


urlpatterns = [
    path("", views.home, name="demo_home"),
    path("demo/switch/", views.switch, name="demo_switch"),
    path("demo/<slug:slug>/<slug:view>/", views.unit, name="demo_unit"),
    path("reset_state", no_reset),
    path("lernet/", include("lernet_xblock.urls")),
    *stock,
]
