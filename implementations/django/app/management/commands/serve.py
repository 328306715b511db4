"""Answering requests."""

import logging
import socket
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management.base import BaseCommand
from gunicorn.app.base import Application

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Answers requests until told to stop."""

    help = "answer requests"

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Answer requests until told to stop."""
        if settings.PASSWORD_LOG_N < 14:
            log.warning("PASSWORD_LOG_N is below 14: for tests only")
        family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
        # gunicorn would try a port in use for five seconds.
        address = (settings.HOST, settings.PORT)
        socket.create_server(address, family=family).close()
        Gunicorn().run()


class Gunicorn(Application):
    """Serve the application by gunicorn, within this process."""

    def load_config(self) -> None:
        """Read how to serve it."""
        self.load_config_from_file(str(settings.FOLDER / "gunicorn.conf.py"))

    def load(self) -> WSGIHandler:
        """Make the application, once in each worker."""
        from app.wsgi import application

        return application
