"""The settings of Django's floor: a line in the log, an id, headers."""

from app.settings import *  # noqa: F403

MIDDLEWARE = ["app.logs.request_log", "compare.floors.django.add_headers"]
ROOT_URLCONF = "compare.floors.django"
