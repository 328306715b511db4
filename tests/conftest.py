"""Fixtures, the smoke stage, and the report of a run."""

import os
import platform
import re
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support import (
    deviations,
    failure,
    page,
    report,
    servers,
    smoke,
    target,
    telling,
)
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    register,
    sign_in,
    unique,
)

TESTS = Path(__file__).resolve().parent
NOT_UP = 10
RULES = report.load_rules()
ADMIN = ("ADMIN_USERNAME", "ADMIN_PASSWORD")
NEEDS_ORIGINS = (
    f"needs CORS_ORIGINS={servers.ORIGINS} (start your server with it, too)"
)
STARTS_SERVERS = "starts servers itself (URL is given)"
state = pytest.StashKey[dict]()
set_up = pytest.StashKey[int]()


def capability_of(path: Path) -> str | None:
    """Return the capability that a file tests, None for other tests."""
    named = path.parent == TESTS and path.stem.startswith("test_")
    return path.stem.removeprefix("test_") if named else None


def reason_not_to_run(item: pytest.Item) -> str | None:
    """Say what a test needs that this run does not have."""
    remote = bool(os.environ.get("URL"))
    driver = driver_for(item)
    if driver and not os.environ.get("TEST_POSTGRES_URL"):
        return "needs PostgreSQL (TEST_POSTGRES_URL)"
    if remote and item.get_closest_marker("managed"):
        return STARTS_SERVERS
    if driver is not None and driver != servers.has_driver():
        return f"{'needs' if driver else 'is for those without'} a driver"
    return reason_of_setting(item) if remote else None


def reason_of_setting(item: pytest.Item) -> str | None:
    """Say what a test needs that only who started the server can tell."""
    fixtures = getattr(item, "fixturenames", ())
    if "admin" in fixtures and not all(map(os.environ.get, ADMIN)):
        return "needs ADMIN_USERNAME and ADMIN_PASSWORD"
    given = os.environ.get("CORS_ORIGINS")
    if "allowing" in fixtures and given != servers.ORIGINS:
        return NEEDS_ORIGINS
    return None


def driver_for(item: pytest.Item) -> bool | None:
    """Tell whether a test needs a driver of PostgreSQL; False for none."""
    mark = item.get_closest_marker("postgres")
    return mark.kwargs.get("driver", True) if mark else None


def chosen(item: pytest.Item) -> bool:
    """Tell whether CAP asks for this test."""
    wanted = os.environ.get("CAP")
    return not wanted or capability_of(item.path) in wanted.split(",")


def deviations_file(name: str) -> Path | None:
    """Find the file that declares the deviations of what is tested."""
    if given := os.environ.get("DEVIATIONS"):
        if not Path(given).is_file():
            raise pytest.UsageError(f"DEVIATIONS={given}: no such file")
        return Path(given)
    if os.environ.get("URL"):
        return None
    return servers.run_file(name).with_name("deviations.toml")


def declared_deviations(name: str) -> list[deviations.Deviation]:
    """Read the deviations of what is tested."""
    file = deviations_file(name)
    try:
        return deviations.load(file, RULES) if file else []
    except deviations.DeviationError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_configure(config: pytest.Config) -> None:
    """Refuse settings that make no sense; make tracebacks short."""
    config.stash[state] = {"not_run": Counter(), "waiting": Counter()}
    config.pluginmanager.register(Reporter(config))
    for name in filter(None, (os.environ.get("CAP") or "").split(",")):
        if not (TESTS / f"test_{name}.py").exists():
            raise pytest.UsageError(f"CAP={name}: no tests/test_{name}.py")
    if url := os.environ.get("URL"):
        refuse_bad_address(url)
    name = os.environ.get("IMPL") or "stdlib"
    if not (url or servers.run_file(name).exists()):
        raise pytest.UsageError(f"IMPL={name}: no implementations/{name}/run")
    config.stash[state]["deviations"] = declared_deviations(name)
    config.pluginmanager.register(telling)


def refuse_bad_address(url: str) -> None:
    """Refuse an address at which no server can be tried."""
    try:
        target.check_address(url)
    except target.BadTarget as error:
        raise pytest.UsageError(f"URL={error}") from None


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Expect what is declared; leave out what is not to run here."""
    declared = config.stash[state]["deviations"]
    refuse_unmatched(config, items, declared)
    kept, left = [], []
    for item in items:
        deviation = expect_deviation(item, declared)
        about = {
            "capability": capability_of(item.path),
            "rules": rules_of(item),
            "deviation": deviation,
            "postgres": bool(driver_for(item)),
        }
        item.user_properties.append(("about", about))
        reason = reason_not_to_run(item) if chosen(item) else None
        config.stash[state]["not_run"][reason] += 1
        if reason == STARTS_SERVERS:
            config.stash[state]["waiting"][capability_of(item.path)] += 1
        run = chosen(item) and not reason
        (kept if run else left).append(item)
    del config.stash[state]["not_run"][None]
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def expect_deviation(
    item: pytest.Item, declared: list[deviations.Deviation]
) -> str | None:
    """Expect a test to fail if that is declared; return for which rule."""
    found = deviations.find(declared, item.name, rules_of(item))
    if found is None:
        return None
    reason = f"{found.rule}: {found.answers}"
    expected = {"raises": AssertionError, "strict": True}
    item.add_marker(pytest.mark.xfail(reason=reason, **expected))
    return found.rule


def refuse_unmatched(
    config: pytest.Config,
    items: list[pytest.Item],
    declared: list[deviations.Deviation],
) -> None:
    """Refuse a declaration that matches no test, if all are here."""
    parts = {Path(a.partition("::")[0]).name for a in config.args if "::" in a}
    whole = {item.path.name for item in items} - parts

    def is_complete(rule: str) -> bool:
        citing = {
            path.name
            for path in TESTS.glob("test_*.py")
            if f'"{rule}"' in path.read_text("utf-8")
        }
        return citing <= whole and bool(whole)

    tests = [(item.name, rules_of(item)) for item in items]
    for complaint in deviations.unmatched(declared, tests, is_complete):
        raise pytest.UsageError(f"deviations.toml: {complaint}")


def is_worker(config: pytest.Config) -> bool:
    """Tell whether this process runs tests for another one."""
    return hasattr(config, "workerinput")


def is_black_box(config: pytest.Config) -> bool:
    """Tell whether a server is needed: not for unit tests alone."""
    alone = all(
        "unit" in Path(arg).parts or "faults" in Path(arg).parts
        for arg in config.args
    )
    return not (alone or config.option.collectonly)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Run the smoke stage first; one red step ends the run."""
    config = session.config
    if is_worker(config) or not is_black_box(config):
        return
    server = servers.from_environment()
    try:
        server.start()
        if os.environ.get("SMOKE") != "0":
            smoke.check(server.url)
    except (servers.NotUpError, smoke.RedError) as error:
        reason = f"not up: {server.implementation}: {error}"
        log = server.tail()
        server.stop()
        pytest.exit(f"{reason}\n{log}".rstrip(), returncode=NOT_UP)
    report.log.clear()
    config.stash[state]["results"] = open_results(server)
    if getattr(config.option, "numprocesses", None):
        server.stop()
    else:
        config.stash[state]["server"] = server


def open_results(server: servers.Server | servers.Remote) -> report.Results:
    """Open the JSON lines of this run."""
    name = os.environ.get("COLUMN") or server.implementation
    if "/" in name:
        name = Path(name).name
    cap = os.environ.get("CAP")
    file = f"tests-{name}-{cap}.jsonl" if cap else f"tests-{name}.jsonl"
    default = report.ROOT / "results" / file
    return report.Results(
        Path(os.environ.get("RESULTS") or default),
        {
            "implementation": name,
            "capability": cap or None,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "platform": platform.platform(),
            "packages": report.packages(),
        },
    )


@pytest.fixture(scope="session")
def server(
    pytestconfig: pytest.Config,
) -> Iterator[servers.Server | servers.Remote]:
    """Give the server that all tests share, one per process."""
    shared = pytestconfig.stash[state].get("server")
    started = shared or servers.from_environment().start()
    yield started
    started.stop()


@contextmanager
def running(
    migrate: bool = True, **env: str | None
) -> Iterator[servers.Server]:
    """Run one more server, with settings of its own."""
    name = os.environ.get("IMPL") or "stdlib"
    one = servers.Server(name, env)
    try:
        yield one.start(migrate)
    finally:
        one.stop()


# A start takes as long as a hundred requests: whoever needs no more than
# certain settings, and harms nothing, shares a server with others.


@pytest.fixture(scope="session")
def calm() -> Iterator[servers.Server]:
    """Give a second server, that only single tests use."""
    with running() as one:
        yield one


@pytest.fixture(scope="session")
def untouched() -> Iterator[servers.Server]:
    """Give a server whose settings are all at their defaults."""
    kept = {"SECRET_KEY", "DATABASE_URL", "PORT"}
    with running(**dict.fromkeys(servers.SETTINGS - kept)) as one:
        yield one


@pytest.fixture(scope="session")
def adjusted() -> Iterator[servers.Server]:
    """Give a server whose settings are other than their defaults."""
    with running(
        MAX_BODY_BYTES="200",
        TOKEN_TTL="77",
        ALLOWED_HOSTS="Shelf.example,127.0.0.1",
        LOG_LEVEL="debug",
        THREADS="3",
        PASSWORD_LOG_N="13",
        SECURE_COOKIES="1",
    ) as one:
        yield one


@pytest.fixture(scope="session")
def loud() -> Iterator[servers.Server]:
    """Give a server that logs at debug, and knows two origins."""
    with running(
        LOG_LEVEL="debug",
        THREADS="2",
        CORS_ORIGINS=servers.ORIGINS,
    ) as one:
        yield one


@pytest.fixture(scope="session")
def allowing(
    request: pytest.FixtureRequest, server: servers.Server | servers.Remote
) -> servers.Server | servers.Remote:
    """Give a server that allows the scripts of two origins."""
    return request.getfixturevalue("loud") if server.managed else server


@pytest.fixture(scope="session")
def silent() -> Iterator[servers.Server]:
    """Give a server that logs errors only and hashes at some cost."""
    with running(LOG_LEVEL="error", PASSWORD_LOG_N="13") as one:
        yield one


@pytest.fixture(scope="session")
def hashing() -> Iterator[servers.Server]:
    """Give a server that hashes long, with more threads than may do so."""
    threads = str(4 * (os.cpu_count() or 1))
    with running(PASSWORD_LOG_N="16", THREADS=threads) as one:
        yield one


@pytest.fixture(scope="session")
def brief() -> Iterator[servers.Server]:
    """Give a server whose tokens, sessions and refusals end soon."""
    with running(TOKEN_TTL="2", SESSION_TTL="3", LOGIN_LIMIT="2/2") as one:
        yield one


@pytest.fixture(scope="session")
def small() -> Iterator[servers.Server]:
    """Give a server that takes and keeps little, and knows one origin.

    It has two workers, stands behind a proxy, and refuses who fails once.
    """
    with running(
        MAX_IMPORT_BYTES="20000",
        MAX_IMPORT_ENTRIES="8",
        MAX_BOOKMARKS="10",
        MAX_TAGS="25",
        LOGIN_LIMIT="1/100",
        TRUSTED_PROXIES="127.0.0.1",
        SECURE_COOKIES="1",
        CORS_ORIGINS="http://localhost:3000",
        WORKERS="2",
        THREADS="2",
        LOG_LEVEL="info",
    ) as one:
        yield one


@pytest.fixture(scope="session")
def roomy() -> Iterator[servers.Server]:
    """Give a server of one process, whose accounts may hold a lot.

    It logs requests.
    """
    with running(
        THREADS="2", MAX_BOOKMARKS="1000000", LOG_LEVEL="info"
    ) as one:
        yield one


@pytest.fixture(scope="session")
def bare(second_address: str | None) -> Iterator[servers.Server]:
    """Give a server without a database, that logs at debug, for any host.

    It listens on another address than the rest, where there is one.
    """
    host = second_address or servers.HOME
    env = {"LOG_LEVEL": "debug", "ALLOWED_HOSTS": "*", "HOST": host}
    with running(migrate=False, **env) as one:
        yield one


@pytest.fixture
def make_server() -> Iterator[Callable[..., servers.Server]]:
    """Give a maker of servers of one's own: make_server(THREADS="2")."""
    made = []

    def make(**env: str | None) -> servers.Server:
        name = os.environ.get("IMPL") or "stdlib"
        made.append(servers.Server(name, env))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def client(server: servers.Server) -> Iterator[Client]:
    """Give a client without a token."""
    anonymous = Client(server.url)
    yield anonymous
    anonymous.close()


@pytest.fixture
def make_user(server: servers.Server) -> Iterator[Callable[..., User]]:
    """Give a maker of fresh accounts: make_user(password="…")."""
    made = []

    def make(password: str = PASSWORD) -> User:
        made.append(register(server.url, password))
        return made[-1]

    yield make
    for one in made:
        one.client.close()


@pytest.fixture
def user(make_user: Callable[..., User]) -> User:
    """Give a fresh account, signed in."""
    return make_user()


@pytest.fixture(scope="module")
def shared(server: servers.Server | servers.Remote) -> User:
    """Register the account that `someone` is."""
    account = register(server.url)
    account.client.close()
    return account


@pytest.fixture
def someone(shared: User) -> Iterator[User]:
    """Give an account that has a past: it costs no registration."""
    client = Client(shared.client.url, shared.token)
    yield replace(shared, client=client)
    client.close()


@pytest.fixture(scope="session")
def second_address() -> str | None:
    """Give an address of this machine beside 127.0.0.1, if there is one."""
    with socket.socket() as probe, suppress(OSError):
        probe.bind(("127.0.0.2", 0))
        return "127.0.0.2"
    return None


@pytest.fixture
def address(second_address: str | None) -> str:
    """Give an address of this machine beside 127.0.0.1."""
    return second_address or pytest.skip("127.0.0.2 cannot be bound (macOS)")


@pytest.fixture
def crowd(user: User) -> Iterator[list[Client]]:
    """Give 20 clients with the token of one account."""
    clients = [Client(user.client.url, user.token) for _ in range(20)]
    yield clients
    for one in clients:
        one.close()


@pytest.fixture
def other(make_user: Callable[..., User]) -> User:
    """Give a second fresh account, signed in."""
    return make_user()


def create_admin(server: servers.Server) -> tuple[str, str]:
    """Create an administrator by the command line."""
    assert server.managed, "ADMIN_USERNAME and ADMIN_PASSWORD do not sign in"
    username = unique()
    done = server.run("create-admin", username, input=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    return username, PASSWORD


@pytest.fixture(scope="session")
def administrators(
    server: servers.Server | servers.Remote,
) -> list[tuple[str, str]]:
    """Give the administrators so far: a new one costs a process."""
    if server.managed:
        return []
    return [(os.environ[ADMIN[0]], os.environ[ADMIN[1]])]


@pytest.fixture
def admin(
    server: servers.Server, administrators: list[tuple[str, str]]
) -> Iterator[User]:
    """Give an administrator, a new one where the last was deleted."""
    client = Client(server.url)
    if not administrators or not exists(client, *administrators[-1]):
        administrators.append(create_admin(server))
    username, password = administrators[-1]
    client.token = sign_in(client, username, password)
    number = client.request("show_me", expect=200).json().get("id")
    yield User(username, password, client.token, client, number)
    client.close()


def exists(client: Client, username: str, password: str) -> bool:
    """Tell whether an account can still sign in."""
    body = {"username": username, "password": password}
    answer = client.request("create_token", json=body, expect={201, 401})
    return answer.status_code == 201


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget the exchanges of the test before."""
    report.log.clear()


def rules_of(item: pytest.Item) -> list[str]:
    """Return the ids of the rules that a test proves."""
    marks = item.iter_markers("rule")
    return [rule for mark in marks for rule in mark.args]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo
) -> Iterator[None]:
    """Tell a failure by its rule and request; judge the invariants."""
    with telling.without_traces(item.config, capability_of(item.path)):
        result = yield
    exchanges, error = report.log.exchanges, call.excinfo
    broken = sorted({name for one in exchanges for name in one.broken})
    if call.when == "setup":
        item.stash[set_up] = len(exchanges)
        fail_if_expected(result)
    if call.when == "call":
        own = exchanges[item.stash[set_up] :]
        properties = {
            "own_failure": result.failed,
            "invariants": broken,
            "sent": [(one.key, one.expects_error) for one in exchanges],
            "left_open": [one.status for one in own if one.left_open],
            "dropped": sum(one.dropped for one in exchanges),
        }
        item.user_properties.append(("black_box", properties))
        result.user_properties = list(item.user_properties)
        if broken and not result.failed:
            result.outcome, error = "failed", None
            vars(result).pop("wasxfail", None)
    is_told = error and capability_of(item.path)
    if result.failed and (is_told or not result.longrepr):
        told = failure.read_failure(
            item.nodeid, rules_of(item), error, exchanges, RULES
        )
        telling.tell(item.config, result, told, RULES)
    return result


def fail_if_expected(result: pytest.TestReport) -> None:
    """Make a failure of what a test needs count, expected or not."""
    if hasattr(result, "wasxfail"):
        result.outcome = "failed"
        del result.wasxfail


def skipped(report: pytest.TestReport) -> str:
    """Return the reason why a test was skipped."""
    return report.longrepr[2].removeprefix("Skipped: ")


class Reporter:
    """Turn the reports of tests, own or of workers, into JSON lines."""

    def __init__(self, config: pytest.Config) -> None:
        """Start without open tests."""
        self.config = config
        self.open: dict[str, dict] = {}

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the three phases of a test and write its line."""
        results = self.config.stash[state].get("results")
        about = dict(report.user_properties).get("about", {})
        if results is None or not about:
            return
        line = self.open.setdefault(
            report.nodeid,
            {
                "nodeid": report.nodeid,
                **about,
                "outcome": "passed",
                "own_failure": False,
                "invariants": [],
                "seconds": 0.0,
            },
        )
        line["seconds"] = round(line["seconds"] + report.duration, 4)
        self.judge(line, report)
        if report.when == "teardown":
            del self.open[report.nodeid]
            results.add(line, line.pop("sent", []))

    @staticmethod
    def judge(line: dict, report: pytest.TestReport) -> None:
        """Bring one phase of a test into its line."""
        found = dict(report.user_properties).get("black_box", {})
        line.update(found)
        if report.failed:
            blocked = report.when == "setup"
            line["outcome"] = "blocked" if blocked else "failed"
            line["own_failure"] |= report.when == "teardown"
            line["message"] = str(report.longrepr)
            line["failure"] = dict(report.user_properties).get("failure")
        elif report.skipped:
            expected = hasattr(report, "wasxfail")
            line["outcome"] = "xfailed" if expected else "skipped"
            line["message"] = report.wasxfail if expected else skipped(report)


CAME_TO_ITS_END = {
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
}


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Close the results, of a run that came to its end, and the server."""
    own = session.config.stash[state]
    if is_worker(session.config):
        for name in ("not_run", "waiting"):
            session.config.workeroutput[name] = dict(own[name])
    if "results" in own and exitstatus in CAME_TO_ITS_END:
        own["footer"] = own["results"].close(
            own["not_run"], len(own["deviations"]), own["waiting"]
        )
        if own["results"].path.parent == report.ROOT / "results":
            own["page"] = page.write_page(own["results"], RULES)
    if "server" in own:
        own["server"].stop()
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and own["not_run"]:
        session.exitstatus = pytest.ExitCode.OK


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    """Take over from a worker how many tests could not run."""
    own = node.config.stash[state]
    told = getattr(node, "workeroutput", {})  # nothing when it crashed
    for name in ("not_run", "waiting"):
        own[name] |= Counter(told.get(name, {}))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show what was counted."""
    footer = config.stash[state].get("footer")
    if not footer:
        return
    show = terminalreporter.write_line
    terminalreporter.ensure_newline()
    terminalreporter.section("black box")
    show(
        f"{footer['passed']} passed, {footer['failed']} failed, "
        f"{footer['blocked']} blocked, {footer['xfailed']} expected to fail"
    )
    for reason, count in footer["not_run"].items():
        show(f"{count} not run: {reason}")
    show(
        f"{footer['requests']} requests, "
        f"{footer['different_requests']} different, of which "
        f"{footer['different_expecting_error']} expect an error"
    )
    show(report.dropped(footer["dropped"]))
    path = config.stash[state]["results"].path
    show(f"results: {config.stash[state].get('page', path)}")


@pytest.hookimpl(trylast=True)
def pytest_report_header(config: pytest.Config) -> str:
    """Name what is tested."""
    name = os.environ.get("URL") or os.environ.get("IMPL") or "stdlib"
    return f"implementation: {re.sub(r'//[^/]*@', '//', name)}"
