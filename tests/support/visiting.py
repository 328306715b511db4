"""Fixtures of the tests that visit pages (a plugin of pytest)."""

from collections.abc import Iterator

import pytest

from tests.support import servers
from tests.support.client import User
from tests.support.visitor import Visitor


@pytest.fixture
def visitor(server: servers.Server | servers.Remote) -> Iterator[Visitor]:
    """Give a browser without cookies."""
    stranger = Visitor(server.url)
    yield stranger
    stranger.close()


@pytest.fixture
def member(
    server: servers.Server | servers.Remote, user: User
) -> Iterator[Visitor]:
    """Give a browser in which `user` is signed in."""
    browser = Visitor(server.url)
    browser.sign_in(user.username, user.password)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def resident(
    server: servers.Server | servers.Remote, shared: User
) -> Iterator[Visitor]:
    """Give a browser in which `someone` is signed in, for a whole file."""
    browser = Visitor(server.url)
    browser.sign_in(shared.username, shared.password)
    yield browser
    browser.close()
