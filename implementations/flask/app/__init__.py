"""A service that keeps bookmarks."""

from flask import Flask

from app.settings import settings


def create_app() -> Flask:
    """Make the WSGI application."""
    # Loaded here, so that a bad setting is told of before all this is read.
    from app.api import api
    from app.errors import handle_errors
    from app.hosts import check_host
    from app.logs import configure_logging, log_request
    from app.routing import IdConverter, empty_options

    configure_logging()
    app = Flask(__name__, static_folder=None)
    app.config["SECRET_KEY"] = settings.secret_key
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.json.sort_keys = False
    app.url_map.merge_slashes = False
    app.url_map.converters["id"] = IdConverter
    app.before_request(check_host)
    app.after_request(log_request)
    app.after_request(empty_options)
    app.register_blueprint(api)
    handle_errors(app)
    return app
