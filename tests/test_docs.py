"""Docs: the service describing itself, and clients made from that."""

import importlib
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.support import description, expect
from tests.support.client import PASSWORD, Client, User, unique, unique_url
from tests.support.report import ROOT
from tests.support.servers import Server

SPEC = yaml.safe_load((ROOT / "spec" / "openapi.yaml").read_text("utf-8"))
# What describes the operations need not describe itself.
NAMES = sorted(description.operations(SPEC).keys() - {"show_openapi"})
FOUND = {200, *expect.REFUSED} - {404, 405}
FILE = (
    "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"
    '<DT><A HREF="https://imported.example/" TAGS="a,b">Imported &amp;</A>\n'
    '<DT><A HREF="javascript:x">Never</A>\n</DL>\n'
)
PACKAGE = "shelf_client"


@pytest.fixture(scope="module")
def served(server: Server) -> dict:
    """Give the document that the service serves."""
    client = Client(server.url)
    answer = client.request("GET", "/api/openapi.json", expect=200)
    client.close()
    return expect.strict_json(answer)


@pytest.mark.rule("DOCS-1")
@pytest.mark.parametrize("token", [None, "Bearer x", "Basic eDp5"])
def test_the_description_needs_no_token(
    client: Client, token: str | None
) -> None:
    """`GET /api/openapi.json` is JSON for everybody, whoever asks."""
    answer = client.request(
        "GET",
        "/api/openapi.json",
        headers={"Authorization": token, "Accept": "text/html"},
        expect=200,
    )
    assert expect.media_type(answer) == "application/json"
    assert expect.strict_json(answer)["info"]["title"] == "Shelf"
    assert "www-authenticate" not in answer.headers


@pytest.mark.rule("DOCS-1")
def test_the_description_is_openapi(served: dict) -> None:
    """The document is OpenAPI 3.1, and valid."""
    assert served["openapi"].startswith("3.1.")
    errors = OpenAPIV31SpecValidator(served).iter_errors()
    assert [error.message for error in errors] == []


@pytest.mark.rule("DOCS-1")
def test_the_description_is_the_same_each_time(
    client: Client, served: dict
) -> None:
    """Asked twice, it says the same."""
    for _ in range(2):
        answer = client.request("GET", "/api/openapi.json", expect=200)
        assert answer.json() == served


@pytest.mark.rule("DOCS-2")
def test_the_operations_are_those_of_the_spec(served: dict) -> None:
    """No operation is missing, and none is told besides."""
    found = description.operations(served).keys() - {"show_openapi"}
    assert sorted(found) == NAMES


@pytest.mark.rule("DOCS-2")
@pytest.mark.parametrize("name", NAMES)
def test_an_operation_is_described_as_in_the_spec(
    served: dict, name: str
) -> None:
    """Parameters, body and success answer are those of the spec."""
    found = [
        line
        for line in description.differences(SPEC, served)
        if line.startswith(f"{name}: ")
    ]
    assert found == [], "\n".join(found)


@pytest.mark.rule("DOCS-2")
@pytest.mark.parametrize("name", NAMES)
def test_what_is_described_is_there(
    client: Client, served: dict, name: str
) -> None:
    """The path and method of each operation are known to the service."""
    line = description.operations(served)[name]["request line"]
    method, path = line.split(" ")
    client.request(method, path, id=1, expect=FOUND)


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Make a client from the spec, and give the name of its package."""
    folder = tmp_path_factory.mktemp("generated")
    settings = folder / "settings.yaml"
    settings.write_text("post_hooks: []\n")
    done = subprocess.run(
        [
            Path(sys.executable).with_name("openapi-python-client"),
            "generate",
            f"--path={ROOT / 'spec' / 'openapi.yaml'}",
            f"--output-path={folder / PACKAGE}",
            f"--config={settings}",
            "--meta=none",
            "--fail-on-warning",
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield PACKAGE
    sys.path.remove(str(folder))


class Generated:
    """Call the operations of the generated client by their names."""

    def __init__(self, package: str, url: str) -> None:
        """Start without a token."""
        self.package = package
        self.models = importlib.import_module(f"{package}.models")
        self.types = importlib.import_module(f"{package}.types")
        self.module = importlib.import_module(f"{package}.client")
        more = {"httpx_args": {"trust_env": False}}
        self.client = self.module.Client(base_url=url, **more)
        self.signed = lambda token: self.module.AuthenticatedClient(
            base_url=url, token=token, **more
        )

    def find(self, name: str) -> ModuleType:
        """Return the module of an operation."""
        by_name = {
            operation["operationId"]: operation["tags"][0]
            for item in SPEC["paths"].values()
            for operation in item.values()
            if "operationId" in operation
        }
        return importlib.import_module(
            f"{self.package}.api.{by_name[name]}.{name}"
        )

    def call(
        self, name: str, *values: object, status: int, **more: object
    ) -> Any:
        """Call an operation, check the status, and return what it read."""
        function = self.find(name).sync_detailed
        answer = function(*values, client=self.client, **more)
        assert answer.status_code == status, answer.content
        return answer.parsed

    def sign_in(self, username: str) -> str:
        """Sign in, and send the token from here on."""
        body = self.models.Credentials(username=username, password=PASSWORD)
        token = self.call("create_token", body=body, status=201).token
        self.client = self.signed(token)
        return token


@pytest.fixture
def generated(package: str, server: Server) -> Generated:
    """Give a generated client of the server."""
    return Generated(package, server.url)


@pytest.fixture
def signed(generated: Generated) -> Generated:
    """Give a generated client with an account of its own."""
    username = unique()
    body = generated.models.NewUser(username=username, password=PASSWORD)
    made = generated.call("register_user", body=body, status=201)
    assert (made.username, made.admin) == (username, False)
    generated.sign_in(username)
    assert generated.call("show_me", status=200) == made
    return generated


@pytest.mark.rule("DOCS-2")
def test_a_generated_client_reads_health(generated: Generated) -> None:
    """What needs no account works without one."""
    for name in ("show_health", "show_readiness"):
        assert generated.call(name, status=200).status == "ok"
    found = generated.call("show_openapi", status=200)
    assert found.openapi.startswith("3.1.")


@pytest.mark.rule("DOCS-2")
def test_a_generated_client_keeps_bookmarks(signed: Generated) -> None:
    """Create, list, show, replace, change and delete, all typed."""
    models = signed.models
    fields = models.BookmarkFields(
        url=unique_url(), title="Zwölf & <drei>", notes="n", tags=["B", "a"]
    )
    made = signed.call("create_bookmark", body=fields, status=201)
    assert (made.url, made.title, made.notes, made.tags) == (
        fields.url,
        fields.title,
        "n",
        ["a", "b"],
    )
    assert made.created_at.utcoffset().total_seconds() == 0
    signed.call("create_bookmark", body=fields, status=409)
    assert signed.call("show_bookmark", made.id, status=200) == made
    changes = models.BookmarkChanges(title="Changed")
    new = signed.call("update_bookmark", made.id, body=changes, status=200)
    assert (new.title, new.url) == ("Changed", made.url)
    assert new.updated_at > made.updated_at
    fields.title, fields.tags = "Replaced", []
    new = signed.call("replace_bookmark", made.id, body=fields, status=200)
    assert (new.title, new.tags) == ("Replaced", [])
    page = signed.call("list_bookmarks", q="REPLACED", per_page=5, status=200)
    assert (page.items, page.total, page.per_page) == ([new], 1, 5)
    page = signed.call("list_bookmarks", tag=["a", "b"], status=200)
    assert (page.items, page.total) == ([], 0)
    signed.call("delete_bookmark", made.id, status=204)
    signed.call("show_bookmark", made.id, status=404)


@pytest.mark.rule("DOCS-2", "CACHING-5")
def test_a_generated_client_sends_conditions(signed: Generated) -> None:
    """The headers of conditions are parameters of the operations."""
    fields = signed.models.BookmarkFields(url=unique_url(), title="T")
    made = signed.call("create_bookmark", body=fields, status=201)
    more = {"body": fields, "if_match": '"x"'}
    signed.call("replace_bookmark", made.id, **more, status=412)
    signed.call("delete_bookmark", made.id, if_match='"x"', status=412)
    signed.call("delete_bookmark", made.id, if_match="*", status=204)


@pytest.mark.rule("DOCS-2")
def test_a_generated_client_reads_faults(signed: Generated) -> None:
    """A 422 is read with every fault of every field."""
    fields = signed.models.BookmarkFields(url="javascript:x", title="")
    found = signed.call("create_bookmark", body=fields, status=422)
    codes = {one.field: one.code.value for one in found.errors}
    assert codes == {"url": "invalid", "title": "too_short"}


@pytest.mark.rule("DOCS-2")
def test_a_generated_client_imports_and_exports(signed: Generated) -> None:
    """The file goes in as a form and comes out as text."""
    for created in (1, 0):
        file = signed.types.File(
            payload=io.BytesIO(FILE.encode()),
            file_name="bookmarks.html",
            mime_type="text/html",
        )
        form = signed.models.ImportForm(file=file)
        found = signed.call("import_bookmarks", body=form, status=200)
        assert (found.created, found.skipped) == (created, 2 - created)
        last = found.reasons[-1]
        assert (last.line, last.code.value) == (4, "invalid")
    tags = signed.call("list_tags", status=200).items
    assert [(one.name, one.bookmarks) for one in tags] == [("a", 1), ("b", 1)]
    html = signed.call("export_bookmarks", status=200)
    assert "https://imported.example/" in html
    kind = signed.models.ExportBookmarksFormat.NDJSON
    text = signed.call("export_bookmarks", format_=kind, status=200)
    (line,) = text.splitlines()
    expect.bookmark(json.loads(line), title="Imported &", tags=["a", "b"])


@pytest.mark.rule("DOCS-2")
def test_a_generated_client_ends_what_it_began(signed: Generated) -> None:
    """A changed password, signing out, and deleting the account."""
    models, new = signed.models, "staple in a haystack"
    name = signed.call("show_me", status=200).username
    change = models.PasswordChange(current_password=PASSWORD, new_password=new)
    signed.call("change_password", body=change, status=204)
    signed.call("change_password", body=change, status=403)
    signed.call("list_users", status=403)
    signed.call("delete_user", 1, status=403)
    signed.call("delete_token", status=204)
    signed.call("show_me", status=401)
    body = models.Credentials(username=name, password=new)
    token = signed.call("create_token", body=body, status=201).token
    signed.client = signed.signed(token)
    signed.call("delete_me", status=204)
    signed.call("show_me", status=401)


@pytest.fixture
def curl(server: Server, tmp_path: Path) -> Callable[..., tuple[int, bytes]]:
    """Give a caller of the program `curl`: status and body."""

    def run(method: str, path: str, *more: str) -> tuple[int, bytes]:
        file = tmp_path / "answer"
        file.unlink(missing_ok=True)
        done = subprocess.run(
            [
                *("curl", "--silent", "--show-error", "--noproxy", "*"),
                *("--request", method, "--output", str(file)),
                *("--write-out", "%{http_code}", "--max-time", "20"),
                *more,
                server.url + path,
            ],
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        return int(done.stdout), file.read_bytes() if file.exists() else b""

    return run


def as_json(value: object) -> tuple[str, ...]:
    """Return the arguments that send JSON."""
    return ("--json", json.dumps(value))


@pytest.mark.rule("DOCS-2")
def test_curl_does_what_the_description_says(
    curl: Callable[..., tuple[int, bytes]], tmp_path: Path
) -> None:
    """Sign up, sign in, keep, import and export, by `curl` alone."""
    account = {"username": unique(), "password": PASSWORD}
    status, body = curl("POST", "/api/users", *as_json(account))
    assert (status, json.loads(body)["username"]) == (
        201,
        account["username"],
    )
    status, body = curl("POST", "/api/tokens", *as_json(account))
    assert status == 201
    token = ("--oauth2-bearer", expect.token(json.loads(body)))
    sent = {"url": unique_url(), "title": "Curl ü"}
    status, body = curl("POST", "/api/bookmarks", *token, *as_json(sent))
    made = expect.bookmark(json.loads(body), **sent)
    path = f"/api/bookmarks/{made['id']}"
    change = as_json({"tags": ["x"]})
    status, body = curl("PATCH", path, *token, *change)
    assert (status, json.loads(body)["tags"]) == (200, ["x"])
    stale = ("--header", 'If-Match: "x"')
    assert curl("DELETE", path, *token, *stale)[0] == 412
    assert curl("DELETE", path, *token) == (204, b"")
    assert curl("GET", path, *token)[0] == 404
    file = tmp_path / "bookmarks.html"
    file.write_text(FILE)
    form = ("--form", f"file=@{file}")
    status, body = curl("POST", "/api/import", *token, *form)
    reasons = [{"line": 4, "code": "invalid"}]
    wanted = {"created": 1, "skipped": 1, "reasons": reasons}
    assert (status, json.loads(body)) == (200, wanted)
    packed = ("--compressed",)
    status, body = curl("GET", "/api/export?format=ndjson", *token, *packed)
    assert status == 200
    expect.bookmark(json.loads(body), url="https://imported.example/")


@pytest.mark.rule("DOCS-2")
def test_a_link_of_the_description_can_be_followed(user: User) -> None:
    """`Location` and the links of a page lead to what they name."""
    body = {"url": unique_url(), "title": "T"}
    made = user.request("create_bookmark", json=body, expect=201)
    path = urlsplit(made.headers["location"]).path
    assert user.request("GET", path, expect=200).json() == made.json()
    page = user.request("list_bookmarks", expect=200)
    first = expect.relative(expect.link(page)["first"])
    assert user.request("GET", first, expect=200).json() == page.json()
