"""Functions of C that are shown like those of Python."""

import socket
from functools import cache
from types import BuiltinFunctionType, ModuleType

# By the modules of which they, or the classes that they belong to, are.
SHOWN = {
    "_socket": {"recv", "recv_into", "send", "sendall"},
    "sqlite3": {"execute", "executemany", "executescript", "commit"}
    | {"rollback", "fetchone", "fetchmany", "fetchall", "close"},
    "_hashlib": {"scrypt", "pbkdf2_hmac"},
    "pydantic_core._pydantic_core": {"validate_python", "validate_json"}
    | {"to_json", "to_python", "to_jsonable_python"},
    "zlib": {"compress", "flush"},
}
NAMES = frozenset().union(*SHOWN.values())


def shown_name(function: BuiltinFunctionType) -> str:
    """Name a function that is shown, "sqlite3.Cursor.execute"; else ""."""
    name, bound = function.__name__, function.__self__
    if name not in NAMES:
        return ""
    if isinstance(bound, ModuleType):
        return function_name(bound.__name__, name)
    return method_name(type(bound), name)


@cache
def function_name(module: str, name: str) -> str:
    """Name a function of a module."""
    return f"{module}.{name}" if name in SHOWN.get(module, ()) else ""


@cache
def method_name(kind: type, name: str) -> str:
    """Name a method by the class that is written in C."""
    for each in kind.__mro__:
        if name in vars(each) and name in SHOWN.get(each.__module__, ()):
            return f"{each.__module__}.{each.__name__}.{name}"
    return ""


def is_arrival(function: BuiltinFunctionType, port: int) -> bool:
    """Tell whether a function reads from the client that has that port."""
    bound = function.__self__
    if not function.__name__.startswith("recv") or not isinstance(
        bound, socket.socket
    ):
        return False
    try:
        return bound.getpeername()[1:2] == (port,)
    except OSError:  # a listener, or a client that is gone
        return False
