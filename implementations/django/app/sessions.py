"""Sessions: rows of a table, and a cookie that holds a row's name."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login
from django.contrib.auth.backends import BaseBackend
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends import db
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from app.errors import is_api_path
from app.models import Session, User


def start_session(request: HttpRequest, user: User) -> None:
    """Sign an account in under a new id."""
    request.session.clear_expired()
    request.session.flush()  # login() keeps the id of the same account
    login(request, user)
    request.session.save()  # now, so that it goes if the account does


def login_required(
    page: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Lead a visitor to the sign-in, and from there to what he asked for."""

    @wraps(page)
    def guarded(
        request: HttpRequest, *arguments: Any, **ids: Any
    ) -> HttpResponse:
        if request.user.is_authenticated:
            request.user_id = request.user.id
            return page(request, *arguments, **ids)
        if request.method == "POST":  # a form cannot be asked for again
            return redirect("login")
        asked = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('login')}?{asked}")

    return guarded


def is_own_path(path: str) -> bool:
    """Tell whether an address leads nowhere but to this service."""
    return url_has_allowed_host_and_scheme(
        path, allowed_hosts=None
    ) and re.fullmatch(r"/(?!/)[^\s\\\x00-\x1f\x7f-\x9f]*", path)


def ignore_cookies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Keep cookies from the API, which takes tokens alone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if is_api_path(request.path):
            request.COOKIES = {}
        return get_response(request)

    return middleware


class SessionStore(db.SessionStore):
    """Django's sessions, in rows that know their account."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Name the table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Make the row of a session."""
        session = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)
        return session


class SessionBackend(BaseBackend):
    """Finds the account of a session; passwords are not its business."""

    def get_user(self, user_id: int) -> User | None:
        """Find an account, and keep it if it is going to write."""
        users = User.objects.filter(id=user_id)
        if connection.in_atomic_block:
            users = users.select_for_update(no_key=True)
        return users.first()


class MessageStorage(CookieStorage):
    """Keeps the admin's messages out of the session, which they prolong."""

    cookie_name = f"{settings.COOKIE_PREFIX}messages"
