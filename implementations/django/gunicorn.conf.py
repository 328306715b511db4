"""How gunicorn serves the application."""

from app.settings import HOST, LOGGING, PORT, THREADS, WORKERS

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
