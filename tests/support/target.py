"""The server that is looked at: is its address one, and does it answer?"""

import os
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import requests


class BadTarget(Exception):
    """Says in a line what is wrong with an address."""


def check_target(url: str) -> str:
    """Return a base URL without a slash at its end; raises BadTarget."""
    check_listens(*check_address(url))
    return url.rstrip("/")


def check_address(url: str) -> tuple[str, int]:
    """Return the host and the port of a base URL; raises BadTarget."""
    if not url:
        raise BadTarget("which server? URL=http://127.0.0.1:8000")
    if "://" not in url:
        raise BadTarget(f"{url}: an address begins with http://")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadTarget(f"{url}: {error}") from None
    if parts.scheme != "http":
        raise BadTarget(
            f"{url}: the tests speak plain HTTP; start your server without TLS"
        )
    if not parts.hostname:
        raise BadTarget(f"{url}: there is no host in it")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise BadTarget(f"{url}: the tests expect the service at the path /")
    return parts.hostname, port or 80


def check_listens(host: str, port: int) -> None:
    """Raise BadTarget if nothing takes a connection."""
    try:
        socket.create_connection((host, port), timeout=3).close()
    except OSError:
        raise BadTarget(
            f"nothing answers at {host}:{port}: "
            "start your server, then run this again"
        ) from None


def check_admin(url: str) -> None:
    """Raise BadTarget if the administrator that is named cannot sign in.

    A server that does not answer sign-ins yet is left alone.
    """
    name = os.environ.get("ADMIN_USERNAME")
    sent = {"username": name, "password": os.environ.get("ADMIN_PASSWORD")}
    if not all(sent.values()):
        return
    with suppress(requests.RequestException):
        answer = requests.post(f"{url}/api/tokens", json=sent, timeout=5)
        if answer.status_code == 401:
            raise BadTarget(
                f"ADMIN_USERNAME={name} does not sign in with ADMIN_PASSWORD"
            )
