"""The faults of the Flask version: mistakes that people make with Flask."""

from functools import partial

from tests.faults.fault import fault

flask = partial(fault, implementation="flask")

flask(
    "login_required is forgotten on a page",
    "SESSIONS-6",
    (
        "pages.py",
        '@pages.get("/import")\n@login_required\n',
        '@pages.get("/import")\n',
    ),
)
flask(
    "login_required stands above the route, which then knows nothing of it",
    "SESSIONS-6",
    (
        "pages.py",
        '@pages.get("/export")\n@login_required\n',
        '@login_required\n@pages.get("/export")\n',
    ),
)
flask(
    "token_required is forgotten on an operation",
    "PERMISSIONS-1",
    (
        "api.py",
        '@api.get("/api/export")\n@token_required\n',
        '@api.get("/api/export")\n',
    ),
)
flask(
    "a bookmark is looked up by its id alone",
    "PERMISSIONS-2 PAGES-11",
    (
        "bookmarks.py",
        "filter_by(user_id=user_id, id=bookmark_id)",
        "filter_by(id=bookmark_id)",
    ),
)
flask(
    "another's bookmark is forbidden, and so known to be there",
    "PERMISSIONS-2",
    (
        "bookmarks.py",
        "filter_by(user_id=user_id, id=bookmark_id)",
        "filter_by(id=bookmark_id)",
    ),
    (
        "permissions.py",
        "    return bookmark\n",
        "    if bookmark.user_id != user.id:\n"
        "        abort(403)\n"
        "    return bookmark\n",
    ),
)
flask(
    "the list is everybody's",
    "PERMISSIONS-3",
    (
        "search.py",
        "select(Bookmark).where(Bookmark.user_id == user_id)",
        "select(Bookmark)",
    ),
)
flask(
    "the tags are everybody's",
    "PERMISSIONS-3",
    ("tags.py", "        .where(Bookmark.user_id == user_id)\n", ""),
)
flask(
    "notes are marked as safe in a template",
    "PAGES-2",
    (
        "templates/home.html",
        "{{ bookmark.notes }}",
        "{{ bookmark.notes|safe }}",
    ),
)
flask(
    "an error page is an f-string with the path in it",
    "ERRORS-3",
    (
        "errors.py",
        """render_template(
            "error.html", heading=heading, detail=error.description
        )
""",
        'f"<!doctype html><h1>{heading}</h1><p>{request.path}"\n',
    ),
)
flask(
    "a form gives the password back",
    "PAGES-5",
    ("templates/field.html", '("password", "file")', '("file",)'),
)
flask(
    "get_json is silent",
    "BODIES-13",
    (
        "api.py",
        "    document = request.get_json()\n"
        "    lock_token()\n"
        "    fields = BookmarkFields",
        "    document = request.get_json(silent=True)\n"
        "    lock_token()\n"
        "    fields = BookmarkFields",
    ),
)
flask(
    "get_json is forced",
    "BODIES-1",
    (
        "api.py",
        "Registration.model_validate(request.get_json())",
        "Registration.model_validate(request.get_json(force=True))",
    ),
)
flask(
    "unknown fields are ignored, as pydantic does by itself",
    "VALIDATION-6",
    ("validation.py", 'extra="forbid"', 'extra="ignore"'),
)
flask(
    "PATCH sets defaults: exclude_unset is forgotten",
    "BOOKMARKS-8",
    ("api.py", "model_dump(exclude_unset=True)", "model_dump()"),
)
flask(
    "a change is not committed",
    "BOOKMARKS-8",
    (
        "api.py",
        "fields.model_dump(exclude_unset=True))\n    db.commit()\n",
        "fields.model_dump(exclude_unset=True))\n",
    ),
)
flask(
    "what is too much is committed before it is counted",
    "LIMITS-17",
    (
        "bookmarks.py",
        "    flush()\n    refuse_more_bookmarks(user_id)\n",
        "    flush()\n    db.commit()\n    refuse_more_bookmarks(user_id)\n",
    ),
)
flask(
    "IntegrityError is not caught",
    "ACCOUNTS-4",
    ("accounts.py", "except IntegrityError:", "except ValueError:"),
)
flask(
    "one session of SQLAlchemy for all threads",
    "STORAGE-5",
    (
        "storage.py",
        """    if "db" not in g:
        g.db = Session(
            current_app.extensions["engine"], expire_on_commit=False
        )
    return g.db
""",
        """    if "db" not in current_app.extensions:
        current_app.extensions["db"] = Session(
            current_app.extensions["engine"], expire_on_commit=False
        )
    return current_app.extensions["db"]
""",
    ),
)
flask(
    "the tags of each bookmark are a query of their own",
    "PAGINATION-12",
    (
        "models.py",
        'passive_deletes=True, lazy="selectin"',
        "passive_deletes=True",
    ),
)
flask(
    "the session is not cleared at the sign-in",
    "CSRF-3",
    (
        "sessions.py",
        "    session.clear()  # and with it the token of the forms\n",
        "",
    ),
)
flask(
    "signing in leaves the old session alive",
    "SESSIONS-3",
    (
        "sessions.py",
        "    end_session()\n    id, now =",
        "    session.clear()\n    id, now =",
    ),
)
flask(
    "signing out clears the cookie and nothing else",
    "SESSIONS-4",
    (
        "sessions.py",
        "    db.execute(delete(BrowserSession).where(ended))\n",
        "",
    ),
)
flask(
    "next is followed to wherever it leads",
    "SESSIONS-7",
    (
        "sessions.py",
        "return path if is_local_path(path) else",
        "return path or",
    ),
)
flask(
    "a page is exempt from CSRF protection",
    "CSRF-1",
    (
        "pages.py",
        "extensions import compress",
        "extensions import compress, csrf",
    ),
    (
        "pages.py",
        '@pages.post("/logout")\n',
        '@pages.post("/logout")\n@csrf.exempt\n',
    ),
)
flask(
    "a form has no CSRF token",
    "CSRF-1",
    (
        "templates/delete.html",
        '<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">\n',
        "",
    ),
)
flask(
    "the cookie has no SameSite, as Flask has it by itself",
    "SESSIONS-1",
    ("__init__.py", '        SESSION_COOKIE_SAMESITE="Lax",\n', ""),
)
flask(
    "SECRET_KEY has a default that everybody knows",
    "SETTINGS-7",
    (
        "settings.py",
        "default_factory=lambda: secrets.token_urlsafe(48), min_length=32",
        '"change me before you go to production", min_length=32',
    ),
)
flask(
    "ProxyFix is always there",
    "LIMITS-9",
    (
        "__init__.py",
        '    if app.config["TRUSTED_PROXIES"]:\n',
        "    if True:\n",
    ),
)
flask(
    "ProxyFix is not there",
    "LIMITS-13",
    ("__init__.py", "app.wsgi_app = ProxyFix(app.wsgi_app)", "pass"),
)
flask(
    "ProxyFix counts one proxy too many",
    "LIMITS-13",
    (
        "__init__.py",
        "ProxyFix(app.wsgi_app)",
        "ProxyFix(app.wsgi_app, x_for=2)",
    ),
)
flask(
    "TRUSTED_HOSTS is not set",
    "HOSTS-4",
    (
        "settings.py",
        "    TRUSTED_HOSTS: HostNames",
        "    KNOWN_HOSTS: HostNames",
    ),
)
flask(
    "MAX_CONTENT_LENGTH is not set",
    "LIMITS-1",
    ("settings.py", "    MAX_CONTENT_LENGTH: int", "    MAX_BODY_LENGTH: int"),
)
flask(
    "debug is on",
    "LOGGING-7",
    (
        "__init__.py",
        "    logs.init_app(app)\n",
        "    app.debug = True\n    logs.init_app(app)\n",
    ),
)
flask(
    "a handler of all exceptions swallows what was to be logged",
    "LOGGING-1",
    (
        "errors.py",
        "    HTTPException,\n    SecurityError,\n",
        "    HTTPException,\n    InternalServerError,\n    SecurityError,\n",
    ),
    (
        "errors.py",
        "    app.register_error_handler(HTTPException, respond_to_error)\n",
        "    app.register_error_handler(HTTPException, respond_to_error)\n"
        "    app.register_error_handler(\n"
        "        Exception,\n"
        "        lambda error: respond_to_error(InternalServerError()),\n"
        "    )\n",
    ),
)
flask(
    "Location is absolute, with the host that was sent",
    "BOOKMARKS-1",
    (
        "api.py",
        'url_for(".show_bookmark", id=bookmark.id)',
        'url_for(".show_bookmark", id=bookmark.id, _external=True)',
    ),
)
flask(
    "headers are added to the pages that views make, not to errors",
    "HEADERS-1",
    (
        "__init__.py",
        "app.after_request(add_headers)",
        "pages.after_request(add_headers)",
    ),
)
flask(
    "all is compressed, and entity tags change with it",
    "COMPRESSION-5",
    ("__init__.py", "        COMPRESS_REGISTER=False,", "       "),
)
flask(
    "any origin may read",
    "CORS-2",
    ("extensions.py", "    always_send=False,\n", '    origins="*",\n'),
)
flask(
    "the export is written outside of the request's context",
    "EXPORTING-1",
    (
        "exporting.py",
        "stream_with_context(export_lines(user_id, kind))",
        "export_lines(user_id, kind)",
    ),
)
flask(
    "a name that fails to sign in is logged",
    "LOGGING-10",
    (
        "limits.py",
        'extra={"address": request.remote_addr}',
        'extra={"address": request.remote_addr, "username": username}',
    ),
)
