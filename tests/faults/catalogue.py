"""The faults of the API: each breaks a rule of routing to robustness."""

from tests.faults.fault import fault

# Routing

fault(
    "an unknown path is a bad request",
    "ROUTING-1",
    ("framework/routing.py", "raise Problem(404,", "raise Problem(400,"),
    also="ERRORS-3 ERRORS-4 ERRORS-10 LOGGING-8 ROUTING-6 ROUTING-7 ROUTING-8",
)
fault(
    "another method is not found",
    "ROUTING-2",
    (
        "framework/routing.py",
        'raise Problem(405, "This method is not allowed here.", allow)',
        'raise Problem(404, "This method is not allowed here.", allow)',
    ),
    also="ROUTING-3 ROUTING-11 ROUTING-12",
)
fault(
    "405 without Allow",
    "ROUTING-3",
    (
        "framework/routing.py",
        'raise Problem(405, "This method is not allowed here.", allow)',
        'raise Problem(405, "This method is not allowed here.")',
    ),
)
fault(
    "Allow without HEAD",
    "ROUTING-3 ROUTING-5",
    ("framework/routing.py", 'head = ["HEAD"] if', "head = [] if"),
)
fault(
    "no HEAD",
    "ROUTING-4",
    (
        "framework/routing.py",
        'method = "GET" if request.method == "HEAD" else request.method',
        "method = request.method",
    ),
    also="EXPORTING-7",
)
fault(
    "OPTIONS is a method like another",
    "ROUTING-5",
    ("framework/routing.py", 'if request.method == "OPTIONS":', "if False:"),
)
fault(
    "a slash more does not matter",
    "ROUTING-6",
    (
        "framework/routing.py",
        "pattern.fullmatch(path)",
        'pattern.fullmatch(path.rstrip("/") or path)',
    ),
)
fault(
    "percent-encoded characters stay encoded",
    "ROUTING-7",
    (
        "framework/messages.py",
        'decode(environ.get("PATH_INFO", ""))',
        'decode(environ["RAW_URI"].partition("?")[0])',
    ),
)
fault(
    "an id of letters is a crash",
    "ROUTING-8",
    ("framework/routing.py", "(?P<id>[0-9]{1,19})", "(?P<id>[^/]+)"),
)
fault(
    "an id that no integer holds is a crash",
    "ROUTING-9",
    ("framework/routing.py", "<= MAX_ID", "<= 10**19"),
)
fault(
    "a path must be UTF-8",
    "ROBUSTNESS-1",
    (
        "framework/messages.py",
        '.decode("utf-8", "replace")',
        '.decode("utf-8")',
    ),
)
fault(
    "the path in a header",
    "ROBUSTNESS-4",
    (
        "errors.py",
        "return problem_response(problem)",
        "response = problem_response(problem)\n"
        '        response.headers["X-Path"] = request.path\n'
        "        return response",
    ),
)
fault(
    "a header changes the method",
    "ROUTING-11",
    (
        "framework/messages.py",
        'self.method: str = environ["REQUEST_METHOD"]',
        'self.method: str = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE")'
        ' or environ["REQUEST_METHOD"]',
    ),
)
fault(
    "TRACE echoes the request",
    "ROUTING-12",
    (
        "framework/routing.py",
        'if request.method == "OPTIONS":',
        'if request.method == "TRACE":\n'
        '            kind = {"Content-Type": "message/http"}\n'
        "            echo = repr(request.environ).encode()\n"
        "            return Response(200, kind, echo)\n"
        '        if request.method == "OPTIONS":',
    ),
)
fault(
    "an unknown method is a GET",
    "ROUTING-13",
    (
        "framework/messages.py",
        'self.method: str = environ["REQUEST_METHOD"]',
        'known = "GET HEAD POST PUT PATCH DELETE OPTIONS TRACE"\n'
        '        self.method: str = environ["REQUEST_METHOD"]\n'
        "        if self.method not in known.split():\n"
        '            self.method = "GET"',
    ),
)
fault(
    "GET and DELETE must not have a Content-Type",
    "ROUTING-14",
    (
        "framework/routing.py",
        'if request.method == "OPTIONS":',
        'if request.method in ("GET", "DELETE") and request.header(\n'
        '            "Content-Type"\n'
        "        ):\n"
        '            raise Problem(415, "This has no body.")\n'
        '        if request.method == "OPTIONS":',
    ),
    also="ROUTING-9 SESSIONS-8",
)

# Bodies

fault(
    "any Content-Type is JSON",
    "BODIES-1",
    (
        "framework/bodies.py",
        'kind != "application/json"',
        "False",
    ),
)
fault(
    "one spelling of application/json",
    "BODIES-2",
    (
        "framework/bodies.py",
        'kind != "application/json"',
        'request.header("Content-Type") != "application/json"',
    ),
)
fault(
    "what follows JSON is ignored",
    "BODIES-4",
    (
        "framework/bodies.py",
        "json.loads(body)",
        "json.JSONDecoder().raw_decode(body.decode().lstrip())[0]",
    ),
)
fault(
    "bad UTF-8 is replaced",
    "BODIES-5",
    (
        "framework/bodies.py",
        "json.loads(body)",
        'json.loads(body.decode("utf-8", "replace"))',
    ),
)
fault(
    "NaN becomes a text",
    "BODIES-6",
    (
        "framework/bodies.py",
        "json.loads(body)",
        "json.loads(body, parse_constant=str)",
    ),
)
fault(
    "numbers too large are a crash",
    "BODIES-6",
    (
        "framework/bodies.py",
        "except (ValueError, RecursionError)",
        "except (UnicodeError, json.JSONDecodeError, RecursionError)",
    ),
)
fault(
    "half a surrogate pair goes on to the database",
    "BODIES-7",
    (
        "framework/bodies.py",
        "ensure_ascii=False).encode()",
        "ensure_ascii=False)",
    ),
)
fault(
    "deep nesting is a crash",
    "BODIES-8",
    ("framework/bodies.py", "(ValueError, RecursionError)", "ValueError"),
)
fault(
    "a list at the top is a bad request",
    "BODIES-9",
    (
        "framework/validation.py",
        'raise invalid([("", Fault("type"))])',
        'raise Problem(400, "This is no object.")',
    ),
)
fault(
    "what is not JSON is not valid",
    "BODIES-13",
    (
        "framework/bodies.py",
        'Problem(400, "The body is not a JSON document.")',
        'Problem(422, "The body is not a JSON document.", errors=[])',
    ),
    also="BODIES-4 BODIES-5",
)
fault(
    "JSON with the type of a text",
    "BODIES-12",
    (
        "framework/messages.py",
        '"Content-Type": "application/json"',
        '"Content-Type": "text/plain"',
    ),
    also="ACCOUNTS-2 BOOKMARKS-1 BOOKMARKS-14 HEALTH-1 IMPORTING-1 "
    "PAGINATION-1 PAGINATION-5 PAGINATION-10 ROBUSTNESS-1 TAGS-1 "
    "TAGS-2 TAGS-3 TOKENS-1 VALIDATION-8 VALIDATION-9 "
    "VALIDATION-15 VALIDATION-16 VALIDATION-17 VALIDATION-20 "
    "ACCOUNTS-14 BOOKMARKS-10 BOOKMARKS-11 BOOKMARKS-15 EXPORTING-3 "
    "EXPORTING-5 IMPORTING-11 IMPORTING-15 IMPORTING-16 IMPORTING-17 "
    "IMPORTING-18 TOKENS-16",
)

MORE = (
    "reader.held or reader.held.extend(reader.receive())\n"
    "        or reader.held"
)
fault(
    "the end of the input is the last chunk",
    "BODIES-10",
    (
        "framework/framing.py",
        "    while True:\n        match",
        f"    while (\n        {MORE}\n    ):\n        match",
    ),
    (
        "framework/framing.py",
        "while (line :=",
        f"while ({MORE}) and (line :=",
    ),
)
fault(
    "half a body is a body",
    "BODIES-11",
    (
        "framework/framing.py",
        "data = reader.read(left)",
        f"if not ({MORE}):\n"
        "            return\n"
        "        data = reader.read(left)",
    ),
)

# Validation

fault(
    "an error without message",
    "VALIDATION-1",
    (
        "framework/validation.py",
        "self.message = message or MESSAGES[code]",
        'self.message = "" if code == "unknown" else (\n'
        "            message or MESSAGES[code])",
    ),
    also="ACCOUNTS-15 BOOKMARKS-10 VALIDATION-2 VALIDATION-6",
)
fault(
    "only the first fault is told",
    "VALIDATION-2",
    (
        "framework/validation.py",
        "raise invalid(faults)",
        "raise invalid(faults[:1])",
    ),
    also="PAGINATION-2 VALIDATION-5 VALIDATION-7",
)
fault(
    "what is missing is of the wrong type",
    "VALIDATION-4",
    (
        "framework/validation.py",
        'raise Fault("required")',
        'raise Fault("type")',
    ),
)
fault(
    "anything becomes a text",
    "VALIDATION-5",
    (
        "framework/validation.py",
        'if not isinstance(value, str):\n        raise Fault("type")',
        "value = str(value)",
    ),
    also="ACCOUNTS-5 ERRORS-9 VALIDATION-2",
)
fault(
    "unknown fields are ignored",
    "VALIDATION-6",
    (
        "framework/validation.py",
        'faults += [(name, Fault("unknown")) for name in unknown]',
        "pass",
    ),
    also="ACCOUNTS-13 ACCOUNTS-15 BOOKMARKS-10 VALIDATION-1 VALIDATION-2",
)
fault(
    "NUL is a character as any other",
    "VALIDATION-7",
    ("framework/validation.py", r'if "\0" in value:', "if False:"),
)
fault(
    "lengths count bytes",
    "VALIDATION-8",
    (
        "framework/validation.py",
        "if len(value) > high:",
        'if len(value.encode("utf-8", "replace")) > high:',
    ),
    also="COMPRESSION-5",
)
fault(
    "a longer url",
    "VALIDATION-9",
    ("validation.py", "1, 2000)", "1, 2001)"),
    also="VALIDATION-8",
)
fault(
    "ftp is a scheme as well",
    "VALIDATION-10",
    ("validation.py", '("http", "https")', '("http", "https", "ftp")'),
)
fault(
    "a url may have a user",
    "VALIDATION-11",
    ("validation.py", ' or "@" in parts.netloc', ""),
)
fault(
    "a url may have control characters of C1",
    "VALIDATION-12",
    ("validation.py", r"[\s\x00-\x1f\x7f-\x9f\\]", r"[ \x00-\x1f\\]"),
)
fault(
    "any port",
    "VALIDATION-13",
    (
        "validation.py",
        "host, _ = parts.hostname, parts.port",
        "host = parts.hostname",
    ),
)
fault(
    "a url that cannot be parsed is a crash",
    "VALIDATION-14",
    (
        "validation.py",
        'except ValueError as error:\n        raise Fault("invalid")',
        'except KeyError as error:\n        raise Fault("invalid")',
    ),
    also="VALIDATION-13",
)
fault(
    "a url is put in order",
    "VALIDATION-15",
    ("validation.py", "return address", "return parts.geturl()"),
)
fault(
    "a title is not trimmed",
    "VALIDATION-16",
    (
        "validation.py",
        "sized(text(value).strip(), 1, 300)",
        "sized(text(value), 1, 300)",
    ),
    also="EXPORTING-3 EXPORTING-5",
)
fault(
    "notes are trimmed",
    "VALIDATION-17",
    (
        "validation.py",
        "return sized(text(value), 0, 1000)",
        "return sized(text(value), 0, 1000).strip()",
    ),
    also="BOOKMARKS-14",
)
fault(
    "21 tags",
    "VALIDATION-18",
    ("validation.py", "if len(value) > 20:", "if len(value) > 21:"),
)
fault(
    "a tag may have a comma",
    "VALIDATION-19",
    ("validation.py", 'if "," in name:', "if False:"),
    also="PAGINATION-2",
)
fault(
    "tags in small letters only",
    "VALIDATION-20",
    (
        "validation.py",
        "sized(fold(text(value).strip()), 1, 50)",
        "sized(text(value).strip().lower(), 1, 50)",
    ),
    also="EXPORTING-3",
)
fault(
    "a bad number in a query is 1",
    "VALIDATION-21 PAGINATION-2 PAGINATION-3",
    (
        "framework/validation.py",
        '"[0-9]+", value):\n            raise Fault("type")',
        '"[0-9]+", value):\n            return 1',
    ),
)

# Errors

fault(
    "HTML for who prefers it",
    "ERRORS-1",
    (
        "errors.py",
        "if is_api_path(request.path):",
        "if is_api_path(request.path) and (\n"
        '        "html" not in (request.header("Accept") or "")\n'
        "    ):",
    ),
)
fault(
    "an error of a page is JSON",
    "ERRORS-10",
    ("errors.py", "if is_api_path(request.path):", "if True:"),
)
fault(
    "a type of its own for 404",
    "ERRORS-2",
    (
        "framework/errors.py",
        '"type": "about:blank",',
        '"type": "about:blank" if problem.status != 404 else "tag:404",',
    ),
    also="BOOKMARKS-15 ERRORS-1",
)
fault(
    "a page shows the path as it came",
    "ERRORS-3",
    (
        "errors.py",
        "detail=problem.detail\n    )",
        'detail="@"\n    )\n    page = page.replace("@", request.path)',
    ),
)
fault(
    "a crash shows its trace",
    "ERRORS-4",
    (
        "errors.py",
        '"The server met an unexpected error."',
        '__import__("traceback").format_exc()',
    ),
)
fault(
    "a crash is passed on to the server",
    "ERRORS-5",
    (
        "errors.py",
        'return Problem(500, "The server met an unexpected error.")',
        "raise error",
    ),
)
fault(
    "503 without Retry-After",
    "ERRORS-6 HEALTH-4",
    ("errors.py", '{"Retry-After": "1"}', "{}"),
)
fault(
    "a locked database is a crash",
    "ERRORS-6",
    (
        "errors.py",
        "if is_unavailable(error):",
        'if is_unavailable(error) and "lock" not in str(error):',
    ),
)
fault(
    "the host is looked at last",
    "ERRORS-7",
    (
        "wsgi.py",
        "check_host(request, settings.allowed_hosts)\n"
        "        return router.dispatch(request)",
        "response = router.dispatch(request)\n"
        "        check_host(request, settings.allowed_hosts)\n"
        "        return response",
    ),
)
fault(
    "input is checked before the object",
    "ERRORS-8",
    (
        "api.py",
        "bookmark = find_bookmark(db, user, id)\n"
        "        check_if_match(request, bookmark_etag(bookmark))\n"
        "        fields = validate(document, BOOKMARK, partial=True)",
        "fields = validate(document, BOOKMARK, partial=True)\n"
        "        bookmark = find_bookmark(db, user, id)\n"
        "        check_if_match(request, bookmark_etag(bookmark))",
    ),
)
fault(
    "a wrong password comes before invalid input",
    "ERRORS-9",
    (
        "api.py",
        'fields = validate_password_change(document, user["username"])',
        "given = dict(document).get('current_password', '')\n"
        '        if not verify_password(str(given), user["password"]):\n'
        '            raise Problem(403, "The current password is wrong.")\n'
        "        fields = validate_password_change("
        'document, user["username"])',
    ),
    also="ACCOUNTS-5 ACCOUNTS-13 LIMITS-8 VALIDATION-5",
)

# Storage

SCHEMA = "statements(STEPS[step].read_text())"
fault(
    "the database does not keep a URL unique",
    "STORAGE-1",
    (
        "migrating.py",
        SCHEMA,
        "statements(STEPS[step].read_text().replace(\n"
        '            ",\\n    UNIQUE (user_id, url)", ""))',
    ),
    ("bookmarks.py", "ON CONFLICT (user_id, url) DO NOTHING", ""),
    also="BOOKMARKS-11 EXPORTING-3 PAGES-4 PAGES-12 STORAGE-5",
)
fault(
    "foreign keys are off",
    "STORAGE-2",
    ("storage.py", "foreign_keys = ON", "foreign_keys = OFF"),
)
fault(
    "the token is looked up before the transaction",
    "STORAGE-3",
    (
        "api.py",
        "with writing() as db:\n"
        "        user = authenticate(request, db)\n"
        "        fields = validate(document, BOOKMARK)\n"
        "        bookmark = insert_bookmark(",
        "with reading() as db:\n"
        "        user = authenticate(request, db)\n"
        "    with writing() as db:\n"
        "        fields = validate(document, BOOKMARK)\n"
        "        bookmark = insert_bookmark(",
    ),
)
fault(
    "the last moments are lost at a restart",
    "STORAGE-4",
    (
        "cli.py",
        "    check_secret_key()\n",
        "    check_secret_key()\n"
        "    from contextlib import suppress\n"
        "    from datetime import UTC, datetime, timedelta\n"
        "    from app.storage import timestamp\n"
        "    recent = timestamp(datetime.now(UTC) - timedelta(seconds=9))\n"
        "    if settings.database_url.exists():\n"
        "        with suppress(sqlite3.Error), writing() as db:\n"
        "            db.execute(\n"
        '                "DELETE FROM bookmarks WHERE updated_at > ?",\n'
        "                [recent],\n"
        "            )\n",
    ),
)
fault(
    "a URL that exists is a crash",
    "STORAGE-5",
    (
        "bookmarks.py",
        " ON CONFLICT (user_id, url) DO NOTHING",
        "",
    ),
    also="BOOKMARKS-13 EXPORTING-3 PAGES-4 PAGES-12",
)
fault(
    "a reader turns into a writer",
    "STORAGE-6",
    (
        "storage.py",
        'transaction("BEGIN IMMEDIATE")',
        'transaction("BEGIN")',
    ),
    sometimes="STORAGE-3 STORAGE-5",
)
fault(
    "commits do not wait for the disk",
    "STORAGE-7",
    ("storage.py", "synchronous = FULL", "synchronous = NORMAL"),
)
fault(
    "a journal that is no WAL",
    "STORAGE-7",
    ("storage.py", "journal_mode = WAL", "journal_mode = DELETE"),
)
fault(
    "a short busy timeout",
    "STORAGE-8",
    ("storage.py", "timeout=5,", "timeout=2,"),
)
fault(
    "a corrupt database is a crash",
    "STORAGE-9",
    (
        "storage.py",
        "return isinstance(error, sqlite3.DatabaseError) and not isinstance(",
        "return isinstance(error, sqlite3.OperationalError) and not "
        "isinstance(",
    ),
)
fault(
    "a failed write looks done",
    "STORAGE-9",
    (
        "errors.py",
        "if is_unavailable(error):",
        'if "readonly" in str(error):\n'
        '        return Problem(200, "Done.")\n'
        "    if is_unavailable(error):",
    ),
)
fault(
    "everybody may read the database",
    "STORAGE-11",
    ("migrating.py", "database.touch(0o600)", "database.touch()"),
)
fault(
    "a calendar that ends before 9999",
    "STORAGE-12",
    (
        "bookmarks.py",
        '"created_at": bookmark["created_at"],',
        '"created_at": bookmark["created_at"].replace("9999-", "9998-"),',
    ),
)
fault(
    "PostgreSQL is no word",
    "STORAGE-10",
    ("settings.py", '("postgresql:", "postgres:")', '("pgsql:",)'),
)

# Migrations

fault(
    "an older database stays as it is",
    "MIGRATIONS-1",
    (
        "migrating.py",
        'connection.create_function("fold"',
        'old = version(connection)\n    connection.create_function("fold"',
    ),
    (
        "migrating.py",
        "if step <= last and run_step(connection, step)",
        "if step <= last and not old and run_step(connection, step)",
    ),
)
fault(
    "STEP is ignored",
    "MIGRATIONS-2",
    ("migrating.py", "if step <= last and", "if"),
)
fault(
    "the second step fills nothing in",
    "MIGRATIONS-3",
    (
        "migrating.py",
        'create_function("fold", 3, fold,',
        'create_function("fold", 3, lambda *_: "",',
    ),
)
fault(
    "each run changes the rows",
    "MIGRATIONS-4",
    (
        "migrating.py",
        'connection.execute("ROLLBACK")\n        return False',
        'if step == "0002":\n'
        "            connection.execute(\n"
        """                "UPDATE bookmarks SET notes = notes || '!'"\n"""
        "            )\n"
        '        connection.execute("COMMIT")\n'
        "        return False",
    ),
)
fault(
    "a failing step stays half done",
    "MIGRATIONS-5",
    ("migrating.py", 'connection.execute("BEGIN IMMEDIATE")', "pass"),
    ("migrating.py", 'connection.execute("ROLLBACK")', "pass"),
    ("migrating.py", 'connection.execute("COMMIT")', "pass"),
)
fault(
    "a step is looked for before the lock",
    "MIGRATIONS-9",
    (
        "migrating.py",
        'connection.execute("BEGIN IMMEDIATE")\n'
        "    if version(connection) >= int(step):\n"
        '        connection.execute("ROLLBACK")\n'
        "        return False",
        "if version(connection) >= int(step):\n"
        "        return False\n"
        '    __import__("time").sleep(0.5)\n'
        '    connection.execute("BEGIN IMMEDIATE")',
    ),
)
fault(
    "a missing table is a crash",
    "MIGRATIONS-6",
    (
        "errors.py",
        "if is_unavailable(error):",
        'if is_unavailable(error) and "no such" not in str(error):',
    ),
)
fault(
    "connecting makes the file",
    "MIGRATIONS-7 HEALTH-5",
    ("storage.py", "?mode=rw", "?mode=rwc"),
)

# Bookmarks

fault(
    "Location leads elsewhere",
    "BOOKMARKS-1",
    (
        "api.py",
        "f\"/api/bookmarks/{bookmark['id']}\"",
        "f\"/api/bookmarks/{bookmark['id'] + 1}\"",
    ),
)
fault(
    "a list shows one field more",
    "BOOKMARKS-2",
    (
        "api.py",
        "return page_response(request, page, represent_bookmark)",
        "return page_response(request, page, lambda row: {\n"
        '        **represent_bookmark(row), "user_id": row["user_id"]})',
    ),
    also="BOOKMARKS-10 BOOKMARKS-14 BOOKMARKS-15 IMPORTING-1 "
    "IMPORTING-4 IMPORTING-15 IMPORTING-16 IMPORTING-17 PAGES-11 "
    "ROBUSTNESS-1 VALIDATION-19",
)
fault(
    "ids are used again",
    "BOOKMARKS-3",
    (
        "migrating.py",
        SCHEMA,
        "statements(STEPS[step].read_text().replace(\n"
        '            " AUTOINCREMENT", ""))',
    ),
)
fault(
    "a new bookmark looks changed",
    "BOOKMARKS-4",
    (
        "bookmarks.py",
        ":now, :now, :folded)",
        ":now, replace(:now, 'Z', '1Z'), :folded)",
    ),
    (
        "bookmarks.py",
        '"updated_at": bookmark["updated_at"],',
        '"updated_at": bookmark["updated_at"].replace("1Z", "Z").replace(\n'
        '            "Z", "1Z" if len(bookmark["updated_at"]) > 27 else "Z"),',
    ),
    also="BODIES-2 BOOKMARKS-2 BOOKMARKS-6 BOOKMARKS-14 IMPORTING-1 "
    "PAGES-11 ROBUSTNESS-1 SEARCH-6 VALIDATION-8 VALIDATION-9 "
    "VALIDATION-16 VALIDATION-17 VALIDATION-20 IMPORTING-15 "
    "IMPORTING-16 IMPORTING-17",
    sometimes="BOOKMARKS-7",
)
fault(
    "a weak ETag",
    "BOOKMARKS-5",
    ("bookmarks.py", """return f'"{book""", """return f'W/"{book"""),
    also="BOOKMARKS-6 BOOKMARKS-9 CACHING-5 COMPRESSION-5",
)
fault(
    "a change does not move the time",
    "BOOKMARKS-6",
    (
        "bookmarks.py",
        'next_instant(old["updated_at"])',
        'old["updated_at"]',
    ),
    also="BOOKMARKS-7 CACHING-5 IMPORTING-1",
)
fault(
    "a change within a tick does not move the time",
    "BOOKMARKS-6",
    (
        "bookmarks.py",
        "return timestamp(max(datetime.now(UTC), after))",
        "del after\n"
        "    return timestamp(datetime.now(UTC).replace(microsecond=999999))",
    ),
)
fault(
    "the clock alone says when a change was",
    "BOOKMARKS-6",
    (
        "bookmarks.py",
        "return timestamp(max(datetime.now(UTC), after))",
        "return timestamp(datetime.now(UTC))",
    ),
)
fault(
    "PUT keeps what is missing",
    "BOOKMARKS-7",
    (
        "api.py",
        "fields = validate(document, BOOKMARK)\n"
        "        bookmark = change_bookmark",
        "fields = validate(document, BOOKMARK)\n"
        "        fields = {k: fields[k] for k in document}\n"
        "        bookmark = change_bookmark",
    ),
    also="TAGS-3",
)
fault(
    "PATCH resets what is missing",
    "BOOKMARKS-8",
    (
        "api.py",
        "fields = validate(document, BOOKMARK, partial=True)",
        "fields = validate(document, BOOKMARK, partial=True)\n"
        '        fields = {"notes": "", "tags": [], **fields}',
    ),
    also="BOOKMARKS-2 BOOKMARKS-5 BOOKMARKS-9 SEARCH-7",
)
fault(
    "no change is a change",
    "BOOKMARKS-9",
    ("bookmarks.py", "if new == old:", "if False:"),
    also="BOOKMARKS-2 BOOKMARKS-5",
)
fault(
    "owned fields are ignored",
    "BOOKMARKS-10",
    (
        "framework/validation.py",
        "for name in document if name not in fields]",
        "for name in document if name not in fields\n"
        '        and name not in ("id", "created_at", "updated_at")]',
    ),
)
fault(
    "a change to a URL that exists is a crash",
    "BOOKMARKS-11",
    (
        "bookmarks.py",
        '"folded": folded(new)},\n        )\n    '
        "except sqlite3.IntegrityError as error:",
        '"folded": folded(new)},\n        )\n    except KeyError as error:',
    ),
)
fault(
    "one URL for all accounts",
    "BOOKMARKS-12",
    (
        "migrating.py",
        SCHEMA,
        "statements(STEPS[step].read_text().replace(\n"
        '            "UNIQUE (user_id, url)", "UNIQUE (url)"))',
    ),
    ("bookmarks.py", "ON CONFLICT (user_id, url)", "ON CONFLICT (url)"),
    also="EXPORTING-3 EXPORTING-4 IMPORTING-4 IMPORTING-16 IMPORTING-18",
)
fault(
    "half of a refused write is stored",
    "BOOKMARKS-13",
    (
        "bookmarks.py",
        'try:\n        db.execute(\n            """UPDATE',
        'replace_tags(db, old["id"], new["tags"])\n'
        '    db.execute("COMMIT")\n'
        '    db.execute("BEGIN IMMEDIATE")\n'
        '    try:\n        db.execute(\n            """UPDATE',
    ),
)
fault(
    "text is normalised",
    "BOOKMARKS-14",
    (
        "validation.py",
        "return sized(text(value), 0, 1000)",
        "from unicodedata import normalize\n"
        '    return normalize("NFC", sized(text(value), 0, 1000))',
    ),
)
fault(
    "a second DELETE succeeds",
    "BOOKMARKS-15",
    (
        "api.py",
        "bookmark = find_bookmark(db, user, id)\n"
        "        check_if_match(request, bookmark_etag(bookmark))\n"
        "        remove_bookmark(",
        "try:\n"
        "            bookmark = find_bookmark(db, user, id)\n"
        "        except Problem:\n"
        "            return Response(204)\n"
        "        check_if_match(request, bookmark_etag(bookmark))\n"
        "        remove_bookmark(",
    ),
)

# Tags

fault(
    "two is many",
    "TAGS-1",
    ("tags.py", "count(*) AS bookmarks", "min(count(*), 2) AS bookmarks"),
)
fault(
    "all tags at once",
    "TAGS-1",
    (
        "tags.py",
        '"name", query)',
        '"name", {**query, "page": 1, "per_page": 10**6})',
    ),
)
fault(
    "tags by their length",
    "TAGS-2",
    ("tags.py", '"name", query)', '"length(name), name", query)'),
)
fault(
    "old tags stay",
    "TAGS-3",
    ("tags.py", '"DELETE FROM tags WHERE bookmark_id = ?"', '"SELECT ?"'),
    ("tags.py", "INSERT INTO tags", "INSERT OR IGNORE INTO tags"),
    also="BOOKMARKS-7",
)
fault(
    "a tag is asked for as it stands",
    "TAGS-4",
    (
        "validation.py",
        "return tags([value for value in values if value])",
        "tags([value for value in values if value])\n"
        "    return [value for value in values if value]",
    ),
    also="SEARCH-6",
)
fault(
    "a bad tag finds nothing",
    "TAGS-5",
    (
        "validation.py",
        "return tags([value for value in values if value])",
        "try:\n"
        "        return tags([value for value in values if value])\n"
        "    except Fault:\n"
        '        return ["\\0"]',
    ),
    also="PAGINATION-2",
)
fault(
    "only one tag counts",
    "TAGS-6",
    ("search.py", "for tag in tags:", "for tag in tags[:1]:"),
)

# Pagination

fault(
    "total is the length of the page",
    "PAGINATION-1",
    ("pagination.py", '"total": page.total', '"total": len(page.rows)'),
    also="PAGINATION-2 PAGINATION-6 SEARCH-7 TAGS-1",
)
fault(
    "pages without end",
    "PAGINATION-2",
    (
        "validation.py",
        "number_to(1_000_000_000)",
        "number_to(1_000_000_001)",
    ),
)
fault(
    "101 a page",
    "PAGINATION-3",
    ("validation.py", "number_to(100)", "number_to(101)"),
)
fault(
    "an empty list ends at page 0",
    "PAGINATION-4",
    ("pagination.py", "last = max(1, -(", "last = max(0, -("),
)
fault(
    "next after the last page",
    "PAGINATION-5",
    ("pagination.py", "if page.number < last:", "if page.number <= last:"),
)
fault(
    "links forget the filters",
    "PAGINATION-6",
    (
        "pagination.py",
        'if pair[0] != "page"]',
        'if pair[0] in ("per_page", "sort")]',
    ),
)
fault(
    "a page past the end is missing",
    "PAGINATION-7",
    (
        "pagination.py",
        "content = {",
        "from app.framework.errors import Problem\n\n"
        "    if page.number > 1 and not page.rows:\n"
        '        raise Problem(404, "There is no such page.")\n'
        "    content = {",
    ),
)
fault(
    "pages overlap",
    "PAGINATION-8",
    (
        "pagination.py",
        "(number - 1) * size]",
        "(number - 1) * max(size - 1, 1)]",
    ),
    also="PAGES-8 PERMISSIONS-5",
)
fault(
    "sort is ignored",
    "PAGINATION-9",
    (
        "bookmarks.py",
        'order_by(query["sort"])',
        'order_by("-created_at")',
    ),
    also="IMPORTING-2 IMPORTING-17 SEARCH-2 SEARCH-3 SEARCH-5",
)
fault(
    "another sort is ignored",
    "PAGINATION-9",
    (
        "validation.py",
        "Field(one_of(*ORDERS), ",
        'Field(lambda sort: sort if sort in ORDERS else "-created_at", ',
    ),
)
fault(
    "ties are always upwards",
    "PAGINATION-10",
    (
        "pagination.py",
        'f"{column} {direction}, id {direction}"',
        'f"{column} {direction}, id ASC"',
    ),
)
fault(
    "unknown parameters are refused",
    "PAGINATION-11",
    (
        "framework/validation.py",
        "elif name in fields:",
        "else:",
    ),
)
fault(
    "a statement for each bookmark",
    "PAGINATION-12",
    (
        "pagination.py",
        "return Page(rows.fetchall(), number, size, total)",
        "found = rows.fetchall()\n"
        "    for row in found:\n"
        '        db.execute("SELECT ?", [row[0]]).fetchall()\n'
        "    return Page(found, number, size, total)",
    ),
)

# Search

fault(
    "notes are not searched",
    "SEARCH-1",
    (
        "bookmarks.py",
        'fields["url"], fields["notes"])',
        'fields["url"], "")',
    ),
    also="SEARCH-2 SEARCH-8",
)
fault(
    "text is lowered, not folded",
    "SEARCH-2",
    ("search.py", "text.casefold()", "text.lower()"),
    also="IMPORTING-1",
)
fault(
    "an accent may be one letter or two",
    "SEARCH-2",
    ("search.py", 'normalize("NFC", text.casefold())', "text.casefold()"),
    also="EXPORTING-3",
)
fault(
    "what keeps the fields apart can be searched for",
    "SEARCH-8",
    ("search.py", 'fold(phrase.replace(SEPARATOR, " "))', "fold(phrase)"),
)
fault(
    "wildcards in a phrase",
    "SEARCH-3",
    (
        "search.py",
        'conditions.append("instr(folded, ?)")\n'
        '        values.append(fold(phrase.replace(SEPARATOR, " ")))',
        'conditions.append("folded LIKE ?")\n'
        '        values.append(f"%{fold(phrase)}%")',
    ),
    also="SEARCH-8 SEARCH-9",
)
fault(
    "a longer phrase",
    "SEARCH-4",
    ("validation.py", "0, 200)", "0, 201)"),
    also="PAGINATION-2",
)
fault(
    "an empty tag is refused",
    "SEARCH-5",
    (
        "validation.py",
        "return tags([value for value in values if value])",
        "return tags(values)",
    ),
)
fault(
    "the phrase is pasted into the statement",
    "SEARCH-6",
    (
        "search.py",
        'conditions.append("instr(folded, ?)")\n'
        '        values.append(fold(phrase.replace(SEPARATOR, " ")))',
        "conditions.append(f\"instr(folded, '{fold(phrase)}')\")",
    ),
    also="SEARCH-8",
)
fault(
    "total ignores the filters",
    "SEARCH-7",
    (
        "pagination.py",
        'total = db.execute(f"SELECT count(*) FROM {source}", values)'
        ".fetchone()[0]",
        'alone, *_ = source.split(" AND ")\n'
        '    few = values[: alone.count("?")]\n'
        "    total = db.execute(\n"
        '        f"SELECT count(*) FROM {alone}", few\n'
        "    ).fetchone()[0]",
    ),
    also="SEARCH-1 SEARCH-2 SEARCH-3 SEARCH-6 SEARCH-8 SEARCH-9 TAGS-3",
)

# Accounts

fault(
    "Location by number",
    "ACCOUNTS-1",
    (
        "api.py",
        '{"Location": "/api/me"}',
        '{"Location": f"/api/users/{user[\'id\']}"}',
    ),
)
fault(
    "a user shows one field more",
    "ACCOUNTS-2",
    (
        "accounts.py",
        '"id": user["id"],\n',
        '"id": user["id"],\n        "name": user["username"],\n',
    ),
    also="ACCOUNTS-3 PERMISSIONS-5 ROBUSTNESS-1",
)
fault(
    "who asks is shown who came last",
    "ACCOUNTS-18",
    (
        "api.py",
        "user = authenticate(request, db)\n"
        "    return json_response(200, represent_user(user))",
        "authenticate(request, db)\n"
        '        user = db.execute("SELECT * FROM users ORDER BY id DESC")'
        ".fetchone()\n"
        "    return json_response(200, represent_user(user))",
    ),
)
fault(
    "any letters in a name",
    "ACCOUNTS-3",
    ("validation.py", '"[a-z0-9_]+"', r'r"\w+"'),
    also="PERMISSIONS-5",
)
fault(
    "a name that is taken is invalid",
    "ACCOUNTS-4",
    ("accounts.py", "raise Problem(409,", "raise Problem(422,"),
    also="ACCOUNTS-13 PAGES-14",
)
fault(
    "a longer password",
    "ACCOUNTS-5",
    ("validation.py", "8, 128)", "8, 129)"),
)
fault(
    "seven characters are enough",
    "ACCOUNTS-5",
    ("validation.py", "8, 128)", "7, 128)"),
)
fault(
    "a common password in capitals is fine",
    "ACCOUNTS-6",
    ("accounts.py", "password.casefold() in COMMON", "password in COMMON"),
)
fault(
    "the name is a password",
    "ACCOUNTS-7",
    ("validation.py", "or password.casefold() == name", "or False"),
)
fault(
    "a password is cut",
    "ACCOUNTS-8",
    ("accounts.py", "password.encode(),", "password.encode()[:72],"),
)
fault(
    "a password is trimmed",
    "ACCOUNTS-8",
    ("accounts.py", "password.encode(),", "password.strip().encode(),"),
    also="ACCOUNTS-11 TOKENS-6",
)
fault(
    "a cheaper hash",
    "ACCOUNTS-9",
    ("accounts.py", "password_log_n}:8:5", "password_log_n}:8:1"),
)
fault(
    "the password stays as it was",
    "ACCOUNTS-10",
    ("api.py", 'replace_password(db, user["id"], password)', "pass"),
    also="SESSIONS-9",
)
fault(
    "the current password is not looked at",
    "ACCOUNTS-11",
    (
        "api.py",
        'if not verify_password(fields["current_password"], '
        'user["password"]):',
        "if False:",
    ),
    also="ACCOUNTS-5 ACCOUNTS-8 ACCOUNTS-13 LIMITS-8",
)
fault(
    "other tokens stay valid",
    "ACCOUNTS-12",
    (
        "api.py",
        'end_other_tokens(db, user["id"], user["digest"])',
        "pass",
    ),
)
fault(
    "the token that asked ends as well",
    "ACCOUNTS-12",
    (
        "api.py",
        'end_other_tokens(db, user["id"], user["digest"])',
        'end_other_tokens(db, user["id"], "")',
    ),
    also="ACCOUNTS-13",
)
fault(
    "a header shows the hash",
    "ACCOUNTS-13",
    (
        "api.py",
        '{"Location": "/api/me"}',
        '{"Location": "/api/me", "X-Stored": password}',
    ),
)
fault(
    "the name stays taken",
    "ACCOUNTS-14",
    (
        "api.py",
        'remove_user(db, user["id"])',
        'end_other_tokens(db, user["id"], "")',
    ),
)
fault(
    "admin in the body is ignored",
    "ACCOUNTS-15",
    (
        "validation.py",
        '"username": Field(username),\n',
        '"username": Field(username),\n'
        '        "admin": Field(lambda value: value, False),\n',
    ),
)

fault(
    "a hash keeps its cost for ever",
    "ACCOUNTS-16",
    ("accounts.py", 'if not stored.startswith(f"{METHOD}$")', "if False"),
)
fault(
    "bytes that were no text are a password",
    "ACCOUNTS-17",
    ("validation.py", 'if "\\ufffd" in password:', "if False:"),
)

# Tokens

fault(
    "another type of token",
    "TOKENS-1",
    ("tokens.py", '"token_type": "Bearer"', '"token_type": "bearer"'),
    also="TOKENS-14",
)
fault(
    "a shorter token",
    "TOKENS-2",
    ("tokens.py", "token_urlsafe(32)", "token_urlsafe(24)"),
    also="TOKENS-1 TOKENS-14",
)
fault(
    "a token is stored as it is",
    "TOKENS-3",
    ("tokens.py", "return sha256(token.encode()).hexdigest()", "return token"),
)
fault(
    "a token never ends",
    "TOKENS-4",
    ("tokens.py", "AND expires_at > ?", "AND ? > ''"),
)
fault(
    "a token may be cached",
    "TOKENS-5",
    ("api.py", '{"Cache-Control": "no-store"}', "{}"),
)
fault(
    "an unknown name is told",
    "TOKENS-6",
    (
        "accounts.py",
        "username)\n        raise wrong_sign_in()",
        "username)\n        raise wrong_sign_in() if user else Problem(\n"
        '            401, "Who?", {"WWW-Authenticate": "Bearer"})',
    ),
)
fault(
    "a bad name at sign-in is invalid",
    "TOKENS-7",
    (
        "validation.py",
        'SIGN_IN = {"username": Field(text)',
        'SIGN_IN = {"username": Field(username)',
    ),
    also="TOKENS-6",
)
fault(
    "an unknown name is refused faster",
    "TOKENS-8",
    (
        "accounts.py",
        "# An unknown name takes as long as a known one, "
        "and so stays unknown.",
        "if not user:\n        raise wrong_sign_in()",
    ),
    also="LIMITS-4",
)
fault(
    "what cannot be a name is refused faster",
    "TOKENS-8",
    (
        "accounts.py",
        "# An unknown name takes as long as a known one, "
        "and so stays unknown.",
        "if not username.isidentifier():\n"
        "        count_failure(request, username)\n"
        "        raise wrong_sign_in()",
    ),
)
fault(
    "what cannot be a password is refused faster",
    "TOKENS-8",
    (
        "accounts.py",
        "# An unknown name takes as long as a known one, "
        "and so stays unknown.",
        "if len(password) > 128:\n"
        "        count_failure(request, username)\n"
        "        raise wrong_sign_in()",
    ),
)
fault(
    "401 without a challenge",
    "TOKENS-9",
    ("permissions.py", '{"WWW-Authenticate": challenge}', "{}"),
    also="IMPORTING-10 PERMISSIONS-1 SESSIONS-8 TOKENS-17",
)
fault(
    "a challenge without its error",
    "TOKENS-17",
    ("permissions.py", "'Bearer error=\"invalid_token\"'", '"Bearer"'),
)
fault(
    "the first of two headers counts",
    "TOKENS-10",
    (
        "permissions.py",
        'token.strip(" "))',
        'token.partition(",")[0].strip(" "))',
    ),
)
fault(
    "one spelling of Bearer",
    "TOKENS-12",
    ("permissions.py", 'scheme.lower() != "bearer"', 'scheme != "Bearer"'),
)
fault(
    "a token in the query",
    "TOKENS-13",
    (
        "permissions.py",
        'request.header("Authorization") or ""',
        'request.header("Authorization") or " ".join(\n'
        '        f"Bearer {v}" for k, v in request.query if k == "token"\n'
        "    )",
    ),
)
fault(
    "another scheme will do",
    "TOKENS-13",
    (
        "permissions.py",
        'scheme.lower() != "bearer"',
        'scheme.lower() not in ("bearer", "token")',
    ),
)
fault(
    "registration looks at the token",
    "TOKENS-14",
    (
        "api.py",
        "fields = validate_registration(read_json(request))",
        'if request.header("Authorization"):\n'
        "        with reading() as db:\n"
        "            authenticate(request, db)\n"
        "    fields = validate_registration(read_json(request))",
    ),
)
fault(
    "signing out ends every token",
    "TOKENS-15",
    (
        "api.py",
        'end_token(db, user["digest"])',
        'end_other_tokens(db, user["id"], "")',
    ),
    also="TOKENS-16",
)
fault(
    "signing out ends nothing",
    "TOKENS-15",
    (
        "api.py",
        'end_token(db, user["digest"])',
        "pass",
    ),
    also="TOKENS-10 TOKENS-16",
)
fault(
    "an upload goes on without its token",
    "TOKENS-16",
    (
        "api.py",
        "authenticate(request, db)  # before the body, which may be large",
        "user = authenticate(request, db)",
    ),
    (
        "api.py",
        "        user = authenticate(request, db)\n"
        "        result = insert_entries(",
        "        result = insert_entries(",
    ),
)
fault(
    "tokens that have expired stay",
    "TOKENS-18",
    (
        "tokens.py",
        '"DELETE FROM tokens WHERE user_id = ? AND expires_at <= ?"',
        '"SELECT ?, ?"',
    ),
)

# Permissions

fault(
    "tags for everybody",
    "PERMISSIONS-1",
    (
        "api.py",
        "user = authenticate(request, db)\n"
        "        query = validate_query(request.query, PAGE_QUERY)\n"
        "        page = page_of_tags(",
        'known = request.header("Authorization")\n'
        '        user = authenticate(request, db) if known else {"id": 0}\n'
        "        query = validate_query(request.query, PAGE_QUERY)\n"
        "        page = page_of_tags(",
    ),
)
fault(
    "nobody asks for the owner",
    "PERMISSIONS-2",
    ("bookmarks.py", "WHERE user_id = ? AND id = ?", "WHERE ? > 0 AND id = ?"),
    also="CACHING-6",
)
fault(
    "another's bookmark is forbidden",
    "PERMISSIONS-2",
    (
        "permissions.py",
        'raise Problem(404, "There is no such bookmark.")',
        'there = db.execute("SELECT 1 FROM bookmarks WHERE id = ?",\n'
        "                           [bookmark_id]).fetchone()\n"
        '        raise Problem(403 if there else 404, "Not yours.")',
    ),
    also="CACHING-6",
)
fault(
    "a list by tag shows everything",
    "PERMISSIONS-3",
    (
        "search.py",
        '["user_id = ?"]',
        '["? > 0" if tags else "user_id = ?"]',
    ),
    also="PAGES-8 PAGINATION-1 SEARCH-6 TAGS-3",
)
fault(
    "everybody is an administrator",
    "PERMISSIONS-4",
    ("permissions.py", 'if not user["admin"]:', "if False:"),
)
fault(
    "administrators are not listed",
    "PERMISSIONS-5",
    (
        "accounts.py",
        '"*", "users", []',
        '"*", "users WHERE admin = 0", []',
    ),
)
fault(
    "a missing account is deleted",
    "PERMISSIONS-6",
    (
        "api.py",
        "if not remove_user(db, id):",
        "if remove_user(db, id) is None:",
    ),
)

# Settings

fault(
    "another default",
    "SETTINGS-1",
    ("settings.py", '"86400"', '"3600"'),
)
fault(
    "every address is listened on by default",
    "SETTINGS-1",
    ("settings.py", '"127.0.0.1")', '"0.0.0.0")'),
)
fault(
    "a session of a day by default",
    "SETTINGS-1 SESSIONS-10",
    ("settings.py", '"1209600"', '"86400"'),
)
fault(
    "a shorter window by default",
    "SETTINGS-1 LIMITS-4",
    ("settings.py", '"10/60"', '"10/20"'),
)
fault(
    "one thread for all",
    "SETTINGS-1",
    ("settings.py", '(integer(1, 1024), "8")', '(lambda _: 1, "8")'),
)
fault(
    "empty is a value",
    "SETTINGS-10",
    (
        "framework/settings.py",
        'environ.get(name) or one.metadata["default"]',
        'environ.get(name, one.metadata["default"])',
    ),
)
fault(
    "bad settings are left at that",
    "SETTINGS-2",
    (
        "framework/settings.py",
        "        raise SystemExit(2)\n",
        "        return read_settings(kind, {})\n",
    ),
)
fault(
    "one bad variable at a time",
    "SETTINGS-3",
    ("framework/settings.py", r'"\n".join(faults)', "faults[0]"),
)
fault(
    "secrets are quoted",
    "SETTINGS-4",
    (
        "framework/settings.py",
        '"the value" if one.metadata["secret"] else repr(text)',
        "repr(text)",
    ),
)
fault(
    "numbers without a range",
    "SETTINGS-5",
    ("framework/settings.py", " or not low <= int(text) <= high", ""),
)
fault(
    "a path begins where run is started",
    "SETTINGS-6",
    (
        "settings.py",
        'return FOLDER / text.removeprefix("sqlite:///")',
        'return Path.cwd() / text.removeprefix("sqlite:///")',
    ),
)
fault(
    "a secret is made up for every host",
    "SETTINGS-7",
    ("settings.py", "if not is_loopback(settings.host):", "if False:"),
)
fault(
    "a secret is made up without a word",
    "SETTINGS-7",
    ("settings.py", 'log.warning("SECRET', 'log.debug("SECRET'),
)
fault(
    "each worker has a secret",
    "SETTINGS-7",
    (
        "csrf.py",
        "key = settings.secret_key.encode()",
        'pid = str(__import__("os").getpid()).encode()\n'
        "    key = settings.secret_key.encode() + pid",
    ),
)

fault(
    "a proxy is expected without a word",
    "SETTINGS-11",
    ("cli.py", "    check_proxies()\n", ""),
)
fault(
    "a proxy is asked for always",
    "SETTINGS-11",
    (
        "settings.py",
        "if settings.secure_cookies and not settings.trusted_proxies:",
        "if not settings.trusted_proxies:",
    ),
)

# CLI

fault(
    "no verb is a crash",
    "CLI-1",
    (
        "cli.py",
        "add_subparsers(required=True",
        "add_subparsers(required=False",
    ),
)
fault(
    "a port in use is no failure",
    "CLI-2",
    (
        "cli.py",
        "    serve(\n",
        "    from contextlib import suppress\n\n"
        "    with suppress(OSError): serve(\n",
    ),
)
fault(
    "every address is listened on",
    "CLI-2",
    ("cli.py", "settings.host,", '"0.0.0.0",'),
)
fault(
    "a password from standard input is trimmed",
    "CLI-5",
    ("cli.py", r'.removesuffix("\n").removesuffix("\r")', ".strip()"),
)
fault(
    "an existing account becomes an administrator",
    "CLI-6",
    (
        "cli.py",
        'insert_user(db, fields["username"], password, admin=True)',
        "db.execute(\n"
        '            "UPDATE users SET admin = 1 WHERE username = ?",\n'
        '            [fields["username"]],\n'
        "        ).rowcount or insert_user(\n"
        '            db, fields["username"], password, admin=True\n'
        "        )",
    ),
)
fault(
    "arguments too many are ignored",
    "CLI-7",
    ("cli.py", "parser().parse_args()", "parser().parse_known_args()[0]"),
)

# Health

fault(
    "health says something else",
    "HEALTH-1",
    (
        "api.py",
        '"""Say that the process is running."""\n'
        '    return json_response(200, {"status": "ok"})',
        '"""Say that the process is running."""\n'
        '    return json_response(200, {"status": "up"})',
    ),
)
fault(
    "health asks the database",
    "HEALTH-2",
    (
        "api.py",
        '"""Say that the process is running."""\n',
        '"""Say that the process is running."""\n'
        "    with reading() as db:\n"
        "        require_ready(db)\n",
    ),
)
fault(
    "readiness says something else",
    "HEALTH-3",
    (
        "api.py",
        'require_ready(db)\n    return json_response(200, {"status": "ok"})',
        "require_ready(db)\n"
        '    return json_response(200, {"status": "ready"})',
    ),
)
fault(
    "readiness does not look at the schema",
    "HEALTH-4",
    ("api.py", "require_ready(db)", "pass"),
)

# Logging

fault(
    "an error without its trace",
    "LOGGING-1",
    ("logs.py", "if record.exc_info:", "if False:"),
)
fault(
    "a trace of many lines",
    "LOGGING-2",
    (
        "logs.py",
        "return json.dumps(line)",
        "return json.dumps(line, indent=1)",
    ),
)
fault(
    "line ends beyond ASCII stand in the log",
    "LOGGING-2",
    (
        "logs.py",
        "return json.dumps(line)",
        "return json.dumps(line, ensure_ascii=False)",
    ),
)
fault(
    "the token in the log",
    "LOGGING-4",
    (
        "logs.py",
        '"path": request.path,',
        '"path": request.path,\n'
        '        "authorization": request.header("Authorization"),',
    ),
)
fault(
    "any address is believed",
    "LOGGING-5",
    (
        "logs.py",
        '"address": request.address,',
        '"address": request.header("X-Forwarded-For") or request.address,',
    ),
)
fault(
    "a trace with all values",
    "LOGGING-9",
    (
        "logs.py",
        "self.formatException(record.exc_info)",
        "record.exc_info[1]\n"
        "            from traceback import TracebackException as Trace\n"
        "            trace = Trace(*record.exc_info, capture_locals=True)\n"
        '            line["trace"] = "".join(trace.format())',
    ),
)
fault(
    "a sign-in that fails leaves no line",
    "LOGGING-10",
    (
        "limits.py",
        'log.warning("sign-in failed"',
        'log.debug("sign-in failed"',
    ),
)
fault(
    "a sign-in that fails tells the name",
    "LOGGING-10",
    (
        "limits.py",
        'line = {"address": request.address}',
        'line = {"address": request.address, "username": username}',
    ),
)

# Hosts

HOST_IF_ANY = "if not HOST.fullmatch(host) and host == chr(0):"
fault(
    "any host",
    "HOSTS-4",
    ("framework/hosts.py", '"*" in names or', "True or"),
    also="ERRORS-7 HOSTS-7",
)
fault(
    "names compared with their case",
    "HOSTS-8",
    (
        "framework/hosts.py",
        '(request.header("Host") or "").lower()',
        'request.header("Host") or ""',
    ),
)
fault(
    "another port is another host",
    "HOSTS-5",
    (
        "framework/hosts.py",
        "if not match or not (",
        'own = (None, ":" + request.environ["SERVER_PORT"])\n'
        "    if not match or match[2] not in own or not (",
    ),
)
fault(
    "a forwarded host counts",
    "HOSTS-7",
    (
        "framework/hosts.py",
        '(request.header("Host") or "")',
        '(request.header("X-Forwarded-Host") or request.header("Host")\n'
        '         or "")',
    ),
)

fault(
    "no host is the usual host",
    "HOSTS-1",
    ("framework/framing.py", "if not HOST.fullmatch(host):", HOST_IF_ANY),
    (
        "framework/hosts.py",
        '(request.header("Host") or "")',
        '(request.header("Host") or "localhost")',
    ),
    also="HOSTS-3",
)
fault(
    "the last of two hosts counts",
    "HOSTS-2",
    (
        "framework/framing.py",
        "if key in environ:",
        'if key in environ and key != "HTTP_HOST":',
    ),
)
fault(
    "a host that only holds a good one",
    "HOSTS-3",
    ("framework/framing.py", "if not HOST.fullmatch(host):", HOST_IF_ANY),
    (
        "framework/hosts.py",
        "HOST.fullmatch(",
        're.search(r"(localhost|127\\.0\\.0\\.1)", ',
    ),
    also="HOSTS-2 HOSTS-8",
)
fault(
    "a star is a name",
    "HOSTS-6",
    ("framework/hosts.py", '"*" in names or match[1]', "match[1]"),
)

# Limits

fault(
    "a byte more",
    "LIMITS-1",
    (
        "framework/bodies.py",
        "elif length > limit:",
        "elif length > limit + 1:",
    ),
    (
        "framework/bodies.py",
        "if len(body) > limit:",
        "if len(body) > limit + 1:",
    ),
    also="IMPORTING-12 LIMITS-2 LIMITS-3 LIMITS-11",
)
fault(
    "the limit itself is too large",
    "LIMITS-1",
    ("framework/bodies.py", "elif length > limit:", "elif length >= limit:"),
)
fault(
    "chunks are cut at the limit",
    "LIMITS-2",
    ("framework/bodies.py", "if len(body) > limit:", "if False:"),
)
fault(
    "a large body is read before it is refused",
    "LIMITS-3",
    (
        "framework/bodies.py",
        "elif length > limit:\n",
        "elif length > limit:\n        stream.read(length)\n",
    ),
    also="IMPORTING-12 LIMITS-1 LIMITS-11",
)
fault(
    "a large body is a bad request",
    "IMPORTING-12 LIMITS-11",
    ("framework/bodies.py", "return Problem(413,", "return Problem(400,"),
)

# Robustness

fault(
    "a number of many digits is a crash",
    "PAGINATION-2 PAGINATION-3",
    (
        "framework/validation.py",
        "if len(value) > 19 or int(value) > high:",
        "if int(value) > high:",
    ),
)
fault(
    "two slashes lead elsewhere",
    "ROBUSTNESS-2",
    (
        "wsgi.py",
        "return router.dispatch(request)",
        'if request.path.startswith("//"):\n'
        "            to = request.path.encode().decode('latin-1')\n"
        '            return Response(308, {"Location": to})\n'
        "        return router.dispatch(request)",
    ),
)
fault(
    "a title may be empty",
    "ROBUSTNESS-3 VALIDATION-16",
    (
        "validation.py",
        "sized(text(value).strip(), 1, 300)",
        "sized(text(value).strip(), 0, 300)",
    ),
    also="VALIDATION-2",
)
fault(
    "links are not encoded",
    "ROBUSTNESS-4",
    (
        "pagination.py",
        "from urllib.parse import urlencode",
        "def urlencode(pairs: list) -> str:\n"
        '    return "&".join(f"{name}={value}" for name, value in pairs)',
    ),
    also="SEARCH-9",
)
fault(
    "a query must be UTF-8",
    "ROBUSTNESS-1",
    (
        "framework/messages.py",
        "keep_blank_values=True",
        'keep_blank_values=True, errors="strict"',
    ),
)
fault(
    "one odd request spoils the next",
    "ROBUSTNESS-5",
    (
        "wsgi.py",
        "return router.dispatch(request)",
        "if vars(api).pop('spoiled', False):\n"
        "            raise RuntimeError\n"
        r"        api.spoiled = '\0' in request.path"
        "\n"
        "        return router.dispatch(request)",
    ),
)
fault(
    "another protocol is refused",
    "ROBUSTNESS-7",
    (
        "wsgi.py",
        "return router.dispatch(request)",
        'if request.header("Upgrade"):\n'
        "            from app.framework.errors import Problem\n"
        '            raise Problem(426, "There is no other protocol.")\n'
        "        return router.dispatch(request)",
    ),
)
fault(
    "every body is read at once",
    "ROBUSTNESS-9",
    (
        "wsgi.py",
        "    request = Request(\n",
        '    read = environ["wsgi.input"].read\n'
        '    body = b"".join(iter(lambda: read(65536), b""))\n'
        '    environ["wsgi.input"] = __import__("io").BytesIO(body)\n'
        "    request = Request(\n",
    ),
    also="IMPORTING-10 IMPORTING-12 LIMITS-3 LIMITS-11",
)
