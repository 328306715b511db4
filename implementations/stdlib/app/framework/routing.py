"""Finding the operation that a method and a path name."""

import re
from collections.abc import Callable
from functools import partialmethod
from typing import Any

from app.framework.errors import Problem
from app.framework.messages import Request, Response

Operation = Callable[..., Response]

MAX_ID = 2**63 - 1  # of 64 bits, as databases have them


class Router:
    """Keep the operations of every path, by method."""

    def __init__(self, *routers: "Router") -> None:
        """Begin with the paths of other routers, or without any."""
        self.paths: dict[re.Pattern[str], dict[str, Operation]] = {}
        for router in routers:
            self.paths |= router.paths

    def route(
        self, method: str, path: str
    ) -> Callable[[Operation], Operation]:
        """Register an operation for a path with {id}, a number, or {file}."""
        path = re.escape(path).replace(r"\{id\}", "(?P<id>[0-9]{1,19})")
        pattern = re.compile(path.replace(r"\{file\}", "(?P<file>[^/]+)"))

        def register(operation: Operation) -> Operation:
            """Keep the operation, and hand it back."""
            self.paths.setdefault(pattern, {})[method] = operation
            return operation

        return register

    get = partialmethod(route, "GET")
    post = partialmethod(route, "POST")
    put = partialmethod(route, "PUT")
    patch = partialmethod(route, "PATCH")
    delete = partialmethod(route, "DELETE")

    def dispatch(self, request: Request) -> Response:
        """Call the operation that the request names."""
        operations, parameters = self.match(request.path)
        allow = {"Allow": ", ".join(allowed_methods(operations))}
        if request.method == "OPTIONS":
            return Response(204, allow)
        method = "GET" if request.method == "HEAD" else request.method
        if method not in operations:  # RFC 9110 §15.5.6
            raise Problem(405, "This method is not allowed here.", allow)
        return operations[method](request, **parameters)

    def match(self, path: str) -> tuple[dict[str, Operation], dict[str, Any]]:
        """Return the operations of a path and the parameters in it."""
        for pattern, operations in self.paths.items():
            if match := pattern.fullmatch(path):
                parameters: dict[str, Any] = match.groupdict()
                if "id" in parameters:
                    parameters["id"] = int(parameters["id"])
                if parameters.get("id", 0) <= MAX_ID:
                    return operations, parameters
        raise Problem(404, "There is nothing at this address.")


def allowed_methods(operations: dict[str, Operation]) -> list[str]:
    """List the methods of a path: GET brings HEAD, and OPTIONS is free."""
    head = ["HEAD"] if "GET" in operations else []
    return [*operations, *head, "OPTIONS"]
