"""How gunicorn serves the application."""

import signal
from typing import Any

from app.logs import LOGGING
from app.settings import settings

host = f"[{settings.host}]" if ":" in settings.host else settings.host
bind = f"{host}:{settings.port}"
worker_class = "gthread"
workers = settings.workers
threads = settings.threads
keepalive = 5
graceful_timeout = 5  # so that all has ended within ten seconds
limit_request_line = 8190
forwarded_allow_ips = ""
control_socket_disable = True
loglevel = settings.log_level
logconfig_dict = LOGGING


def when_ready(server: Any) -> None:
    """Stop at SIGINT as gently as at SIGTERM."""
    signal.signal(
        signal.SIGINT, lambda _, frame: server.signal(signal.SIGTERM, frame)
    )


def post_worker_init(worker: Any) -> None:
    """Leave Ctrl-C, which reaches the workers too, to the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
