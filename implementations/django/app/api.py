"""The operations of the API."""

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from app.accounts import (
    check_sign_in,
    confirm_password,
    insert_user,
    represent_user,
)
from app.bodies import read_json
from app.bookmarks import (
    bookmark_etag,
    change_bookmark,
    insert_bookmark,
    represent_bookmark,
)
from app.caching import check_if_match, revalidated
from app.docs import OPENAPI
from app.errors import Problem
from app.exporting import export_response
from app.forms import (
    BookmarkForm,
    BookmarkPageQuery,
    ExportQuery,
    PageQuery,
    PasswordChangeForm,
    RegistrationForm,
    SignInForm,
    validate,
    validate_query,
)
from app.health import require_ready
from app.importing import (
    choose_entries,
    find_files,
    insert_entries,
    read_entries,
)
from app.limits import check_limit, count_failure
from app.models import Bookmark, User
from app.pagination import page_response, paginate
from app.permissions import authenticate, find_bookmark, require_admin
from app.search import select_bookmarks
from app.tags import count_tags
from app.tokens import end_tokens, issue_token


def show_health(request: HttpRequest) -> HttpResponse:
    """Say that the process is up."""
    return JsonResponse({"status": "ok"})


def show_readiness(request: HttpRequest) -> HttpResponse:
    """Say whether the database can serve."""
    require_ready()
    return JsonResponse({"status": "ok"})


def register_user(request: HttpRequest) -> HttpResponse:
    """Create an account."""
    fields = validate(read_json(request), RegistrationForm)
    password = make_password(fields["password"])
    with transaction.atomic():
        user = insert_user(fields["username"], password)
    headers = {"Location": reverse("me")}
    return JsonResponse(represent_user(user), status=201, headers=headers)


@revalidated
def show_me(request: HttpRequest) -> HttpResponse:
    """Show the account that asks."""
    return JsonResponse(represent_user(authenticate(request)))


def change_password(request: HttpRequest) -> HttpResponse:
    """Change the password and end all other sign-ins."""
    document = read_json(request)
    user = authenticate(request)
    fields = validate(document, PasswordChangeForm, user=user)
    address = request.META["REMOTE_ADDR"]
    check_limit(user.username, address)
    if not check_password(fields["current_password"], user.password):
        count_failure(user.username, address)
        raise Problem(403, "The current password is wrong.")
    password = make_password(fields["new_password"])
    with transaction.atomic():
        authenticate(request)  # again, for hashing took its time
        confirm_password(user)
        User.objects.filter(id=user.id).update(password=password)
        end_tokens(user, but=user.digest)
        user.sessions.all().delete()
    return HttpResponse(status=204)


def delete_me(request: HttpRequest) -> HttpResponse:
    """Delete the account that asks, with all its data."""
    with transaction.atomic():
        authenticate(request).delete()
    return HttpResponse(status=204)


def create_token(request: HttpRequest) -> HttpResponse:
    """Sign in: trade a name and a password for a token."""
    fields = validate(read_json(request), SignInForm)
    user = check_sign_in(request, fields["username"], fields["password"])
    with transaction.atomic():
        confirm_password(user)
        token = issue_token(user)
    headers = {"Cache-Control": "no-store"}
    return JsonResponse(token, status=201, headers=headers)


def delete_token(request: HttpRequest) -> HttpResponse:
    """Sign out: end the token that asks."""
    with transaction.atomic():
        user = authenticate(request)
        user.tokens.filter(digest=user.digest).delete()
    return HttpResponse(status=204)


@revalidated
def list_bookmarks(request: HttpRequest) -> HttpResponse:
    """List one page of the account's bookmarks."""
    user = authenticate(request)
    query = validate_query(request.GET, BookmarkPageQuery)
    bookmarks = select_bookmarks(user, query["q"], query["tag"])
    page = paginate(bookmarks, query)
    return page_response(request, page, represent_bookmark)


def create_bookmark(request: HttpRequest) -> HttpResponse:
    """Create a bookmark."""
    document = read_json(request)
    with transaction.atomic():
        user = authenticate(request)
        fields = validate(document, BookmarkForm)
        bookmark = insert_bookmark(user, fields)
    location = reverse("bookmark", args=[bookmark.id])
    return bookmark_response(201, bookmark, {"Location": location})


@revalidated
def show_bookmark(request: HttpRequest, id: int) -> HttpResponse:
    """Show one bookmark."""
    bookmark = find_bookmark(authenticate(request), id)
    return bookmark_response(200, bookmark)


def replace_bookmark(request: HttpRequest, id: int) -> HttpResponse:
    """Replace all fields of a bookmark."""
    document = read_json(request)
    with transaction.atomic():
        bookmark = find_bookmark(authenticate(request), id)
        check_if_match(request, bookmark_etag(bookmark))
        fields = validate(document, BookmarkForm)
        bookmark = change_bookmark(bookmark, fields)
    return bookmark_response(200, bookmark)


def update_bookmark(request: HttpRequest, id: int) -> HttpResponse:
    """Change the named fields of a bookmark."""
    document = read_json(request)
    with transaction.atomic():
        bookmark = find_bookmark(authenticate(request), id)
        check_if_match(request, bookmark_etag(bookmark))
        fields = validate(document, BookmarkForm, partial=True)
        bookmark = change_bookmark(bookmark, fields)
    return bookmark_response(200, bookmark)


def delete_bookmark(request: HttpRequest, id: int) -> HttpResponse:
    """Delete a bookmark."""
    with transaction.atomic():
        bookmark = find_bookmark(authenticate(request), id)
        check_if_match(request, bookmark_etag(bookmark))
        bookmark.delete()
    return HttpResponse(status=204)


@revalidated
def list_tags(request: HttpRequest) -> HttpResponse:
    """List the account's tags with their counts."""
    return JsonResponse({"items": count_tags(authenticate(request))})


def import_bookmarks(request: HttpRequest) -> HttpResponse:
    """Import a browser's bookmark file."""
    authenticate(request)  # before the body, which may be large
    entries = read_entries(find_files(request))
    wanted = choose_entries(entries)  # while others may still write
    with transaction.atomic():
        user = authenticate(request)
        created = insert_entries(user, wanted)
    counts = {"created": created, "skipped": len(entries) - created}
    return JsonResponse(counts)


def export_bookmarks(request: HttpRequest) -> HttpResponse:
    """Export all bookmarks as a file."""
    user = authenticate(request)
    query = validate_query(request.GET, ExportQuery)
    return export_response(request, user, query["format"])


@revalidated
def list_users(request: HttpRequest) -> HttpResponse:
    """List one page of all accounts."""
    require_admin(authenticate(request))
    query = validate_query(request.GET, PageQuery)
    page = paginate(User.objects.all(), query)
    return page_response(request, page, represent_user)


def delete_user(request: HttpRequest, id: int) -> HttpResponse:
    """Delete an account, with all its data."""
    with transaction.atomic():
        require_admin(authenticate(request))
        get_object_or_404(User.objects.select_for_update(), id=id).delete()
    return HttpResponse(status=204)


def show_openapi(request: HttpRequest) -> HttpResponse:
    """Describe this API."""
    return HttpResponse(OPENAPI, content_type="application/json")


def bookmark_response(
    status: int, bookmark: Bookmark, headers: dict[str, str] | None = None
) -> JsonResponse:
    """Answer with one bookmark and its entity tag."""
    headers = {"ETag": bookmark_etag(bookmark), **(headers or {})}
    content = represent_bookmark(bookmark)
    return JsonResponse(content, status=status, headers=headers)
