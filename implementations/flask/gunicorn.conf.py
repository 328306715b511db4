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
graceful_timeout = 5  # so that all has ended within ten seconds
limit_request_line = 8190  # 20 tags make a long query
forwarded_allow_ips = ""  # that is left to ProxyFix
control_socket_disable = True
logconfig_dict = logging_config(settings.LOG_LEVEL)


def on_starting(server: Any) -> None:
    """Check what matters once other machines are served."""
    if settings.SESSION_COOKIE_SECURE and not settings.TRUSTED_PROXIES:
        logging.warning("TRUSTED_PROXIES is not set: all clients count as one")
    if "SECRET_KEY" in settings.model_fields_set:
        return
    if settings.HOST not in ("127.0.0.1", "::1", "localhost"):
        sys.exit("SECRET_KEY: required, unless HOST is a loopback address")
    logging.warning("SECRET_KEY is not set: sessions end with this process")
