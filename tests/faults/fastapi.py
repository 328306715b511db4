"""The faults of the FastAPI version: mistakes that people make with it."""

from functools import partial

from tests.faults.fault import fault

fastapi = partial(fault, implementation="fastapi")

fastapi(
    "a dependency is forgotten on an operation",
    "PERMISSIONS-1",
    (
        "api.py",
        "(session: SessionDep, admin: AdminUser, id: Id)",
        "(session: SessionDep, id: Id)",
    ),
)
fastapi(
    "the wrong dependency: any user for an administrator",
    "PERMISSIONS-4",
    ("api.py", "    admin: AdminUser,\n", "    admin: CurrentUser,\n"),
)
fastapi(
    "HTTPBearer does not refuse by itself",
    "PERMISSIONS-1",
    ("permissions.py", "HTTPBearer()", "HTTPBearer(auto_error=False)"),
)
fastapi(
    "a bookmark is looked up by its id alone",
    "PERMISSIONS-2",
    (
        "bookmarks.py",
        "filter_by(user_id=user_id, id=bookmark_id)",
        "filter_by(id=bookmark_id)",
    ),
)
fastapi(
    "the list is everybody's",
    "PERMISSIONS-3",
    (
        "search.py",
        "select(Bookmark).where(Bookmark.user_id == user_id)",
        "select(Bookmark)",
    ),
)
fastapi(
    "the model of an answer has all that the row has",
    "ACCOUNTS-13",
    (
        "accounts.py",
        "    admin: bool\n    created_at: Timestamp\n",
        "    admin: bool\n    created_at: Timestamp\n    password: str\n",
    ),
)
fastapi(
    "an operation keeps the status 200",
    "BOOKMARKS-1",
    (
        "api.py",
        '@api.post("/api/bookmarks", status_code=201, ',
        '@api.post("/api/bookmarks", ',
    ),
)
fastapi(
    "a deletion answers null",
    "BOOKMARKS-15",
    (
        "api.py",
        '@api.delete("/api/bookmarks/{id}", status_code=204)',
        '@api.delete("/api/bookmarks/{id}")',
    ),
)
fastapi(
    "unknown fields are ignored, as pydantic does by itself",
    "VALIDATION-6",
    ("validation.py", 'extra="forbid"', 'extra="ignore"'),
)
fastapi(
    "PATCH sets a default",
    "BOOKMARKS-8",
    (
        "validation.py",
        "    notes: Notes | MISSING = MISSING\n",
        '    notes: Notes = ""\n',
    ),
)
fastapi(
    "a change is not committed",
    "BOOKMARKS-8",
    (
        "api.py",
        """    fields: BookmarkChanges,
    response: Response,
) -> Bookmark:
    \"\"\"Change some fields of a bookmark.\"\"\"
    change_bookmark(session, bookmark, fields.model_dump())
    session.commit()
""",
        """    fields: BookmarkChanges,
    response: Response,
) -> Bookmark:
    \"\"\"Change some fields of a bookmark.\"\"\"
    change_bookmark(session, bookmark, fields.model_dump())
""",
    ),
)
fastapi(
    "an id may be larger than the database's integers",
    "ROUTING-9",
    (
        "permissions.py",
        "Id = Annotated[int, Path(ge=1, le=2**63 - 1)]",
        "Id = Annotated[int, Path()]",
    ),
)
fastapi(
    "a handler for FastAPI's exception, not for Starlette's",
    "ERRORS-1",
    (
        "errors.py",
        "from starlette.exceptions import HTTPException",
        "from fastapi import HTTPException",
    ),
)
fastapi(
    "errors of validation have FastAPI's own form",
    "ERRORS-1",
    (
        "errors.py",
        "    RequestValidationError: respond_to_invalid_input,\n",
        "",
    ),
)
fastapi(
    "a handler drops the headers of an exception",
    "TOKENS-9",
    (
        "errors.py",
        "request, error.status_code, error.detail, error.headers\n",
        "request, error.status_code, error.detail\n",
    ),
)
fastapi(
    "IntegrityError is not caught",
    "ACCOUNTS-4",
    (
        "accounts.py",
        "except IntegrityError as error:",
        "except ValueError as error:",
    ),
)
fastapi(
    "one session of SQLAlchemy for all threads",
    "STORAGE-5",
    (
        "storage.py",
        "session = Session(bind, expire_on_commit=False)",
        "session = shared",
    ),
    (
        "storage.py",
        "reader = engine.execution_options(reading=True)\n",
        "reader = engine.execution_options(reading=True)\n"
        "shared = Session(engine, expire_on_commit=False)\n",
    ),
)
fastapi(
    "the tags of each bookmark are a query of their own",
    "PAGINATION-12",
    (
        "models.py",
        'passive_deletes=True, lazy="selectin"',
        "passive_deletes=True",
    ),
)
fastapi(
    "a token never ends",
    "TOKENS-4",
    (
        "tokens.py",
        "        .where(Token.expires_at > datetime.now(UTC))\n",
        "",
    ),
)
fastapi(
    "the token's answer may be kept",
    "TOKENS-5",
    ("api.py", '    response.headers["Cache-Control"] = "no-store"\n', ""),
)
fastapi(
    "notes are marked as safe in a template",
    "PAGES-2",
    (
        "templates/home.html",
        "{{ bookmark.notes }}",
        "{{ bookmark.notes|safe }}",
    ),
)
fastapi(
    "RedirectResponse keeps its status, and browsers repeat the POST",
    "PAGES-4",
    (
        "pages.py",
        'RedirectResponse(f"/import?{query}", 303)',
        'RedirectResponse(f"/import?{query}")',
    ),
)
fastapi(
    "a page without a session is an error of the API",
    "SESSIONS-6",
    (
        "sessions.py",
        """        303, "Sign in first.", {"Location": login_path(request)}
""",
        """        401, "Sign in first."
""",
    ),
)
fastapi(
    "a form is on the router that checks no CSRF token",
    "CSRF-1",
    (
        "pages.py",
        '@forms.post("/bookmarks/{id}/delete")',
        '@pages.post("/bookmarks/{id}/delete")',
    ),
)
fastapi(
    "a router has no dependency on check_csrf",
    "CSRF-2",
    (
        "pages.py",
        "    route_class=SessionRoute,\n"
        "    dependencies=[Depends(check_csrf)],\n",
        "    route_class=SessionRoute,\n",
    ),
)
fastapi(
    "the session is not cleared at the sign-in",
    "CSRF-3",
    ("sessions.py", "    request.session.clear()\n", ""),
)
fastapi(
    "signing out clears the cookie and nothing else",
    "SESSIONS-4",
    (
        "sessions.py",
        "    session.execute(delete(BrowserSession).where(ended))\n",
        "",
    ),
)
fastapi(
    "next is followed to wherever it leads",
    "SESSIONS-7",
    (
        "sessions.py",
        "NextPath = Annotated[FormText, AfterValidator(next_path)]",
        "NextPath = FormText",
    ),
)
fastapi(
    "SECRET_KEY has a default that everybody knows",
    "SETTINGS-7",
    (
        "settings.py",
        "default_factory=lambda: secrets.token_urlsafe(48), min_length=32",
        '"change me before you go to production", min_length=32',
    ),
)
fastapi(
    "the cookie is sent over plain HTTP",
    "SESSIONS-2",
    ("main.py", "    https_only=settings.secure_cookies,\n", ""),
)
fastapi(
    "any host is allowed",
    "HOSTS-4",
    ("main.py", "allowed_hosts=settings.allowed_hosts", 'allowed_hosts=["*"]'),
)
fastapi(
    "any origin may read",
    "CORS-2",
    ("main.py", "allow_origins=settings.cors_origins", 'allow_origins=["*"]'),
)
fastapi(
    "cookies go with requests of other origins",
    "CORS-6",
    (
        "main.py",
        "    allow_origins=settings.cors_origins,\n",
        "    allow_origins=settings.cors_origins,\n"
        "    allow_credentials=True,\n",
    ),
)
fastapi(
    "whoever connects is a trusted proxy",
    "LIMITS-9",
    (
        "cli.py",
        "forwarded_allow_ips=list(map(str, settings.trusted_proxies))",
        'forwarded_allow_ips="*"',
    ),
)
fastapi(
    "a router of JSON has no limit of its bodies",
    "LIMITS-1",
    ("api.py", "    max_body_size=settings.max_body_bytes,\n", ""),
)
fastapi(
    "the pages are in the description of the API",
    "DOCS-2",
    (
        "pages.py",
        "pages = APIRouter(include_in_schema=False)",
        "pages = APIRouter()",
    ),
)
fastapi(
    "a name that fails to sign in is logged",
    "LOGGING-10",
    (
        "limits.py",
        'extra={"address": request.client.host}',
        'extra={"address": request.client.host, "username": username}',
    ),
)
