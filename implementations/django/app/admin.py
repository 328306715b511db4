"""Django's pages for those who run the service."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from app.models import FailedSignIn, User


class Site(admin.AdminSite):
    """Leaves passwords to others, who count those that are wrong."""

    def login(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        """Lead to the form to sign in."""
        return redirect(f"{reverse('login')}?{request.GET.urlencode()}")

    def password_change(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        """Have no such page."""
        raise Http404


site = Site()


@admin.register(User, site=site)
class UserAdmin(admin.ModelAdmin):
    """Shows accounts, but nothing of what they keep."""

    fields = ["username", "admin", "created_at"]
    readonly_fields = ["username", "created_at"]
    list_display = ["username", "admin", "created_at"]
    list_filter = ["admin"]
    search_fields = ["username"]

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

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody be locked out by hand."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: FailedSignIn | None = None
    ) -> bool:
        """Keep what happened as it happened."""
        return False
