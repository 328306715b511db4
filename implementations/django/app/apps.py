"""The application, as Django's settings name it."""

from django.apps import AppConfig


class ShelfConfig(AppConfig):
    """The service that keeps bookmarks."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "app"
