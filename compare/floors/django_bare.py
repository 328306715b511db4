"""The settings of Django's floor without middleware, at its own addresses."""

from app.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "compare.floors.django"
