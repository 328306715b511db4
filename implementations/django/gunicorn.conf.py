"""How gunicorn serves the application."""

import signal

from app.settings import HOST, LOG_LEVEL, LOGGING, PORT, THREADS, WORKERS
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

wsgi_app = "app.wsgi"
bind = f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"
worker_class = "gthread"
workers = WORKERS
threads = THREADS
keepalive = 5
graceful_timeout = 5  # seconds until requests under way are broken off
limit_request_line = 8190
forwarded_allow_ips = ""
control_socket_disable = True
loglevel = LOG_LEVEL
logconfig_dict = LOGGING


def when_ready(server: Arbiter) -> None:
    """Let SIGINT end it as gently as SIGTERM does."""
    signal.signal(
        signal.SIGINT, lambda *_: server.signal(signal.SIGTERM, None)
    )


def post_worker_init(worker: Worker) -> None:
    """Let SIGINT end a worker as gently as SIGTERM does."""
    signal.signal(signal.SIGINT, worker.handle_exit)
    signal.siginterrupt(signal.SIGINT, False)
