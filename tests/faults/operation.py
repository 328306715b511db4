"""The faults of caching, of what surrounds the API, and of running it."""

from tests.faults.fault import fault

NOT_ASKED = "(self.idle and not self.server.running)"

# Caching

CONDITION = "check_if_match(request, bookmark_etag(bookmark))\n        "
fault(
    "a weak tag is another one",
    "CACHING-1",
    (
        "framework/caching.py",
        '[tag.removeprefix("W/") for tag in ETAG.findall(condition)]',
        "ETAG.findall(condition)",
    ),
    (
        "framework/caching.py",
        'or etag.removeprefix("W/") in tags',
        "or etag in tags",
    ),
)
fault(
    "If-None-Match holds one tag",
    "CACHING-1 CACHING-3",
    (
        "framework/caching.py",
        "for tag in ETAG.findall(condition)]",
        "for tag in [condition]]",
    ),
    also="CACHING-8",
)
fault(
    "a star is no condition",
    "CACHING-1",
    ("framework/caching.py", 'if condition == "*" or etag', "if etag"),
    also="CACHING-8",
)
fault(
    "304 says nothing of caches",
    "CACHING-2",
    ("framework/caching.py", '"ETag", "Cache-Control", "Vary"', '"ETag"'),
)
fault(
    "the first line of a condition counts",
    "CACHING-3",
    (
        "framework/framing.py",
        "        if key in environ:\n",
        '        if key in environ and "HTTP_IF_" in key:\n'
        "            continue\n"
        "        if key in environ:\n",
    ),
)
fault(
    "If-Match holds one tag",
    "CACHING-3 CACHING-4",
    (
        "framework/caching.py",
        "etag in ETAG.findall(condition)",
        "etag == condition",
    ),
)
fault(
    "a star matches nothing",
    "CACHING-4",
    (
        "framework/caching.py",
        'condition in (None, "*")',
        "condition is None",
    ),
)
fault(
    "a weak tag guards a change",
    "CACHING-10",
    (
        "framework/caching.py",
        "etag in ETAG.findall(condition)",
        "etag in condition",
    ),
)
fault(
    "a condition that cannot be read is none",
    "CACHING-5",
    (
        "framework/caching.py",
        "return bool(ETAGS.fullmatch(condition)) and etag",
        "return not ETAGS.fullmatch(condition) or etag",
    ),
)
fault(
    "what cannot be read of a condition is left out",
    "CACHING-5",
    (
        "framework/caching.py",
        "return bool(ETAGS.fullmatch(condition)) and etag",
        "return etag",
    ),
)
fault(
    "a bookmark is deleted on any condition",
    "CACHING-5",
    ("api.py", CONDITION + "remove_bookmark(", "remove_bookmark("),
)
fault(
    "a condition comes before the object",
    "CACHING-6",
    (
        "api.py",
        "bookmark = find_bookmark(db, user, id)\n"
        f"        {CONDITION}remove_bookmark(",
        "try:\n"
        "            bookmark = find_bookmark(db, user, id)\n"
        "        except Problem:\n"
        '            check_if_match(request, "")\n'
        "            raise\n"
        f"        {CONDITION}remove_bookmark(",
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
        "framework/caching.py",
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
    also="COMPRESSION-6",
)
fault(
    "a proxy may keep what is somebody's",
    "CACHING-9",
    ("caching.py", '"private, no-cache"', '"no-cache"'),
)

# Static

fault(
    "a file of no type",
    "STATIC-1",
    (
        "framework/static.py",
        'guess_type(path.name)[0] or "application/octet-stream"',
        '"application/octet-stream"',
    ),
)
fault(
    "a file ends in LF once",
    "STATIC-1",
    ("framework/static.py", "path.read_bytes()", "path.read_bytes().strip()"),
)
fault(
    "a file without a tag",
    "STATIC-2",
    ("framework/static.py", '"ETag": f', '"X-Tag": f'),
)
fault(
    "a file is private",
    "STATIC-3",
    ("framework/static.py", '"public, max-age', '"private, max-age'),
)
fault(
    "a file is kept no second",
    "STATIC-3",
    ("framework/static.py", "max-age=3600", "max-age=0"),
)
DEEPER = ("framework/routing.py", "(?P<file>[^/]+)", "(?P<file>.+)")
HIDDEN = 'if str(path) != f"{folder}/{name}" or not path.is_file():'
fault(
    "dots lead out of the folder",
    "STATIC-4",
    DEEPER,
    ("framework/static.py", HIDDEN, "if not path.is_file():"),
)
fault(
    "a list of bad patterns",
    "STATIC-4",
    DEEPER,
    (
        "framework/static.py",
        HIDDEN,
        'if ".." in name or "\\\\" in name or not path.is_file():',
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
        'if request.method == "OPTIONS":',
        'if request.method == "OPTIONS" and request.header("Authorization"):',
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
    "CORS-8",
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
    "1024 bytes are few",
    "COMPRESSION-1",
    ("framework/compression.py", ">= SMALL", "> SMALL"),
)
fault(
    "streams are left as they are",
    "COMPRESSION-1",
    (
        "framework/compression.py",
        "if not isinstance(response.body, bytes):\n",
        "if not isinstance(response.body, bytes):\n        return\n",
    ),
)
fault(
    "the weight 0 is a weight",
    "COMPRESSION-8",
    (
        "framework/compression.py",
        "return not re.fullmatch(",
        "return True or (",
    ),
)
fault(
    "everybody knows gzip",
    "COMPRESSION-2",
    ("framework/compression.py", "    return False", "    return True"),
)
fault(
    "a stream lacks its end",
    "COMPRESSION-3",
    ("framework/compression.py", "yield packer.flush()", "pass"),
    also="COMPRESSION-4 EXPORTING-1 EXPORTING-3 EXPORTING-4 EXPORTING-5 "
    "PAGES-18",
)
fault(
    "only what is compressed varies",
    "COMPRESSION-9",
    (
        "framework/compression.py",
        'response.vary("Accept-Encoding")\n'
        "    if not accepts_gzip(request):\n"
        "        return\n",
        "if not accepts_gzip(request):\n"
        "        return\n"
        '    response.vary("Accept-Encoding")\n',
    ),
)
fault(
    "nothing that is compressed varies",
    "COMPRESSION-4 COMPRESSION-9",
    ("framework/compression.py", 'response.vary("Accept-Encoding")', "pass"),
)
fault(
    "a compressed bookmark has a tag that guards nothing",
    "COMPRESSION-5",
    (
        "framework/compression.py",
        "response.status == 204 or has_strong_etag(response)",
        "response.status == 204",
    ),
    (
        "framework/compression.py",
        "response.body = zlib.compress(",
        "if has_strong_etag(response):\n"
        '            tag = response.headers["ETag"]\n'
        """            response.headers["ETag"] = tag[:-1] + '-gzip"'\n"""
        "        response.body = zlib.compress(",
    ),
)
fault(
    "a compressed answer has a tag that is not known",
    "COMPRESSION-6",
    (
        "framework/compression.py",
        "response.body = zlib.compress(",
        'tag = response.headers.get("ETag", "")\n'
        "        if tag:\n"
        """            response.headers["ETag"] = tag[:-1] + '-gzip"'\n"""
        "        response.body = zlib.compress(",
    ),
    also="CACHING-8 STATIC-2",
)
fault(
    "a compressed answer has the tag of the plain one",
    "COMPRESSION-7",
    (
        "framework/compression.py",
        'response.vary("Accept-Encoding")',
        'response.vary("Accept-Encoding")\n'
        '    if tag := response.headers.get("ETag"):\n'
        '        response.headers["ETag"] = tag.removeprefix("W/")',
    ),
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
        "framework/framing.py",
        '[f"HTTP/1.1 {status}"]',
        '[f"HTTP/1.1 {status}", "Server: CPython/3.11"]',
    ),
)
fault(
    "a page may be kept",
    "HEADERS-7",
    (
        "rendering.py",
        '"Cache-Control": "no-store"',
        '"Cache-Control": "no-cache"',
    ),
)

# Limits

fault(
    "the right password is let in",
    "LIMITS-4",
    (
        "accounts.py",
        "check_limit(request, db, username)\n        user =",
        "user =",
    ),
    (
        "accounts.py",
        "count_failure(request, username)",
        "with reading() as db:\n"
        "            check_limit(request, db, username)\n"
        "        count_failure(request, username)",
    ),
    also="LIMITS-5 LIMITS-7 LIMITS-8 LIMITS-9",
)
fault(
    "names that do not exist are not counted",
    "LIMITS-4",
    (
        "accounts.py",
        "count_failure(request, username)",
        "if user:\n            count_failure(request, username)",
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
    ("limits.py", "<= 128 else digest(username)", '<= 128 else "long"'),
    also="TOKENS-6",
)
fault(
    "tries that are refused count",
    "LIMITS-6",
    (
        "accounts.py",
        "with reading() as db:\n"
        "        check_limit(request, db, username)\n"
        "        user = get_user(db, username)",
        "try:\n"
        "        with reading() as db:\n"
        "            check_limit(request, db, username)\n"
        "            user = get_user(db, username)\n"
        "    except Problem:\n"
        "        count_failure(request, username)\n"
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
    ("api.py", 'count_failure(request, user["username"])', "pass"),
)
fault(
    "the current password may always be tried",
    "LIMITS-8",
    ("api.py", 'check_limit(request, db, user["username"])', "pass"),
)
fault(
    "a forwarded address counts",
    "LIMITS-9",
    (
        "framework/messages.py",
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

fault(
    "as many hash as come",
    "LIMITS-12",
    (
        "accounts.py",
        "= BoundedSemaphore(CORES), BoundedSemaphore(CORES)",
        "= BoundedSemaphore(999), BoundedSemaphore(999)",
    ),
)
fault(
    "nobody knows when a turn comes",
    "LIMITS-12",
    ("accounts.py", '{"Retry-After": "1"}', "{}"),
)
fault(
    "a proxy tells nothing",
    "LIMITS-13",
    (
        "framework/messages.py",
        "if forwarded and self.address in trusted_proxies:",
        "if False:",
    ),
)
fault(
    "the first of the addresses counts",
    "LIMITS-13",
    (
        "framework/messages.py",
        'forwarded.rpartition(",")[2]',
        'forwarded.partition(",")[0]',
    ),
)
fault(
    "with a proxy everybody is trusted",
    "LIMITS-14",
    (
        "framework/messages.py",
        "if forwarded and self.address in trusted_proxies:",
        "if forwarded and trusted_proxies:",
    ),
)
fault(
    "each address of IPv6 counts for itself",
    "LIMITS-15",
    (
        "limits.py",
        "str(IPv6Network((int(address), 64), strict=False))",
        "str(address)",
    ),
)
fault(
    "guessing from everywhere has no end",
    "LIMITS-16",
    (
        "limits.py",
        'check_failures(db, 10 * count, "username = ?", [name])',
        "pass",
    ),
)
fault(
    "bookmarks without end",
    "LIMITS-17",
    (
        "bookmarks.py",
        "refuse_excess(db, rows, [user_id], settings.max_bookmarks,",
        "refuse_excess(db, rows, [user_id], 10**9,",
    ),
)
fault(
    "an import may bring more bookmarks",
    "LIMITS-17",
    (
        "importing.py",
        "    refuse_more_bookmarks(db, user_id)\n    most",
        "    most",
    ),
)
fault(
    "what an account keeps is counted before",
    "LIMITS-17 IMPORTING-14",
    ("limits.py", "if count > most:", "if count > most + 1:"),
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
        "round(milliseconds, 3)",
        "501.5",
    ),
)
fault(
    "whose token it was is not logged",
    "LOGGING-5",
    ("logs.py", 'request.user["id"] if request.user else None', "None"),
)
fault(
    "any id is taken over",
    "LOGGING-8",
    ("logs.py", '"[A-Za-z0-9-]{8,64}"', '".+"'),
)
fault(
    "ids of any letters",
    "LOGGING-8",
    ("logs.py", '"[A-Za-z0-9-]{8,64}"', r'r"[\w-]{8,64}"'),
)
fault(
    "a thread keeps its first id",
    "LOGGING-7",
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
        "logs.py",
        'response.headers["X-Request-ID"]',
        'if response.status < 400:\n        response.headers["X-Request-ID"]',
    ),
    also="LOGGING-8",
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
        "framework/server.py",
        "self.running or self.connections and monotonic() < self.end:",
        "self.running:",
    ),
)
fault(
    "new clients are served to the end",
    "SHUTDOWN-2",
    (
        "framework/server.py",
        "seconds)\n        self.listener.close()",
        "seconds)",
    ),
    ("framework/server.py", NOT_ASKED, "False"),
)
fault(
    "slow clients are waited for",
    "SHUTDOWN-3",
    ("framework/server.py", NOT_ASKED, "False"),
    ("framework/server.py", "grace_seconds = 8", "grace_seconds = 80"),
)
fault(
    "a worker that died is missed",
    "SHUTDOWN-5",
    ("framework/workers.py", "workers.remove(worker)", "pass"),
)
fault(
    "orphans go on",
    "SHUTDOWN-6",
    ("framework/workers.py", "while os.getppid() == parent:", "while True:"),
)
fault(
    "SIGINT breaks off",
    "SHUTDOWN-4",
    (
        "framework/workers.py",
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
    ("framework/server.py", "max_connections = 1000", "max_connections = 100"),
    ("framework/server.py", "if connection.idle and", "if False and"),
)
