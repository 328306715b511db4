"""How gunicorn serves the application."""

from app.logs import LOGGING
from app.settings import settings

host = f"[{settings.host}]" if ":" in settings.host else settings.host
bind = f"{host}:{settings.port}"
worker_class = "gthread"
workers = settings.workers
threads = settings.threads
keepalive = 5
limit_request_line = 8190
forwarded_allow_ips = ""
control_socket_disable = True
loglevel = settings.log_level
logconfig_dict = LOGGING
