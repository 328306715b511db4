"""How gunicorn serves the application."""

import signal

from app.settings import HOST, LOGGING, PORT, THREADS, WORKERS
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

bind = f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"
workers = WORKERS
worker_class = "gthread"
threads = THREADS
limit_request_line = 8190  # RFC 9112 §3 asks for 8,000
keepalive = 5
graceful_timeout = 5  # seconds until requests under way are broken off
forwarded_allow_ips = ""
control_socket_disable = True
logconfig_dict = LOGGING


def when_ready(server: Arbiter) -> None:
    """Stop at SIGINT as gracefully as at SIGTERM."""
    signal.signal(
        signal.SIGINT, lambda _, frame: server.signal(signal.SIGTERM, frame)
    )


def post_worker_init(worker: Worker) -> None:
    """Leave Ctrl-C, which reaches the workers too, to the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
