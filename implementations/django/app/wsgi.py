"""The WSGI application (PEP 3333), which any WSGI server can serve."""

import os
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.settings")


class Request(WSGIRequest):
    """Django's request, but one that survives every Content-Type."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Read the type without taking its charset for that of the query."""
        try:
            self.content_type, self.content_params = parse_header_parameters(
                meta.get("CONTENT_TYPE", "")
            )
        except (TypeError, ValueError):
            self.content_type, self.content_params = "", {}


application = get_wsgi_application()
application.request_class = Request
