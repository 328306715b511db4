"""The pages: the service for people."""

from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import (
    APIRouter,
    Depends,
    Form,
    HTTPException,
    Query,
    Request,
    Response,
    UploadFile,
)
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import ValidationError

from app.accounts import (
    HashingTurn,
    check_sign_in,
    get_password_hash,
    insert_user,
)
from app.bookmarks import change_bookmark, insert_bookmark
from app.csrf import check_csrf
from app.exporting import export_response
from app.importing import insert_entries, read_entries
from app.models import Bookmark
from app.pagination import neighbours, order_by, page_query, paginate
from app.permissions import UserBookmark
from app.rendering import render
from app.search import select_bookmarks
from app.sessions import (
    NextPath,
    SessionRoute,
    SessionUser,
    Visitor,
    end_session,
    find_session,
    full_path,
    sign_in_first,
    start_session,
)
from app.settings import settings
from app.storage import SessionDep
from app.tags import top_tags
from app.validation import (
    BookmarkForm,
    ExportFormat,
    HomeQuery,
    ImportQuery,
    LoginForm,
    Registration,
    SignIn,
    messages,
)

pages = APIRouter(include_in_schema=False)
# Routers of their own: every form has a CSRF token to check, and a file is
# read only for those who are signed in.
forms = APIRouter(
    include_in_schema=False,
    dependencies=[Depends(check_csrf)],
    max_body_size=settings.max_body_bytes,
)
uploads = APIRouter(
    include_in_schema=False,
    route_class=SessionRoute,
    dependencies=[Depends(check_csrf)],
    max_body_size=settings.max_import_bytes,
)


@pages.get("/")
def show_home(
    request: Request,
    session: SessionDep,
    user: SessionUser,
    query: Annotated[HomeQuery, Query()],
) -> Response:
    """Show one page of the user's bookmarks."""
    bookmarks = select_bookmarks(user.id, query.q, query.tag)
    bookmarks = bookmarks.order_by(*order_by(Bookmark, "-created_at"))
    page = paginate(session, bookmarks, query.page, per_page=20)
    numbers = neighbours(page)
    links = {
        rel: f"/?{page_query(request, number)}"
        for rel, number in numbers.items()
    }
    return render(
        request,
        "home.html",
        user=user,
        query=query,
        page=page,
        last=numbers["last"],
        links=links,
        tags=top_tags(session, user.id),
        here=full_path(request),
        form=BookmarkForm(),
    )


@pages.get("/login")
def show_login(
    request: Request, visitor: Visitor, next: NextPath = "/"
) -> Response:
    """Show the sign-in form."""
    form = LoginForm(next=next)
    return render(request, "login.html", user=visitor, form=form)


@forms.post("/login", dependencies=[HashingTurn])
def submit_login(
    request: Request,
    session: SessionDep,
    visitor: Visitor,
    form: Annotated[LoginForm, Form()],
) -> Response:
    """Sign in and go on to the page that was asked for."""
    show_form = partial(render, request, "login.html", user=visitor, form=form)
    try:
        fields = SignIn(username=form.username, password=form.password)
        user = check_sign_in(
            request, session, fields.username, fields.password
        )
    except ValidationError as error:
        return show_form(422, errors=messages(error))
    except HTTPException as error:
        errors = {"": error.detail}
        if error.status_code == 401:  # which is for the API
            return show_form(422, errors=errors)
        return show_form(error.status_code, error.headers, errors=errors)
    start_session(request, session, user.id)
    session.commit()
    return RedirectResponse(form.next, 303)


@forms.post("/logout")
def submit_logout(request: Request, session: SessionDep) -> Response:
    """Sign out."""
    end_session(request, session)
    session.commit()
    return RedirectResponse("/login", 303)


@pages.get("/register")
def show_register(request: Request, visitor: Visitor) -> Response:
    """Show the sign-up form."""
    return render(request, "register.html", user=visitor, form=LoginForm())


@forms.post("/register", dependencies=[HashingTurn])
def submit_register(
    request: Request,
    session: SessionDep,
    visitor: Visitor,
    form: Annotated[LoginForm, Form()],
) -> Response:
    """Create an account and sign in."""
    show_form = partial(
        render, request, "register.html", user=visitor, form=form
    )
    try:
        fields = Registration(username=form.username, password=form.password)
        session.commit()  # so that others write while the password is hashed
        password = get_password_hash(fields.password)
        user = insert_user(session, fields.username, password)
    except ValidationError as error:
        return show_form(422, errors=messages(error))
    except HTTPException as error:
        return show_form(error.status_code, errors={"username": error.detail})
    start_session(request, session, user.id)
    session.commit()
    return RedirectResponse("/", 303)


@forms.post("/bookmarks")
def submit_bookmark(
    request: Request,
    session: SessionDep,
    user: SessionUser,
    form: Annotated[BookmarkForm, Form()],
) -> Response:
    """Create a bookmark."""
    show_form = partial(render, request, "add.html", user=user, form=form)
    try:
        insert_bookmark(session, user.id, form.validated())
    except ValidationError as error:
        return show_form(422, errors=messages(error))
    except HTTPException as error:
        return show_form(error.status_code, errors={"url": error.detail})
    session.commit()
    return RedirectResponse("/", 303)


@pages.get("/bookmarks/{id}/edit")
def show_edit(
    request: Request,
    user: SessionUser,
    bookmark: UserBookmark,
    next: NextPath = "/",
) -> Response:
    """Show a bookmark in a form."""
    form = BookmarkForm(
        url=bookmark.url,
        title=bookmark.title,
        tags=", ".join(sorted(bookmark.tags)),
        notes=bookmark.notes,
        next=next,
    )
    return render(request, "edit.html", user=user, form=form)


@forms.post("/bookmarks/{id}/edit")
def submit_edit(
    request: Request,
    session: SessionDep,
    user: SessionUser,
    bookmark: UserBookmark,
    form: Annotated[BookmarkForm, Form()],
) -> Response:
    """Change a bookmark."""
    show_form = partial(render, request, "edit.html", user=user, form=form)
    try:
        change_bookmark(session, bookmark, form.validated())
    except ValidationError as error:
        return show_form(422, errors=messages(error))
    except HTTPException as error:
        return show_form(error.status_code, errors={"url": error.detail})
    session.commit()
    return RedirectResponse(form.next, 303)


@pages.get("/bookmarks/{id}/delete")
def show_delete(
    request: Request,
    user: SessionUser,
    bookmark: UserBookmark,
    next: NextPath = "/",
) -> Response:
    """Ask whether to delete a bookmark."""
    return render(
        request, "delete.html", user=user, bookmark=bookmark, next=next
    )


@forms.post("/bookmarks/{id}/delete")
def submit_delete(
    session: SessionDep,
    bookmark: UserBookmark,
    next: Annotated[NextPath, Form()] = "/",
) -> Response:
    """Delete a bookmark."""
    session.delete(bookmark)
    session.commit()
    return RedirectResponse(next, 303)


@pages.get("/import")
def show_import(
    request: Request,
    user: SessionUser,
    query: Annotated[ImportQuery, Query()],
) -> Response:
    """Show the import form."""
    return render(request, "import.html", user=user, query=query)


@uploads.post("/import")
def submit_import(
    request: Request, session: SessionDep, user: SessionUser, file: UploadFile
) -> Response:
    """Import a bookmark file."""
    show_form = partial(
        render, request, "import.html", user=user, query=ImportQuery()
    )
    session.commit()  # so that others write while the file is parsed
    try:
        entries, skipped = read_entries(file)
        if not find_session(request, session, lock=True):  # parsing took time
            raise sign_in_first(request)
        result = insert_entries(session, user.id, entries, skipped)
    except RequestValidationError as error:
        return show_form(422, errors=messages(error, skip=1))
    session.commit()
    lines: dict[str, list[str]] = {}
    for reason in result.reasons:
        lines.setdefault(reason.code, []).append(str(reason.line))
    query = urlencode(
        {
            "created": result.created,
            "skipped": result.skipped,
            **{code: ",".join(numbers) for code, numbers in lines.items()},
        }
    )
    return RedirectResponse(f"/import?{query}", 303)


@pages.get("/export")
async def show_export(
    user: SessionUser, format: ExportFormat = "html"
) -> StreamingResponse:
    """Export all bookmarks as a file."""
    return export_response(user.id, format)
