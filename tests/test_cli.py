"""CLI: the verbs of `run`."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.support import expect
from tests.support.client import PASSWORD, Client, register, sign_in, unique
from tests.support.servers import Server
from tests.support.tables import dump

VERBS = ["migrate", "serve", "create-admin"]


def check_failed(done: subprocess.CompletedProcess, *secrets: str) -> None:
    """Check that a verb could not be done and says why on stderr."""
    assert done.returncode != 0
    assert done.stderr.strip() != ""
    for secret in secrets:
        assert secret not in done.stderr + done.stdout


@pytest.fixture(scope="module", autouse=True)
def too_late(
    server: Server,
) -> Iterator[Future[subprocess.CompletedProcess]]:
    """Serve where somebody else does; some try it again for seconds."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(server.run, "serve", timeout=20)


@pytest.mark.rule("CLI-1")
@pytest.mark.managed
@pytest.mark.parametrize(
    "arguments",
    [[], ["migrat"]],
    ids=" ".join,
)
def test_run_lists_its_verbs(server: Server, arguments: list[str]) -> None:
    """An unknown verb, or none: exit 2 and the list of verbs on stderr."""
    done = server.run(*arguments)
    assert done.returncode == 2
    for verb in VERBS:
        assert verb in done.stderr


@pytest.mark.rule("CLI-2")
@pytest.mark.managed
def test_serve_listens_on_its_address_only(
    server: Server, address: str
) -> None:
    """`run serve` listens on `HOST`, not on every address."""
    Client(server.url).request("show_health", expect=200)
    with socket.socket() as probe:
        probe.settimeout(1)
        assert probe.connect_ex((address, server.port)) != 0


@pytest.mark.rule("CLI-5")
@pytest.mark.managed
def test_create_admin_takes_the_password_as_it_is(calm: Server) -> None:
    """One final line break is stripped, and nothing else."""
    name, password = unique(), "  two\nlines and blanks  \n"
    done = calm.run("create-admin", name, input=password + "\n")
    assert done.returncode == 0, done.stderr
    client = Client(calm.url)
    client.token = sign_in(client, name, password)
    me = client.request("show_me", expect=200).json()
    expect.user(me, username=name, admin=True)
    client.request("list_users", expect=200)
    wrong = {"username": name, "password": password.strip() + "x"}
    client.request("create_token", json=wrong, expect=401)
    client.close()


REFUSED = [
    ("with space", PASSWORD),
    ("a_long_name", "A_long_name"),
    ("root_3", "in Latin-1, \udce9\n"),  # the byte E9
]


@pytest.mark.rule("CLI-6")
@pytest.mark.managed
@pytest.mark.parametrize(("name", "password"), REFUSED)
def test_create_admin_refuses_what_registration_would(
    calm: Server, name: str, password: str
) -> None:
    """A refused name or password changes nothing."""
    before = dump(calm.database)
    done = calm.run("create-admin", name, input=password)
    check_failed(done)
    assert dump(calm.database) == before


@pytest.mark.rule("CLI-6")
@pytest.mark.managed
def test_create_admin_refuses_a_name_that_exists(calm: Server) -> None:
    """A name that exists is said to; the account is as it was."""
    user = register(calm.url)
    before = dump(calm.database)
    done = calm.run("create-admin", user.username, input="another phrase")
    check_failed(done, "another phrase")
    assert dump(calm.database) == before
    me = user.request("show_me", expect=200).json()
    expect.user(me, admin=False)


@pytest.mark.rule("CLI-6", "MIGRATIONS-7")
@pytest.mark.managed
def test_create_admin_needs_a_migrated_database(
    make_server: Callable[..., Server],
) -> None:
    """A missing database is said to be, and stays so."""
    bare = make_server()
    check_failed(bare.run("create-admin", "root_1", input=PASSWORD), PASSWORD)
    assert not list(bare.folder.glob("shelf.db*"))


@pytest.mark.rule("CLI-7")
@pytest.mark.managed
@pytest.mark.parametrize(
    "arguments",
    [
        ["create-admin"],
        ["create-admin", "root_6", "root_7"],
        ["serve", "now"],
    ],
    ids=" ".join,
)
def test_wrong_arguments_exit_with_2(
    calm: Server, arguments: list[str]
) -> None:
    """Arguments that are missing, or too many, change nothing."""
    before = dump(calm.database)
    done = calm.run(*arguments, input=PASSWORD, timeout=10)
    assert done.returncode == 2
    assert done.stderr.strip() != ""
    assert dump(calm.database) == before


@pytest.mark.rule("CLI-2")
@pytest.mark.managed
def test_serve_says_that_the_port_is_in_use(
    server: Server, too_late: Future[subprocess.CompletedProcess]
) -> None:
    """A port in use is said on stderr; who has it goes on."""
    done = too_late.result()
    check_failed(done)
    assert "in use" in done.stderr.lower()
    Client(server.url).request("show_health", expect=200)
