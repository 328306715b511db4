"""A service that keeps bookmarks."""

from flask import Flask

from app.settings import settings


def create_app() -> Flask:
    """Make the WSGI application."""
    # Loaded here, so that a bad setting is told of before all this is read.
    from app.api import api
    from app.caching import ignore_impossible_dates
    from app.compression import compress
    from app.cors import allow_origin
    from app.csrf import csrf
    from app.errors import handle_errors
    from app.headers import add_headers
    from app.hosts import check_host
    from app.logs import begin_request, configure_logging, log_request
    from app.pages import pages
    from app.routing import IdConverter, check_path, empty_options

    configure_logging()
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-session"
        if settings.secure_cookies
        else "session",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=settings.session_ttl,
        WTF_CSRF_CHECK_DEFAULT=False,  # the pages do it, the API need not
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.json.sort_keys = False
    app.url_map.merge_slashes = False
    app.url_map.converters["id"] = IdConverter
    csrf.init_app(app)
    app.before_request(begin_request)
    app.before_request(check_host)
    app.before_request(check_path)
    app.before_request(ignore_impossible_dates)
    # What is named first runs last.
    app.after_request(log_request)
    app.after_request(empty_options)
    app.after_request(add_headers)
    app.after_request(allow_origin)
    app.after_request(compress)
    app.register_blueprint(api)
    app.register_blueprint(pages)
    handle_errors(app)
    return app
