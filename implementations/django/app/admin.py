"""Django's pages for administrators, at /admin/."""

from collections.abc import Sequence

from django.contrib import admin
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest

from app.models import User

admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Shows users, but nothing of what they keep."""

    fields = ["username", "admin", "created_at"]
    readonly_fields = ["username", "created_at"]
    list_display = ["username", "admin", "created_at"]
    list_filter = ["admin"]
    search_fields = ["username"]

    def lookup_allowed(
        self, lookup: str, value: str, request: HttpRequest
    ) -> bool:
        """Allow the filter of the page; others could guess at hashes."""
        return lookup == "admin__exact"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave it to sign-up and to `run create-admin`."""
        return False

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm, change: bool
    ) -> None:
        """Write only what the form changed."""
        obj.save(update_fields=form.changed_data)

    def get_deleted_objects(
        self, objs: Sequence[User], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Name the users alone, and count what is deleted with them."""
        _, *rest = super().get_deleted_objects(objs, request)
        return [str(user) for user in objs], *rest
