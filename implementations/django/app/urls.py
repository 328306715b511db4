"""Which operation answers which method of which path."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, register_converter
from django.urls.converters import IntConverter
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from app import api, pages
from app.admin import site


class IdConverter(IntConverter):
    """A path's number, of which no object has one of over 18 digits."""

    def to_python(self, value: str) -> int:
        """Return the number, or 0, which no object has either."""
        return int(value) if len(value) <= 18 else 0


class Operations(View):
    """What our paths have in common."""

    def options(self, request: HttpRequest, **ids: int) -> HttpResponse:
        """List the methods of a path (RFC 9110 §9.3.7)."""
        response = super().options(request)
        response.status_code = 204
        return response


def by_method(**operations: Callable[..., HttpResponse]) -> Any:
    """Join the operations of one path, which Django does not tell apart."""
    methods = {name: staticmethod(call) for name, call in operations.items()}
    # The API knows no cookies; pages check a form once their method is found.
    return csrf_exempt(type("Path", (Operations,), methods).as_view())


register_converter(IdConverter, "id")

urlpatterns = [
    path("healthz", by_method(get=api.show_health)),
    path("readyz", by_method(get=api.show_readiness)),
    path("api/users", by_method(post=api.register_user, get=api.list_users)),
    path("api/users/<id:id>", by_method(delete=api.delete_user)),
    path(
        "api/me", by_method(get=api.show_me, delete=api.delete_me), name="me"
    ),
    path("api/me/password", by_method(put=api.change_password)),
    path("api/tokens", by_method(post=api.create_token)),
    path("api/tokens/current", by_method(delete=api.delete_token)),
    path(
        "api/bookmarks",
        by_method(get=api.list_bookmarks, post=api.create_bookmark),
    ),
    path(
        "api/bookmarks/<id:id>",
        by_method(
            get=api.show_bookmark,
            put=api.replace_bookmark,
            patch=api.update_bookmark,
            delete=api.delete_bookmark,
        ),
        name="bookmark",
    ),
    path("api/tags", by_method(get=api.list_tags)),
    path("api/import", by_method(post=api.import_bookmarks)),
    path("api/export", by_method(get=api.export_bookmarks)),
    path("api/openapi.json", by_method(get=api.show_openapi)),
    path("", by_method(get=pages.show_home), name="home"),
    path(
        "login",
        by_method(get=pages.show_login, post=pages.submit_login),
        name="login",
    ),
    path("logout", by_method(post=pages.submit_logout), name="logout"),
    path(
        "register",
        by_method(get=pages.show_register, post=pages.submit_register),
    ),
    path("bookmarks", by_method(post=pages.submit_bookmark)),
    path(
        "bookmarks/<id:id>/edit",
        by_method(get=pages.show_edit, post=pages.submit_edit),
    ),
    path("bookmarks/<id:id>/delete", by_method(post=pages.submit_delete)),
    path(
        "import",
        by_method(get=pages.show_import, post=pages.submit_import),
        name="import",
    ),
    path("export", by_method(get=pages.show_export)),
    path("admin/", site.urls),
]
