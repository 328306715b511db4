"""How gunicorn serves the application."""

import logging
import sys
from typing import Any

from app.logs import logging_config
from app.settings import settings

wsgi_app = "app:create_app()"
host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
bind = f"{host}:{settings.PORT}"
worker_class = "gthread"
workers = settings.WORKERS
threads = settings.THREADS
graceful_timeout = 5  # seconds, so that all has ended within ten
limit_request_line = 8190  # 20 tags make a long query
forwarded_allow_ips = ""  # that is left to ProxyFix
control_socket_disable = True
logconfig_dict = logging_config(settings.LOG_LEVEL)


def on_starting(server: Any) -> None:
    """Check what matters once other machines are served."""
    if "SECRET_KEY" not in settings.model_fields_set:
        if settings.HOST not in ("localhost", "127.0.0.1", "::1"):
            sys.exit("SECRET_KEY must be set to serve other machines.")
        logging.warning("SECRET_KEY is not set: sessions end with the process")
    if settings.SESSION_COOKIE_SECURE and not settings.TRUSTED_PROXIES:
        logging.warning("TRUSTED_PROXIES is not set: all clients count as one")
