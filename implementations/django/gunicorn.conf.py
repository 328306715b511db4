"""How gunicorn serves the application."""

import warnings

from app.settings import (
    HOST,
    LOGGING,
    PORT,
    SECURE_COOKIES,
    THREADS,
    TRUSTED_PROXIES,
    WORKERS,
)

if SECURE_COOKIES and not TRUSTED_PROXIES:
    warnings.warn(
        "SECURE_COOKIES needs a proxy, but TRUSTED_PROXIES names none.",
        stacklevel=1,
    )

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
