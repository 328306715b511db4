"""Reading the body of a request."""

import json
from typing import Any

from django.http import HttpRequest

from app.errors import Problem


def read_json(request: HttpRequest) -> Any:
    """Return the JSON document in the body of a request."""
    try:
        document = json.loads(request.body)
        # What is not JSON, though json.loads takes it: NaN, infinity, half
        # of a surrogate pair.
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Problem(400, "The body is not a JSON document.") from error
    return document
