"""Faults of the pages: what a browser, its user and a stranger would see.

Templates are no modules: a fault in one of them edits how it is read.
"""

from tests.faults.fault import fault

READ = '(self.folder / name).read_text("utf-8")'


def template(old: str, new: str) -> tuple[str, str, str]:
    """Edit a piece of text in all templates."""
    return (
        "framework/templating.py",
        READ,
        f"{READ}.replace({old!r}, {new!r})",
    )


# Pages

fault(
    "pages in no language",
    "PAGES-1",
    template('<html lang="en">', "<html>"),
    also="ERRORS-3 ERRORS-10 LIMITS-4 LIMITS-8 PAGES-2 PAGES-4 "
    "PAGES-5 PAGES-6 PAGES-7 PAGES-8 PAGES-9 PAGES-10 PAGES-12 "
    "PAGES-13 PAGES-14 PAGES-15",
)
fault(
    "a label for nothing",
    "PAGES-1",
    template('<label for="{{ field.name }}">', "<label>"),
    also="LIMITS-4 LIMITS-8 PAGES-2 PAGES-4 PAGES-5 PAGES-6 PAGES-7 "
    "PAGES-8 PAGES-9 PAGES-10 PAGES-12 PAGES-14 PAGES-15",
)
fault(
    "nothing is escaped",
    "PAGES-2",
    (
        "framework/templating.py",
        "escape(str(look_up(path, context)))",
        "str(look_up(path, context))",
    ),
    also="PAGES-5 PAGES-8 PAGES-9 PAGES-10 PAGES-13",
)
fault(
    "any stored address is a link",
    "PAGES-3",
    (
        "rendering.py",
        're.match("(?i)https?://", bookmark["url"])',
        "True",
    ),
)
fault(
    "an accepted form answers 307",
    "PAGES-4",
    (
        "framework/messages.py",
        "return Response(303, {**headers,",
        "return Response(307, {**headers,",
    ),
    also="ACCOUNTS-8 ACCOUNTS-15 CSRF-1 CSRF-2 CSRF-3 CSRF-4 PAGES-6 "
    "PAGES-7 PAGES-17 SESSIONS-1 SESSIONS-3 SESSIONS-6 "
    "SESSIONS-7",
)
fault(
    "a form with faults answers 200",
    "PAGES-14",
    (
        "rendering.py",
        "problem.status if problem else 200",
        "200",
    ),
)
fault(
    "the password comes back",
    "PAGES-5",
    (
        "framework/fields.py",
        '"" if field.type == "password" else value',
        "value",
    ),
    also="LIMITS-4 LIMITS-8 PAGES-7",
)
fault(
    "messages that belong to no field",
    "PAGES-5",
    (
        "framework/fields.py",
        'described_by += [f"{field.name}_error"] if fault else []',
        "",
    ),
    also="PAGES-9 PAGES-10 PAGES-12 PAGES-13 PAGES-14",
)
fault(
    "signed up but not signed in",
    "PAGES-6",
    (
        "pages.py",
        'return redirect("/", cookie)',
        'return redirect("/")',
    ),
)
fault(
    "a taken name is a mistake like any other",
    "PAGES-14",
    (
        "pages.py",
        "return register_page(request, form, problem)",
        "problem.status = 422\n"
        "        return register_page(request, form, problem)",
    ),
)
fault(
    "next is forgotten",
    "PAGES-7",
    (
        "pages.py",
        "return redirect(next, cookie)",
        'return redirect("/", cookie)',
    ),
    also="SESSIONS-6 SESSIONS-7",
)
fault(
    "ten bookmarks a page",
    "PAGES-8",
    ("pages.py", '"per_page": 20', '"per_page": 10'),
)
fault(
    "the oldest first",
    "PAGES-8",
    ("pages.py", '"sort": "-created_at"', '"sort": "created_at"'),
)
fault(
    "every tag on the page",
    "PAGES-8",
    ("tags.py", "name LIMIT 20", "name LIMIT 21"),
)
fault(
    "the first tags by name",
    "PAGES-8",
    ("tags.py", "bookmarks DESC, name LIMIT", "name LIMIT"),
)
fault(
    "tags are one word",
    "PAGES-9",
    (
        "fields.py",
        'form.get("tags", "").split(",")',
        '[form.get("tags", "")]',
    ),
    also="PAGES-15",
)
fault(
    "an edit adds a bookmark",
    "PAGES-9",
    (
        "pages.py",
        "change_bookmark(db, bookmark, fields)",
        'insert_bookmark(db, user["id"], fields)',
    ),
    also="PAGES-2 PAGES-10 PAGES-15",
)
fault(
    "the form of a bookmark is empty",
    "PAGES-10",
    (
        "pages.py",
        'form = {**bookmark, "tags": ", ".join(bookmark["tags"])}',
        "form = {}",
    ),
    also="PAGES-5 PAGES-8 PAGES-9 PAGES-13 PAGES-14 PAGES-15",
)
fault(
    "deleting deletes nothing",
    "PAGES-10",
    (
        "pages.py",
        "remove_bookmark(db, find_bookmark(db, user, id))",
        "find_bookmark(db, user, id)",
    ),
)
fault(
    "asking whether to delete deletes",
    "PAGES-10",
    (
        "pages.py",
        "        bookmark = find_bookmark(db, user, id)\n    next",
        "        bookmark = find_bookmark(db, user, id)\n"
        "    with writing() as db:\n"
        "        remove_bookmark(db, bookmark)\n"
        "    next",
    ),
    also="PAGES-15",
)
fault(
    "a missing bookmark is an empty form",
    "PAGES-11",
    (
        "pages.py",
        "bookmark = represent_bookmark(find_bookmark(db, user, id))",
        'bookmark = {"tags": []}',
    ),
    also="PAGES-2 PAGES-4 PAGES-5 PAGES-8 PAGES-9 PAGES-10 PAGES-13 "
    "PAGES-14 PAGES-15",
)
fault(
    "imports without a word",
    "PAGES-12",
    (
        "pages.py",
        'return redirect(f"/import?{query}")',
        'return redirect("/import")',
    ),
)
fault(
    "nobody says why an entry was skipped",
    "PAGES-12",
    ("importing.py", "if code in given", "if False"),
)
fault(
    "any text is a list of lines",
    "PAGES-12",
    ("importing.py", '"[0-9,]{1,200}", v)', '".{0,200}", v)'),
)
fault(
    "the page exports another format",
    "PAGES-18",
    (
        "pages.py",
        'return export_response(user["id"], query["format"])',
        'return export_response(user["id"], "ndjson")',
    ),
)
fault(
    "another heading",
    "PAGES-13",
    ("rendering.py", '"Bookmarks",', '"Your bookmarks",'),
)
fault(
    "an edit leads to the home page",
    "PAGES-15",
    (
        "rendering.py",
        'button="Save",\n        next=next,',
        'button="Save",\n        next="/",',
    ),
    also="PAGES-13",
)
fault(
    "an empty shelf invites to nothing",
    "PAGES-16",
    template('<a href="/import">Import a bookmark file</a>', "Import a file"),
    also="PAGES-13",
)
fault(
    "nobody says who is signed in",
    "PAGES-17",
    template("Signed in as <b>{{ user.username }}</b>", "Signed in"),
    also="PAGES-4 PAGES-13",
)

# Sessions

fault(
    "scripts may read the cookie",
    "SESSIONS-1",
    ("framework/messages.py", "; HttpOnly", ""),
)
fault(
    "other sites send the cookie",
    "SESSIONS-1",
    ("framework/messages.py", "SameSite=Lax", "SameSite=None"),
)
fault(
    "the cookie goes over plain HTTP",
    "SESSIONS-2",
    (
        "framework/messages.py",
        '"; Secure" if secure else ""',
        '""',
    ),
)
fault(
    "other hosts may set the cookie",
    "SESSIONS-2",
    (
        "sessions.py",
        '"__Host-session" if settings.secure_cookies else "session"',
        '"session"',
    ),
)
fault(
    "the id from before is signed in",
    "SESSIONS-3",
    (
        "sessions.py",
        "id, now = new_session_id(), datetime.now(UTC)",
        "id = session_id(request) or new_session_id()\n"
        "    now = datetime.now(UTC)",
    ),
    also="CSRF-3",
)
fault(
    "the session before stays",
    "SESSIONS-3",
    (
        "sessions.py",
        "    end_session(request, db)\n    id, now",
        "    id, now",
    ),
)
fault(
    "an id of 64 bits",
    "SESSIONS-3",
    (
        "sessions.py",
        "return secrets.token_urlsafe(32)",
        'return secrets.token_hex(8).ljust(43, "x")',
    ),
)
fault(
    "signing out forgets the cookie alone",
    "SESSIONS-4",
    (
        "pages.py",
        "        end_session(request, db)\n",
        "",
    ),
    also="SESSIONS-12",
)
fault(
    "an upload goes on without its session",
    "SESSIONS-12",
    (
        "pages.py",
        "            user = require_session(request, db)\n"
        "            result = insert_entries(",
        "            result = insert_entries(",
    ),
)
fault(
    "sessions that have expired stay",
    "SESSIONS-13",
    (
        "sessions.py",
        '"DELETE FROM sessions WHERE user_id = ? AND expires_at <= ?"',
        '"SELECT ?, ?"',
    ),
)
fault(
    "an odd cookie is a crash",
    "SESSIONS-5",
    (
        "sessions.py",
        're.fullmatch("[A-Za-z0-9_-]{43}", value)',
        'value and __import__("base64").b64decode(value + "=", "-_", True)',
    ),
)
fault(
    "where the visitor was going is forgotten",
    "SESSIONS-6",
    (
        "sessions.py",
        'return "/login?next=" + quote(request.full_path(), safe="")',
        'return "/login"',
    ),
    also="SESSIONS-4 SESSIONS-5 SESSIONS-8 SESSIONS-9",
)
fault(
    "next without its query",
    "SESSIONS-6",
    (
        "framework/messages.py",
        'quote(self.path) + (f"?{query}" if query else "")',
        "quote(self.path)",
    ),
    also="SESSIONS-4",
)
fault(
    "next leads anywhere",
    "SESSIONS-7",
    (
        "sessions.py",
        r'bool(re.fullmatch(r"/(?!/)[^\s\\\x00-\x1f\x7f-\x9f]*", path))',
        "bool(path)",
    ),
)
fault(
    "next needs only to begin with a slash",
    "SESSIONS-7",
    (
        "sessions.py",
        r'bool(re.fullmatch(r"/(?!/)[^\s\\\x00-\x1f\x7f-\x9f]*", path))',
        'path.startswith("/")',
    ),
)
fault(
    "the cookie opens the API",
    "SESSIONS-8",
    (
        "permissions.py",
        'if scheme.lower() != "bearer":\n',
        'if scheme.lower() != "bearer":\n'
        "        from app.sessions import find_session\n\n"
        "        if found := find_session(request, db):\n"
        "            return found\n",
    ),
)
fault(
    "a token opens the pages",
    "SESSIONS-8",
    (
        "sessions.py",
        "    user = find_session(request, db)\n    if not user:\n",
        "    user = find_session(request, db)\n"
        "    if not user and request.header('Authorization'):\n"
        "        from app.permissions import authenticate\n\n"
        "        user = authenticate(request, db)\n"
        "    if not user:\n",
    ),
)
fault(
    "a changed password leaves the sessions",
    "SESSIONS-9",
    (
        "api.py",
        '        end_sessions(db, user["id"])\n',
        "",
    ),
)
fault(
    "sessions without end",
    "SESSIONS-10",
    (
        "sessions.py",
        "WHERE digest = ? AND expires_at > ?",
        "WHERE digest = ? AND expires_at <> ?",
    ),
)
fault(
    "visitors leave rows",
    "SESSIONS-11",
    (
        "rendering.py",
        "    if id != session_id(request):\n",
        "    if id != session_id(request):\n"
        "        from app.limits import count_failure\n\n"
        "        count_failure(request, id)\n",
    ),
)

# CSRF

fault(
    "a form needs no token",
    "CSRF-1",
    (
        "csrf.py",
        'id, token = session_id(request), form.get("csrf_token", "")',
        'id, token = session_id(request), form.get("csrf_token", "")\n'
        '    if "csrf_token" not in form:\n'
        "        return",
    ),
    also="CSRF-5",
)
fault(
    "any token will do",
    "CSRF-2",
    (
        "csrf.py",
        "or not hmac.compare_digest(expected.encode(), token.encode())",
        "or not token",
    ),
    also="CSRF-3",
)
fault(
    "tokens are not bound to a session",
    "CSRF-2 CSRF-3",
    ("csrf.py", 'f"csrf:{id}:{nonce}"', 'f"csrf:{nonce}"'),
)
fault(
    "Origin is not looked at",
    "CSRF-4",
    ("csrf.py", "        or not is_same_origin(request)\n", ""),
)
fault(
    "Origin null is as good as none",
    "CSRF-4",
    ("csrf.py", "if origin is None:", 'if origin in (None, "null"):'),
)
fault(
    "an Origin that begins like ours is ours",
    "CSRF-4",
    (
        "csrf.py",
        "return host.removesuffix(port) == own.removesuffix(port)",
        "return host.startswith(own.removesuffix(port))",
    ),
)
fault(
    "the fields are looked at before the token",
    "CSRF-5",
    (
        "pages.py",
        """    form = read_checked_form(request)
    try:
        with writing() as db:
            user = require_session(request, db)
            fields = validate(bookmark_fields(form), BOOKMARK)
            insert_bookmark""",
        """    from app.framework.bodies import read_form

    form = read_form(request)
    try:
        with writing() as db:
            user = require_session(request, db)
            check_csrf(request, form)
            fields = validate(bookmark_fields(form), BOOKMARK)
            insert_bookmark""",
    ),
)
