"""The settings of Django's floor: no middleware, and its own addresses."""

from app.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "compare.floors.django"
LOGGING_CONFIG = None
