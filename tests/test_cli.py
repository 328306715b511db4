"""CLI: the verbs of `run`, and the rows that `seed` makes."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import expect
import pytest
from client import (
    PASSWORD,
    Client,
    User,
    bookmarks_of,
    register,
    sign_in,
    unique,
)
from servers import Server
from tables import dump

VERBS = ["migrate", "serve", "seed", "create-admin"]
WORDS = ["Routing", "Parsing", "Sessions", "Caching", "Storage"]


def one_line(text: str) -> str:
    """Check that an error is told in one line of `run`."""
    (line,) = text.strip().splitlines()
    assert line.startswith("run: "), line
    assert len(line) > len("run: ")
    return line


def demo(server: Server, password: str) -> User:
    """Sign `demo` in."""
    client = Client(server.url)
    client.token = sign_in(client, "demo", password)
    return User("demo", password, client.token, client)


def wanted(number: int) -> dict[str, object]:
    """Return one bookmark of `seed` as the spec describes it."""
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    time = moment.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    tags = {"even" if number % 2 == 0 else "odd", f"topic-{number % 10}"}
    tags |= {"fifth"} if number % 5 == 0 else set()
    return {
        "url": f"https://example.com/articles/{number}",
        "title": f"Article {number}: {WORDS[(number - 1) % 5]}",
        "notes": f"Note {number}" if number % 3 == 0 else "",
        "tags": sorted(tags),
        "created_at": time,
        "updated_at": time,
    }


def check_demo(server: Server, password: str, count: int) -> None:
    """Compare all bookmarks of `demo` with what they must be."""
    user = demo(server, password)
    found = bookmarks_of(user)
    numbers = [item.pop("id") for item in found]
    assert numbers == sorted(set(numbers))
    assert found == [wanted(number + 1) for number in range(count)]
    user.client.close()


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
    assert done.stdout == ""
    for verb in VERBS:
        assert verb in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.rule("CLI-2")
@pytest.mark.managed
def test_serve_says_that_the_port_is_in_use(server: Server) -> None:
    """A port in use: exit 1 and one line; who has it goes on."""
    done = server.run("serve", env={"PASSWORD_LOG_N": "14"}, timeout=15)
    assert done.returncode == 1
    assert str(server.port) in one_line(done.stderr)
    Client(server.url).request("show_health", expect=200)


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


@pytest.mark.rule("CLI-3", "CLI-4", "SEARCH-1")
@pytest.mark.managed
def test_seed_makes_the_bookmarks_of_demo(calm: Server) -> None:
    """`run seed N` leaves exactly the N bookmarks, as good as others."""
    password = unique()
    done = calm.run("seed", "31", input=password + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "demo: 31 bookmarks\n"
    check_demo(calm, password, 31)
    user = demo(calm, password)
    for params, total in (
        ({"q": "ROUTING"}, 7),
        ({"q": "note 1"}, 3),
        ({"q": "articles/20"}, 1),
        ({"tag": "topic-0"}, 3),
        ({"tag": ["odd", "fifth"]}, 3),
    ):
        answer = user.request("list_bookmarks", params=params, expect=200)
        expect.page(answer.json(), total=total)
    user.client.close()


@pytest.mark.rule("CLI-4")
@pytest.mark.managed
def test_seed_puts_its_bookmarks_in_place_of_others(calm: Server) -> None:
    """`run seed` replaces what `demo` has and touches no one else."""
    user = register(calm.url)
    kept = user.bookmark(url=wanted(1)["url"], tags=["kept"])
    calm.run("seed", "3", input=PASSWORD)
    before = demo(calm, PASSWORD)
    before.bookmark(tags=["gone"])
    first = bookmarks_of(before)[0]
    before.request(
        "update_bookmark",
        id=first["id"],
        json={"notes": "gone", "tags": ["gone"]},
        expect=200,
    )
    me = before.request("show_me", expect=200).json()
    done = calm.run("seed", "2", input="another pass phrase")
    assert done.returncode == 0, done.stderr
    check_demo(calm, "another pass phrase", 2)
    after = demo(calm, "another pass phrase")
    assert after.request("show_me", expect=200).json() == me
    tags = after.request("list_tags", expect=200).json()["items"]
    assert "gone" not in [tag["name"] for tag in tags]
    old = {"username": "demo", "password": PASSWORD}
    Client(calm.url).request("create_token", json=old, expect=401)
    assert bookmarks_of(user) == [kept]
    user.sign_in()


@pytest.mark.rule("CLI-3", "CLI-6")
@pytest.mark.managed
def test_seed_needs_a_password(calm: Server) -> None:
    """A password that registration would refuse: exit 1, no change."""
    before = dump(calm.database)
    done = calm.run("seed", "3", input="short\n")
    assert done.returncode == 1
    one_line(done.stderr)
    assert dump(calm.database) == before


@pytest.mark.rule("CLI-5")
@pytest.mark.managed
def test_create_admin_takes_the_password_as_it_is(calm: Server) -> None:
    """One final line break is stripped, and nothing else."""
    name, password = unique(), "  two\nlines and blanks  \n"
    done = calm.run("create-admin", name, input=password + "\n")
    assert (done.returncode, done.stderr) == (0, "")
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
    ("root_4", "short"),
    ("root_5", "password123"),
    ("a_long_name", "A_long_name"),
    ("root_2", "with\0nul byte\n"),
    ("root_3", "in Latin-1, \udce9\n"),  # the byte E9
]


@pytest.mark.rule("CLI-6")
@pytest.mark.managed
@pytest.mark.parametrize(("name", "password"), REFUSED)
def test_create_admin_refuses_what_registration_would(
    calm: Server, name: str, password: str
) -> None:
    """A refused name or password: exit 1, one line, nothing changed."""
    before = dump(calm.database)
    done = calm.run("create-admin", name, input=password)
    assert done.returncode == 1, done.stderr
    one_line(done.stderr)
    assert dump(calm.database) == before


@pytest.mark.rule("CLI-6")
@pytest.mark.managed
def test_create_admin_refuses_a_name_that_exists(calm: Server) -> None:
    """A name that exists: exit 1, one line, the account as it was."""
    user = register(calm.url)
    before = dump(calm.database)
    done = calm.run("create-admin", user.username, input="another phrase")
    assert done.returncode == 1
    assert "another phrase" not in one_line(done.stderr)
    assert dump(calm.database) == before
    me = user.request("show_me", expect=200).json()
    expect.user(me, admin=False)


@pytest.mark.rule("CLI-6", "MIGRATIONS-7", "CLI-3")
@pytest.mark.managed
@pytest.mark.parametrize(
    "verb", [["create-admin", "root_1"], ["seed", "1"]], ids=" ".join
)
def test_verbs_need_a_migrated_database(
    make_server: Callable[..., Server], verb: list[str]
) -> None:
    """A missing or empty database: exit 1, one line, no change."""
    bare = make_server()
    folder = bare.folder / "not_there"
    bare.database = folder / "shelf.db"
    bare.extra["DATABASE_URL"] = f"sqlite:///{bare.database}"
    done = bare.run(*verb, input=PASSWORD)
    assert done.returncode == 1
    one_line(done.stderr)
    assert not folder.exists()
    folder.mkdir()
    bare.database.touch()
    done = bare.run(*verb, input=PASSWORD)
    assert done.returncode == 1
    one_line(done.stderr)
    assert dump(bare.database) == {}


@pytest.mark.rule("CLI-7")
@pytest.mark.managed
@pytest.mark.parametrize(
    "arguments",
    [
        ["seed"],
        ["seed", "-1"],
        ["seed", "１"],
        ["seed", "1000001"],
        ["seed", "9" * 5000],
        ["create-admin"],
        ["create-admin", "root_6", "root_7"],
        ["serve", "now"],
        ["migrate", "0001", "0002"],
    ],
    ids=lambda words: " ".join(words)[:30],
)
def test_wrong_arguments_exit_with_2(
    calm: Server, arguments: list[str]
) -> None:
    """A bad N, arguments missing or too many: exit 2, nothing changed."""
    before = dump(calm.database)
    done = calm.run(*arguments, input=PASSWORD, timeout=10)
    assert done.returncode == 2
    assert done.stderr.strip() != ""
    assert "Traceback" not in done.stderr
    assert dump(calm.database) == before
