"""How gunicorn serves the application."""

from app.settings import HOST, LOG_LEVEL, LOGGING, PORT, THREADS, WORKERS

wsgi_app = "app.wsgi"
bind = f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"
worker_class = "gthread"
workers = WORKERS
threads = THREADS
keepalive = 5
limit_request_line = 8190
forwarded_allow_ips = ""
control_socket_disable = True
loglevel = LOG_LEVEL
logconfig_dict = LOGGING
