"""A service that keeps bookmarks."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, errors, logs, storage
from app.api import api
from app.bodies import JSONProvider, Request
from app.caching import ConditionalResponse
from app.csrf import refuse_nameless_fields
from app.extensions import compress, cors, csrf
from app.headers import add_headers, vary_by_origin
from app.importing import allow_uploads
from app.pages import pages
from app.settings import settings


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Make the WSGI application."""
    app = Flask(__name__)
    app.request_class = Request
    app.response_class = ConditionalResponse
    app.json = JSONProvider(app)
    app.config.from_mapping(
        COMPRESS_REGISTER=False,  # by a decorator, for some views
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,  # it ends with its row
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    app.config.from_object(settings)
    app.config.from_mapping(config)
    if app.config["SESSION_COOKIE_SECURE"]:
        app.config["SESSION_COOKIE_NAME"] = "__Host-session"
    logs.init_app(app)
    storage.init_app(app)
    errors.init_app(app)
    cli.init_app(app)
    # Before CSRFProtect, which reads the form.
    app.before_request(allow_uploads)
    app.before_request(refuse_nameless_fields)
    csrf.init_app(app)
    compress.init_app(app)
    app.after_request(add_headers)
    if app.config["CORS_ORIGINS"]:
        app.after_request(vary_by_origin)
        cors.init_app(app)
    app.register_blueprint(api)
    app.register_blueprint(pages)
    if app.config["TRUSTED_PROXIES"]:
        # It counts proxies, whatever their addresses.
        app.wsgi_app = ProxyFix(app.wsgi_app)
    return app
