"""The pages: the service for people."""

from django.contrib.auth import logout
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from app.accounts import check_sign_in, confirm_password, insert_user
from app.bookmark_file import Entry
from app.bookmarks import change_bookmark, insert_bookmark, represent_bookmark
from app.csrf import csrf_protect
from app.errors import Problem
from app.exporting import export_response
from app.forms import (
    BookmarkPageForm,
    ExportQuery,
    HomeQuery,
    RegistrationForm,
    SignInForm,
    validate_query,
)
from app.importing import (
    choose_entries,
    find_files,
    insert_entries,
    read_entries,
)
from app.pagination import paginate
from app.permissions import find_bookmark
from app.rendering import (
    bookmark_page,
    home_page,
    import_page,
    login_page,
    register_page,
)
from app.search import select_bookmarks
from app.sessions import (
    changing,
    find_session,
    is_own_path,
    see_other,
    session_required,
    start_session,
)
from app.tags import count_tags


@session_required
def show_home(request: HttpRequest) -> HttpResponse:
    """Show one page of the account's bookmarks."""
    query = validate_query(request.GET, HomeQuery)
    bookmarks = select_bookmarks(request.user, query["q"], query["tag"])
    page = paginate(
        bookmarks, {**query, "per_page": 20, "sort": "-created_at"}
    )
    return home_page(request, query, page, count_tags(request.user))


def show_login(request: HttpRequest) -> HttpResponse:
    """Show the form to sign in."""
    return login_page(request, SignInForm(), request.GET.get("next", ""))


@csrf_protect
def submit_login(request: HttpRequest) -> HttpResponse:
    """Sign in, and go on to where the visitor was going."""
    form, path = SignInForm(request.POST), request.POST.get("next", "")
    if not form.is_valid():
        return login_page(request, form, path, 422)
    try:
        user = check_sign_in(request, **form.cleaned_data)
        with transaction.atomic():
            confirm_password(user)
            start_session(request, user)
    except Problem as problem:
        return login_page(request, form, path, problem=problem)
    return see_other(path if is_own_path(path) else "home")


@csrf_protect
def submit_logout(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    find_session(request)  # for the log
    logout(request)
    return see_other("login")


def show_register(request: HttpRequest) -> HttpResponse:
    """Show the form to sign up."""
    return register_page(request, RegistrationForm())


@csrf_protect
def submit_register(request: HttpRequest) -> HttpResponse:
    """Sign up."""
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        return register_page(request, form, 422)
    password = make_password(form.cleaned_data["password"])
    try:
        with transaction.atomic():
            user = insert_user(form.cleaned_data["username"], password)
            start_session(request, user)
    except Problem as problem:
        form.add_error("username", problem.detail)
        return register_page(request, form, problem.status)
    return see_other("home")


@changing
def submit_bookmark(request: HttpRequest) -> HttpResponse:
    """Add a bookmark."""
    form = BookmarkPageForm(request.POST)
    if not form.is_valid():
        return bookmark_page(request, form, 422)
    try:
        with transaction.atomic():
            insert_bookmark(request.user, form.cleaned_data)
    except Problem as problem:
        form.add_error("url", problem.detail)
        return bookmark_page(request, form, problem.status)
    return see_other("home")


@session_required
def show_edit(request: HttpRequest, id: int) -> HttpResponse:
    """Show a bookmark in a form."""
    bookmark = find_bookmark(request.user, id)
    form = BookmarkPageForm(initial=represent_bookmark(bookmark))
    return bookmark_page(request, form)


@changing
def submit_edit(request: HttpRequest, id: int) -> HttpResponse:
    """Change a bookmark."""
    bookmark = find_bookmark(request.user, id)
    form = BookmarkPageForm(request.POST)
    if not form.is_valid():
        return bookmark_page(request, form, 422)
    try:
        with transaction.atomic():
            change_bookmark(bookmark, form.cleaned_data)
    except Problem as problem:
        form.add_error("url", problem.detail)
        return bookmark_page(request, form, problem.status)
    return see_other("home")


@changing
def submit_delete(request: HttpRequest, id: int) -> HttpResponse:
    """Delete a bookmark."""
    find_bookmark(request.user, id).delete()
    return see_other("home")


def show_import(request: HttpRequest) -> HttpResponse:
    """Show the form to import a file."""
    return import_page(request)


def submit_import(request: HttpRequest) -> HttpResponse:
    """Import a file."""
    try:
        return receive_file(request)
    except Problem as problem:
        return import_page(request, problem)


@session_required
def show_export(request: HttpRequest) -> HttpResponse:
    """Export all bookmarks as a file."""
    query = validate_query(request.GET, ExportQuery)
    return export_response(request, request.user, query["format"])


@csrf_protect
def receive_file(request: HttpRequest) -> HttpResponse:
    """Read the file of a form, and store what is in it."""
    entries = read_entries(find_files(request))
    return store_file(request, choose_entries(entries), len(entries))


@transaction.atomic
@session_required
def store_file(
    request: HttpRequest, entries: list[Entry], total: int
) -> HttpResponse:
    """Store the entries of a file, of which there were more before."""
    created = insert_entries(request.user, entries)
    counts = {"created": created, "skipped": total - created}
    return see_other(reverse("import", query=counts))
