"""The faults of caching, of what surrounds the API, and of running it."""

from faults.fault import fault

# Caching

CONDITION = "check_if_match(request, bookmark_etag(bookmark))\n        "
fault(
    "a weak tag is another one",
    "CACHING-1",
    (
        "caching.py",
        '[tag.removeprefix("W/") for tag in TAG.findall(condition)]',
        "TAG.findall(condition)",
    ),
    (
        "caching.py",
        'or etag.removeprefix("W/") in tags',
        "or etag in tags",
    ),
    also="CACHING-8",
)
fault(
    "If-None-Match holds one tag",
    "CACHING-1 CACHING-3",
    (
        "caching.py",
        "for tag in TAG.findall(condition)]",
        "for tag in [condition]]",
    ),
    also="CACHING-8",
)
fault(
    "a star is no condition",
    "CACHING-1",
    ("caching.py", 'if condition == "*" or etag', "if etag"),
    also="CACHING-8",
)
fault(
    "304 says nothing of caches",
    "CACHING-2",
    ("caching.py", '"ETag", "Cache-Control", "Vary"', '"ETag"'),
)
fault(
    "the last line of a condition counts",
    "CACHING-3",
    (
        "framing.py",
        'f"{environ[key]},{value}" if key in environ else value',
        '(\n            f"{environ[key]},{value}"\n'
        '            if key in environ and "HTTP_IF_" not in key\n'
        "            else value\n        )",
    ),
)
fault(
    "If-Match holds one tag",
    "CACHING-3 CACHING-4",
    (
        "caching.py",
        "etag not in TAG.findall(condition)",
        "etag != condition",
    ),
)
fault(
    "a star matches nothing",
    "CACHING-4",
    (
        "caching.py",
        'condition not in (None, "*")',
        "condition is not None",
    ),
)
fault(
    "a weak tag guards a change",
    "CACHING-5",
    (
        "caching.py",
        "etag not in TAG.findall(condition)",
        "etag not in condition",
    ),
)
fault(
    "a condition that cannot be read is none",
    "CACHING-5",
    (
        "caching.py",
        "etag not in TAG.findall(condition)",
        "(tags := TAG.findall(condition)) and etag not in tags",
    ),
)
fault(
    "a bookmark is deleted on any condition",
    "CACHING-5",
    ("api.py", CONDITION + "db.execute(", "db.execute("),
)
fault(
    "a condition comes before the object",
    "CACHING-6",
    (
        "api.py",
        "bookmark = find_bookmark(db, user, id)\n"
        f"        {CONDITION}db.execute(",
        "try:\n"
        "            bookmark = find_bookmark(db, user, id)\n"
        "        except Problem:\n"
        '            check_if_match(request, "")\n'
        "            raise\n"
        f"        {CONDITION}db.execute(",
    ),
)
fault(
    "a conflict comes before the condition",
    "CACHING-6",
    (
        "api.py",
        CONDITION + "fields = validate(document, BOOKMARK, partial=True)\n"
        "        bookmark = change_bookmark(db, bookmark, fields)",
        "fields = validate(document, BOOKMARK, partial=True)\n"
        "        old = bookmark_etag(bookmark)\n"
        "        bookmark = change_bookmark(db, bookmark, fields)\n"
        "        check_if_match(request, old)",
    ),
)
for change, arguments in (
    ("a replacement", "document, BOOKMARK"),
    ("an update", "document, BOOKMARK, partial=True"),
):
    fault(
        f"{change} compares the tag before the transaction",
        "CACHING-7",
        (
            "api.py",
            "with writing() as db:\n"
            "        user = authenticate(request, db)\n"
            "        bookmark = find_bookmark(db, user, id)\n"
            f"        {CONDITION}fields = validate({arguments})\n",
            "with reading() as db:\n"
            "        user = authenticate(request, db)\n"
            "        bookmark = find_bookmark(db, user, id)\n"
            "        check_if_match(request, bookmark_etag(bookmark))\n"
            "    with writing() as db:\n"
            "        user = authenticate(request, db)\n"
            "        bookmark = find_bookmark(db, user, id)\n"
            f"        fields = validate({arguments})\n",
        ),
    )
fault(
    "the length of a list is its tag",
    "CACHING-8",
    (
        "caching.py",
        "sha256(body).hexdigest()",
        "sha256(str(len(body)).encode()).hexdigest()",
    ),
)
fault(
    "lists have no tag",
    "CACHING-8",
    (
        "caching.py",
        'response.headers.setdefault("ETag", weak_etag(response.body))',
        "pass",
    ),
)
fault(
    "a proxy may keep what is somebody's",
    "CACHING-9",
    ("caching.py", '"private, no-cache"', '"no-cache"'),
)
fault(
    "one answer for all tokens",
    "CACHING-9",
    ("caching.py", 'response.vary("Authorization")', "pass"),
)

# Static

fault(
    "a file of no type",
    "STATIC-1",
    (
        "static.py",
        'guess_type(path.name)[0] or "application/octet-stream"',
        '"application/octet-stream"',
    ),
)
fault(
    "a file ends in LF once",
    "STATIC-1",
    ("static.py", "path.read_bytes()", "path.read_bytes().strip()"),
)
fault(
    "a file without a tag",
    "STATIC-2",
    ("static.py", '"ETag": f', '"X-Tag": f'),
)
fault(
    "a file is private",
    "STATIC-3",
    ("static.py", '"public, max-age', '"private, max-age'),
)
fault(
    "a file is kept no second",
    "STATIC-3",
    ("static.py", "max-age=3600", "max-age=0"),
)
DEEPER = ("routing.py", "(?P<file>[^/]+)", "(?P<file>.+)")
HIDDEN = 'if str(path) != f"{FOLDER}/{name}" or not path.is_file():'
fault(
    "dots lead out of the folder",
    "STATIC-4",
    DEEPER,
    ("static.py", HIDDEN, "if not path.is_file():"),
)
fault(
    "a list of bad patterns",
    "STATIC-4",
    DEEPER,
    (
        "static.py",
        HIDDEN,
        'if ".." in name or "\\\\" in name or not path.is_file():',
    ),
)
fault(
    "a folder that begins alike",
    "STATIC-4",
    DEEPER,
    (
        "static.py",
        HIDDEN,
        "if not (str(path).startswith(str(FOLDER)) and path.is_file()):",
    ),
)

# CORS

fault(
    "errors are read by nobody",
    "CORS-1",
    (
        "cors.py",
        "if origin in settings.cors_origins:",
        "if origin in settings.cors_origins and response.status < 400:",
    ),
)
fault(
    "an origin that begins alike",
    "CORS-2",
    (
        "cors.py",
        "if origin in settings.cors_origins:",
        "if (origin or '').startswith(tuple(settings.cors_origins)):",
    ),
)
fault(
    "an origin in any case",
    "CORS-2",
    (
        "cors.py",
        "if origin in settings.cors_origins:",
        "if (origin or '').lower() in settings.cors_origins:",
    ),
)
fault(
    "null is an origin",
    "CORS-2",
    (
        "cors.py",
        "if origin in settings.cors_origins:",
        'if origin in (*settings.cors_origins, "null"):',
    ),
)
fault(
    "a preflight needs a token",
    "CORS-3",
    (
        "cors.py",
        "if is_preflight(request):",
        'if is_preflight(request) and request.header("Authorization"):',
    ),
)
fault(
    "whatever header is asked for is allowed",
    "CORS-3",
    (
        "cors.py",
        "response.headers.update(PREFLIGHT_HEADERS)",
        "response.headers.update(PREFLIGHT_HEADERS)\n"
        '            prefix = "Access-Control-"\n'
        '            wanted = request.header(prefix + "Request-Headers")\n'
        "            if wanted:\n"
        '                response.headers[prefix + "Allow-Headers"] = wanted',
    ),
)
fault(
    "If-Match is not allowed",
    "CORS-3",
    ("cors.py", '"If-Match, If-None-Match"', '"If-None-Match"'),
)
fault(
    "Retry-After is not exposed",
    "CORS-4",
    ("cors.py", "Retry-After, ", ""),
)
fault(
    "one answer for all origins",
    "CORS-5",
    ("cors.py", 'response.vary("Origin")', "pass"),
)
fault(
    "Origin in the place of what varies",
    "CORS-5",
    (
        "cors.py",
        'response.vary("Origin")',
        'response.headers["Vary"] = "Origin"',
    ),
)
fault(
    "credentials are allowed",
    "CORS-6",
    (
        "cors.py",
        '-Expose-Headers"] = EXPOSED',
        '-Expose-Headers"] = EXPOSED\n'
        '        allowed = "Access-Control-Allow-Credentials"\n'
        '        response.headers[allowed] = "true"',
    ),
)
fault(
    "every origin is named by a star",
    "CORS-1 CORS-6",
    ("cors.py", '-Allow-Origin"] = origin', '-Allow-Origin"] = "*"'),
)
fault(
    "pages are read by other sites",
    "CORS-7",
    ("cors.py", " or not is_api_path(request.path):", ":"),
)
fault(
    "without the setting everybody may read",
    "CORS-7",
    ("cors.py", "if not settings.cors_origins or not", "if not"),
    (
        "cors.py",
        "if origin in settings.cors_origins:",
        "if origin and origin in (settings.cors_origins or [origin]):",
    ),
)

# Compression

fault(
    "one spelling of gzip",
    "COMPRESSION-1",
    ("compression.py", '.lower().split(",")', '.split(",")'),
)
fault(
    "gzip has to come first",
    "COMPRESSION-1",
    ("compression.py", '.lower().split(",")', '.lower().split(",")[:1]'),
)
fault(
    "1024 bytes are few",
    "COMPRESSION-1",
    ("compression.py", ">= SMALL", "> SMALL"),
)
fault(
    "streams are left as they are",
    "COMPRESSION-1",
    (
        "compression.py",
        "if not isinstance(response.body, bytes):\n",
        "if not isinstance(response.body, bytes):\n        return\n",
    ),
    also="COMPRESSION-3",
)
fault(
    "the weight 0 is a weight",
    "COMPRESSION-2",
    ("compression.py", "return not re.fullmatch(", "return True or ("),
)
fault(
    "everybody knows gzip",
    "COMPRESSION-2",
    ("compression.py", "    return False", "    return True"),
    also="COMPRESSION-1",
)
fault(
    "a stream lacks its end",
    "COMPRESSION-3",
    ("compression.py", "yield packer.flush()", "pass"),
    also="EXPORTING-1 EXPORTING-3 EXPORTING-4 EXPORTING-5",
)
fault(
    "only what is compressed varies",
    "COMPRESSION-4",
    (
        "compression.py",
        'response.vary("Accept-Encoding")\n'
        "    if not accepts_gzip(request):\n"
        "        return\n",
        "if not accepts_gzip(request):\n"
        "        return\n"
        '    response.vary("Accept-Encoding")\n',
    ),
)
fault(
    "only what succeeds is compressed",
    "COMPRESSION-1",
    (
        "compression.py",
        "if not accepts_gzip(request):",
        "if response.status != 200 or not accepts_gzip(request):",
    ),
)
fault(
    "a bookmark is compressed",
    "COMPRESSION-5",
    (
        "compression.py",
        "response.status == 204 or has_strong_etag(response)",
        "response.status == 204",
    ),
)
fault(
    "a compressed answer has a tag that is not known",
    "COMPRESSION-6",
    (
        "compression.py",
        "response.body = zlib.compress(",
        'tag = response.headers.get("ETag", "")\n'
        "        if tag:\n"
        """            response.headers["ETag"] = tag[:-1] + '-gzip"'\n"""
        "        response.body = zlib.compress(",
    ),
    also="STATIC-2",
)
fault(
    "a compressed answer has the tag of the plain one",
    "COMPRESSION-7",
    (
        "compression.py",
        'response.vary("Accept-Encoding")',
        'response.vary("Accept-Encoding")\n'
        '    if tag := response.headers.get("ETag"):\n'
        '        response.headers["ETag"] = tag.removeprefix("W/")',
    ),
    also="CACHING-8",
)

# Headers

fault(
    "errors may be guessed at",
    "HEADERS-1",
    (
        "headers.py",
        "response.headers.update(HEADERS)",
        "response.headers.update(HEADERS if response.status < 400 else {})",
    ),
    also="HEADERS-2",
)
fault(
    "inline scripts run",
    "HEADERS-2",
    (
        "headers.py",
        "\"default-src 'self'; ",
        "\"default-src 'self' 'unsafe-inline'; ",
    ),
)
fault(
    "pages stand in other sites' frames",
    "HEADERS-2",
    ("headers.py", "; frame-ancestors 'none'", ""),
)
fault(
    "no referrer at all",
    "HEADERS-3",
    (
        "headers.py",
        '"Referrer-Policy": "same-origin"',
        '"Referrer-Policy": "no-referrer"',
    ),
)
fault(
    "a page knows its opener",
    "HEADERS-4",
    ("headers.py", '"Cross-Origin-Opener-Policy": "same-origin",', ""),
)
fault(
    "pages of errors go without",
    "HEADERS-2 HEADERS-3 HEADERS-4",
    (
        "headers.py",
        "if not is_api_path(request.path):",
        "if not is_api_path(request.path) and response.status < 400:",
    ),
)
fault(
    "plain HTTP promises TLS",
    "HEADERS-5",
    (
        "headers.py",
        '"X-Content-Type-Options": "nosniff"',
        '"X-Content-Type-Options": "nosniff",\n'
        '    "Strict-Transport-Security": "max-age=31536000"',
    ),
    also="HEADERS-2",
)
fault(
    "a forwarded scheme is believed",
    "HEADERS-5",
    (
        "headers.py",
        "response.headers.update(HEADERS)",
        "response.headers.update(HEADERS)\n"
        '    if request.header("X-Forwarded-Proto") == "https":\n'
        '        response.headers["Strict-Transport-Security"] = "max-age=9"',
    ),
)
fault(
    "the server tells its version",
    "HEADERS-6",
    (
        "framing.py",
        'lines = [f"HTTP/1.1 {status}"]',
        'lines = [f"HTTP/1.1 {status}", "Server: CPython/3.11"]',
    ),
    also="HEADERS-2",
)
fault(
    "a page may be kept",
    "HEADERS-7",
    (
        "messages.py",
        'kind["Cache-Control"] = "no-store"',
        'kind["Cache-Control"] = "no-cache"',
    ),
)

# Limits

fault(
    "the right password is let in",
    "LIMITS-4",
    (
        "accounts.py",
        "check_limit(db, username, request.address)\n        user =",
        "user =",
    ),
    (
        "accounts.py",
        "count_failure(username, request.address)",
        "with reading() as db:\n"
        "            check_limit(db, username, request.address)\n"
        "        count_failure(username, request.address)",
    ),
    also="LIMITS-5 LIMITS-7 LIMITS-8 LIMITS-9",
)
fault(
    "names that do not exist are not counted",
    "LIMITS-4",
    (
        "accounts.py",
        "count_failure(username, request.address)",
        "if user:\n            count_failure(username, request.address)",
    ),
)
fault(
    "one try more",
    "LIMITS-4",
    (
        "limits.py",
        "timestamp(now - window), count - 1]",
        "timestamp(now - window), count]",
    ),
    also="LIMITS-5 LIMITS-7 LIMITS-8 LIMITS-9",
)
fault(
    "429 without Retry-After",
    "LIMITS-4",
    ("limits.py", '{"Retry-After": str(max(1, ceil(seconds)))}', "{}"),
    also="LIMITS-5 LIMITS-7 LIMITS-8",
)
fault(
    "who is elsewhere is locked out",
    "LIMITS-4",
    ("limits.py", "AND address = ?", "AND ? > ''"),
)
fault(
    "a name counts in any case",
    "LIMITS-5",
    (
        "limits.py",
        "return username if",
        "return username.strip().lower() if",
    ),
)
fault(
    "long names count as one",
    "LIMITS-5",
    (
        "limits.py",
        "return username if len(username) <= 128 else digest(username)",
        "return username[:128]",
    ),
)
fault(
    "tries that are refused count",
    "LIMITS-6",
    (
        "accounts.py",
        "with reading() as db:\n"
        "        check_limit(db, username, request.address)\n"
        "        user = get_user(db, username)",
        "try:\n"
        "        with reading() as db:\n"
        "            check_limit(db, username, request.address)\n"
        "            user = get_user(db, username)\n"
        "    except Problem:\n"
        "        count_failure(username, request.address)\n"
        "        raise",
    ),
)
fault(
    "a success wipes the failures out",
    "LIMITS-7",
    (
        "api.py",
        "token = issue_token(",
        "db.execute(\n"
        '            "DELETE FROM failed_sign_ins WHERE username = ?",\n'
        '            [user["username"]],\n'
        "        )\n"
        "        token = issue_token(",
    ),
)
fault(
    "a wrong current password is not counted",
    "LIMITS-8",
    ("api.py", 'count_failure(user["username"], request.address)', "pass"),
)
fault(
    "the current password may always be tried",
    "LIMITS-8",
    ("api.py", 'check_limit(db, user["username"], request.address)', "pass"),
)
fault(
    "a forwarded address counts",
    "LIMITS-9",
    (
        "messages.py",
        'environ.get("REMOTE_ADDR", "")',
        'environ.get(\n            "HTTP_X_FORWARDED_FOR"\n'
        '        ) or environ.get("REMOTE_ADDR", "")',
    ),
)
fault(
    "each process counts for itself",
    "LIMITS-10",
    (
        "limits.py",
        "return username if len(username) <= 128 else digest(username)",
        "return f\"{__import__('os').getpid()} {digest(username)}\"",
    ),
)

# Logging

fault(
    "the cookie in the log",
    "LOGGING-4",
    (
        "logs.py",
        '"path": request.path,',
        '"path": request.path,\n        "cookie": request.header("Cookie"),',
    ),
)
fault(
    "the query in the log",
    "LOGGING-5",
    (
        "logs.py",
        '"path": request.path,',
        '"path": request.environ["RAW_URI"],',
    ),
)
fault(
    "checks of health are not logged",
    "LOGGING-5",
    (
        "logs.py",
        'log.info("request"',
        'if not request.path.endswith("z"):\n        log.info("request"',
    ),
)
fault(
    "every request takes as long",
    "LOGGING-5",
    (
        "logs.py",
        "round((perf_counter() - request.started) * 1000, 3)",
        "501.5",
    ),
)
fault(
    "whose token it was is not logged",
    "LOGGING-5",
    ("logs.py", '"user_id": request.user_id,', '"user_id": None,'),
)
fault(
    "any id is taken over",
    "LOGGING-6",
    ("logs.py", '"[A-Za-z0-9-]{8,64}"', '".+"'),
)
fault(
    "ids of any letters",
    "LOGGING-6",
    ("logs.py", '"[A-Za-z0-9-]{8,64}"', r'r"[\w-]{8,64}"'),
)
fault(
    "a thread keeps its first id",
    "LOGGING-6 LOGGING-7",
    (
        "logs.py",
        "request_id.set(sent if",
        "if kept or not request_id.get(None):\n        request_id.set(sent if",
    ),
)
fault(
    "errors have no id",
    "LOGGING-6",
    (
        "headers.py",
        'response.headers["X-Request-ID"]',
        'if response.status < 400:\n        response.headers["X-Request-ID"]',
    ),
)
fault(
    "a trace without the id of its request",
    "LOGGING-7",
    (
        "logs.py",
        "if request_id.get(None):",
        "if request_id.get(None) and not record.exc_info:",
    ),
)

# Shutdown

fault(
    "what runs is broken off",
    "SHUTDOWN-1",
    (
        "server.py",
        "while self.connections and monotonic() < self.end:",
        "while False:",
    ),
)
fault(
    "new clients are served to the end",
    "SHUTDOWN-2",
    ("server.py", "seconds)\n        self.listener.close()", "seconds)"),
    ("server.py", "sleep(0.05)", "self.accept()\n            sleep(0.05)"),
)
fault(
    "slow clients are waited for",
    "SHUTDOWN-3",
    ("server.py", "if self.idle:\n", "if False:\n"),
    ("server.py", "grace_seconds = 8", "grace_seconds = 80"),
)
fault(
    "SIGINT breaks off",
    "SHUTDOWN-4",
    (
        "workers.py",
        "lambda *_: stop())",
        "lambda got, _: stop() if got == 15 else __import__('os')._exit(130))",
    ),
)

# Docs

fault(
    "the description needs a token",
    "DOCS-1",
    (
        "api.py",
        '"""Describe this API."""',
        '"""Describe this API."""\n'
        "    with reading() as db:\n"
        "        authenticate(request, db)",
    ),
    also="DOCS-2",
)
fault(
    "the description is text",
    "DOCS-1",
    (
        "api.py",
        '{"Content-Type": "application/json"}, OPENAPI',
        '{"Content-Type": "text/plain"}, OPENAPI',
    ),
)
fault(
    "the description says nothing of conflicts",
    "DOCS-2",
    (
        "docs.py",
        ".read_bytes()",
        ".read_bytes().replace(b'\"409\"', b'\"410\"')",
    ),
)
fault(
    "the description gives a field another name",
    "DOCS-2",
    (
        "docs.py",
        ".read_bytes()",
        ".read_bytes().replace(b'\"notes\"', b'\"note\"')",
    ),
)

# Robustness

fault(
    "few clients are many",
    "ROBUSTNESS-6",
    ("server.py", "max_connections = 1000", "max_connections = 100"),
)
