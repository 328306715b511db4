"""Sessions: rows of a table, and a cookie that holds a row's name."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends import db
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from app.csrf import csrf_protect
from app.errors import is_api_path
from app.models import Session, User


def start_session(request: HttpRequest, user: User) -> None:
    """Sign an account in under a new id."""
    request.session.clear_expired()
    request.session.flush()  # login() keeps the id of the same account
    login(request, user)
    request.session.save()  # now, so that it goes if the account does


def find_session(request: HttpRequest) -> User | AnonymousUser:
    """Find the account whose session asks, if there is one."""
    request.user_id = request.user.pk  # for the log
    return request.user


def session_required(
    page: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Lead a visitor to the sign-in, and from there to what was asked for."""

    @wraps(page)
    def guarded(
        request: HttpRequest, *arguments: Any, **ids: Any
    ) -> HttpResponse:
        if find_session(request).is_authenticated:
            return page(request, *arguments, **ids)
        if request.method == "POST":  # a form cannot be asked for again
            return see_other("login")
        asked = {"next": request.get_full_path()}
        return see_other(reverse("login", query=asked))

    return guarded


def changing(
    page: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Let an account change what is its own, and hold it meanwhile."""
    # In this order: an account that is read within a transaction is locked.
    return csrf_protect(transaction.atomic(session_required(page)))


def is_own_path(path: str) -> bool:
    """Tell whether an address leads nowhere but to this service."""
    return bool(re.fullmatch(r"/(?!/)[^\s\\\x00-\x1f\x7f-\x9f]*", path))


def see_other(page: str) -> HttpResponse:
    """Lead to another page, to be asked for by GET (RFC 9110 §15.4.4)."""
    response = redirect(page)
    response.status_code = 303
    return response


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

    stored: dict[str, Any] | None = None  # what is in the row, once saved

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Name the table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Make the row of a session."""
        session = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)
        return session

    def save(self, must_create: bool = False) -> None:
        """Store a session, unless SessionMiddleware does so once more."""
        if must_create or self._session != self.stored:
            super().save(must_create)
            self.stored = dict(self._session)


class SessionBackend(ModelBackend):
    """Django's, but it locks the account of a session."""

    def get_user(self, user_id: int) -> User | None:
        """Find an account, and keep it if it is going to write."""
        users = User.objects.filter(id=user_id)
        if connection.in_atomic_block:
            users = users.select_for_update(no_key=True)
        return users.first()


class MessageStorage(CookieStorage):
    """Keeps the admin's messages elsewhere: to store a session prolongs it."""

    cookie_name = f"{settings.COOKIE_PREFIX}messages"
