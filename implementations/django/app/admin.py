"""Django's pages for those who run the service."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, reverse

from app.models import FailedSignIn, User
from app.sessions import find_session


class Site(admin.AdminSite):
    """Leaves passwords to others, who count those that are wrong."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Let administrators in."""
        find_session(request)
        return super().has_permission(request)

    def login(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        """Lead a visitor to the form to sign in."""
        if find_session(request).is_authenticated:
            raise PermissionDenied  # another sign-in would change nothing
        asked = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(asked, reverse("login"))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Have no pages to change a password."""
        return [
            url
            for url in super().get_urls()
            if "password_change" not in str(url.pattern)
        ]


site = Site()


@admin.register(User, site=site)
class UserAdmin(admin.ModelAdmin):
    """Shows accounts, but nothing of what they keep."""

    fields = ["username", "admin", "created_at"]
    readonly_fields = ["username", "created_at"]
    list_display = ["username", "admin", "created_at"]
    list_filter = ["admin"]
    search_fields = ["username"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Select accounts, and hold the one that is going to change."""
        users = super().get_queryset(request)
        if connection.in_atomic_block:
            users = users.select_for_update()
        return users

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> None:
        """Delete accounts, each held meanwhile as `delete_me` holds it."""
        with transaction.atomic():
            for user in queryset.select_for_update():
                user.delete()

    def lookup_allowed(
        self, lookup: str, value: str, request: HttpRequest | None = None
    ) -> bool:
        """Filter as the page offers it: by others, secrets can be guessed."""
        return lookup == "admin__exact"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave it to `run create-admin` and to the sign-up."""
        return False

    def get_deleted_objects(
        self, objs: Iterable[User], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[Any]]:
        """Name the accounts that would go, and not what they keep."""
        return [str(user) for user in objs], {}, set(), []


@admin.register(FailedSignIn, site=site)
class FailedSignInAdmin(admin.ModelAdmin):
    """Shows failed sign-ins, to be deleted where they lock somebody out."""

    list_display = ["username", "address", "failed_at"]
    search_fields = ["username", "address"]

    def lookup_allowed(
        self, lookup: str, value: str, request: HttpRequest | None = None
    ) -> bool:
        """Offer no filters."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody be locked out by hand."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: FailedSignIn | None = None
    ) -> bool:
        """Keep what happened as it happened."""
        return False
