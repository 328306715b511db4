"""The WSGI application (PEP 3333)."""

import os
import re
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.settings")

CHARSET = re.compile(r";\s*charset=[^;]*", re.IGNORECASE)


class Request(WSGIRequest):
    """Django's request, but what is broken in it is the client's fault."""

    received = 0  # bytes of the body

    def __init__(self, environ: dict[str, Any]) -> None:
        """Leave out the parameters of the type at which Django fails."""
        # It reads the query in the charset of the body, and does not expect
        # parameters in pieces or in unknown encodings (ticket 36991).
        content_type = CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
        if "*" in content_type:
            content_type = content_type.partition(";")[0]
        environ["CONTENT_TYPE"] = content_type
        super().__init__(environ)

    def read(self, size: int = -1) -> bytes:
        """Read the body, which must not end before its Content-Length."""
        data = super().read(size)
        self.received += len(data)
        length = int(self.META.get("CONTENT_LENGTH") or 0)
        if len(data) != size and self.received < length:
            raise UnreadablePostError("The body ended too early.")
        return data

    def parse_file_upload(self, *args: Any) -> Any:
        """Parse a form, whose parts have parameters, too."""
        try:
            return super().parse_file_upload(*args)
        except (LookupError, TypeError) as error:
            raise MultiPartParserError("Odd parameters.") from error


application = get_wsgi_application()
application.request_class = Request
