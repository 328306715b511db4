"""The operations of the API."""

from typing import Any

from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page

from app.accounts import lock_user, represent_user, wrong_sign_in
from app.bodies import read_json
from app.bookmarks import (
    bookmark_etag,
    duplicate,
    refuse_more_bookmarks,
    represent_bookmark,
)
from app.caching import check_if_match
from app.docs import OPENAPI
from app.errors import Problem
from app.exporting import export_response
from app.forms import (
    BookmarkForm,
    BookmarkQuery,
    ExportQuery,
    ImportForm,
    PageQuery,
    PasswordChangeForm,
    RegistrationForm,
    SignInForm,
)
from app.health import require_ready
from app.importing import choose_entries, insert_entries
from app.models import Bookmark, User
from app.pagination import order_by, page_response, paginate
from app.permissions import authenticate, find_bookmark, require_admin
from app.tags import select_tags
from app.tokens import issue_token
from app.validation import invalid, validate, validate_query

DEFAULTS = {"notes": "", "tags": []}  # of a bookmark


@method_decorator([csrf_exempt, cache_control(private=True)], name="dispatch")
class APIView(View):
    """Answers a path of the API, where no cookie signs anybody in."""

    def setup(self, request: HttpRequest, **kwargs: int) -> None:
        """Forget the user of the session."""
        super().setup(request, **kwargs)
        request.user = AnonymousUser()

    def http_method_not_allowed(
        self, request: HttpRequest, **kwargs: int
    ) -> HttpResponse:
        """Refuse a method that this path does not have."""
        response = super().http_method_not_allowed(request, **kwargs)
        detail = "This path has no such method."
        raise Problem(405, detail, {"Allow": response.headers["Allow"]})


class HealthView(APIView):
    """Answers /healthz."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Say that the process is running."""
        return JsonResponse({"status": "ok"})


class ReadinessView(APIView):
    """Answers /readyz."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Say whether the database is ready."""
        require_ready()
        return JsonResponse({"status": "ok"})


@method_decorator([gzip_page, conditional_page], name="get")
class UsersView(APIView):
    """Answers /api/users."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Create an account."""
        form = validate(RegistrationForm, read_json(request))
        try:
            user = User.objects.create_user(**form.cleaned_data)
        except IntegrityError as error:
            raise Problem(409, "This username is taken.") from error
        headers = {"Location": reverse("api_me")}
        return JsonResponse(represent_user(user), status=201, headers=headers)

    def get(self, request: HttpRequest) -> HttpResponse:
        """List one page of all users."""
        require_admin(authenticate(request))
        query = validate_query(PageQuery, request.GET)
        page = paginate(User.objects.order_by("id"), query)
        return page_response(request, page, represent_user)


class UserView(APIView):
    """Answers /api/users/{id}."""

    def delete(self, request: HttpRequest, id: int) -> HttpResponse:
        """Delete a user with all data."""
        with transaction.atomic():
            require_admin(authenticate(request, lock=True))
            get_object_or_404(User.objects.select_for_update(), pk=id).delete()
        return HttpResponse(status=204)


class MeView(APIView):
    """Answers /api/me."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the signed-in user."""
        return JsonResponse(represent_user(authenticate(request)))

    def delete(self, request: HttpRequest) -> HttpResponse:
        """Delete the signed-in user, with all data."""
        with transaction.atomic():
            authenticate(request, lock=True).delete()
        return HttpResponse(status=204)


class PasswordView(APIView):
    """Answers /api/me/password."""

    def put(self, request: HttpRequest) -> HttpResponse:
        """Change the password and end all other sign-ins."""
        document = read_json(request)
        user = authenticate(request)
        fields = validate(PasswordChangeForm, document, user=user).cleaned_data
        user = auth.authenticate(
            request,
            username=user.username,
            password=fields["current_password"],
        )
        if not user:
            raise Problem(403, "The current password is wrong.")
        stored = user.password
        user.set_password(fields["new_password"])
        with transaction.atomic():
            if authenticate(request, lock=True).password != stored:
                raise Problem(403, "The current password is wrong.")
            user.save(update_fields=["password"], keep=request.token.digest)
        return HttpResponse(status=204)


class TokensView(APIView):
    """Answers /api/tokens."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign in: exchange a name and a password for a token."""
        form = validate(SignInForm, read_json(request))
        user = auth.authenticate(request, **form.cleaned_data)
        if not user:
            raise wrong_sign_in()
        request.user = user
        with transaction.atomic():
            if not lock_user(user):
                raise wrong_sign_in()
            token = issue_token(user)
        headers = {"Cache-Control": "no-store"}
        return JsonResponse(token, status=201, headers=headers)


class CurrentTokenView(APIView):
    """Answers /api/tokens/current."""

    def delete(self, request: HttpRequest) -> HttpResponse:
        """Sign out: revoke the token of this request."""
        authenticate(request)
        request.token.delete()
        return HttpResponse(status=204)


@method_decorator([gzip_page, conditional_page], name="get")
class BookmarksView(APIView):
    """Answers /api/bookmarks."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List one page of the user's bookmarks."""
        user = authenticate(request)
        query = validate_query(BookmarkQuery, request.GET)
        bookmarks = user.bookmarks.search(query["q"], query["tag"])
        page = paginate(bookmarks.order_by(*order_by(query["sort"])), query)
        return page_response(request, page, represent_bookmark)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Create a bookmark."""
        document = read_json(request)
        with transaction.atomic():
            bookmark = Bookmark(user=authenticate(request, lock=True))
            bookmark = store_bookmark(bookmark, document, DEFAULTS)
            refuse_more_bookmarks(request.user)
        location = reverse("api_bookmark", args=[bookmark.pk])
        return bookmark_response(bookmark, 201, {"Location": location})


@method_decorator(conditional_page, name="get")
class BookmarkView(APIView):
    """Answers /api/bookmarks/{id}."""

    def get(self, request: HttpRequest, id: int) -> HttpResponse:
        """Show one bookmark."""
        return bookmark_response(find_bookmark(authenticate(request), id))

    def put(self, request: HttpRequest, id: int) -> HttpResponse:
        """Replace all fields of a bookmark."""
        document = read_json(request)
        with transaction.atomic():
            bookmark = find_bookmark(authenticate(request, lock=True), id)
            check_if_match(request, bookmark_etag(bookmark))
            bookmark = store_bookmark(bookmark, document, DEFAULTS)
        return bookmark_response(bookmark)

    def patch(self, request: HttpRequest, id: int) -> HttpResponse:
        """Change some fields of a bookmark."""
        document = read_json(request)
        with transaction.atomic():
            bookmark = find_bookmark(authenticate(request, lock=True), id)
            check_if_match(request, bookmark_etag(bookmark))
            old = represent_bookmark(bookmark)
            old = {name: old[name] for name in BookmarkForm.base_fields}
            bookmark = store_bookmark(bookmark, document, old)
        return bookmark_response(bookmark)

    def delete(self, request: HttpRequest, id: int) -> HttpResponse:
        """Delete a bookmark."""
        with transaction.atomic():
            bookmark = find_bookmark(authenticate(request, lock=True), id)
            check_if_match(request, bookmark_etag(bookmark))
            bookmark.delete()
        return HttpResponse(status=204)


@method_decorator([gzip_page, conditional_page], name="get")
class TagsView(APIView):
    """Answers /api/tags."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List one page of the user's tags with their counts."""
        user = authenticate(request)
        query = validate_query(PageQuery, request.GET)
        return page_response(request, paginate(select_tags(user), query), dict)


class ImportView(APIView):
    """Answers /api/import."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Import a browser's bookmark file."""
        authenticate(request)  # before the body, which may be large
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            raise invalid({}, form)
        entries, skipped = choose_entries(form.cleaned_data["file"])
        with transaction.atomic():
            user = authenticate(request, lock=True)
            result = insert_entries(user, entries, skipped)
        return JsonResponse(result)


@method_decorator(gzip_page, name="get")
class ExportView(APIView):
    """Answers /api/export."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Export all bookmarks as a file."""
        user = authenticate(request)
        query = validate_query(ExportQuery, request.GET)
        return export_response(user, query["format"])


class OpenAPIView(APIView):
    """Answers /api/openapi.json."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Describe this API."""
        return HttpResponse(OPENAPI, content_type="application/json")


def store_bookmark(
    bookmark: Bookmark, document: Any, defaults: dict[str, Any]
) -> Bookmark:
    """Store a bookmark with the fields of a document."""
    form = validate(BookmarkForm, document, defaults, instance=bookmark)
    if form.is_taken():
        raise duplicate()
    return form.save()


def bookmark_response(
    bookmark: Bookmark,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Answer with one bookmark and its entity tag."""
    headers = {"ETag": bookmark_etag(bookmark), **(headers or {})}
    content = represent_bookmark(bookmark)
    return JsonResponse(content, status=status, headers=headers)
