"""Answering requests."""

import logging
import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Becomes gunicorn, which gunicorn.conf.py sets up."""

    help = "answer requests"

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Answer requests until told to stop."""
        family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
        # gunicorn would try a port in use for five seconds.
        address = (settings.HOST, settings.PORT)
        socket.create_server(address, family=family).close()
        if settings.PASSWORD_LOG_N < 14:
            log.warning("PASSWORD_LOG_N is below 14: for tests only")
        os.chdir(settings.FOLDER)
        os.execv(sys.executable, [sys.executable, "-m", "gunicorn"])
