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
        "TRUSTED_PROXIES is not set: all clients count as one", stacklevel=1
    )

bind = f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"
worker_class = "gthread"
workers = WORKERS
threads = THREADS
graceful_timeout = 5  # seconds, so that all has ended within ten
limit_request_line = 8190  # 20 tags make a long query
forwarded_allow_ips = ""  # that is left to forwarded_address
control_socket_disable = True
logconfig_dict = LOGGING
