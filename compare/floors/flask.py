"""The floor of Flask."""

from datetime import UTC, datetime

from app import logs
from app.bookmarks import bookmark_etag, represent_bookmark
from app.models import Bookmark, Tag, Token, User
from app.pagination import Page, link_header
from app.search import search_text
from app.settings import settings
from app.storage import make_engine
from app.tokens import digest
from app.validation import BookmarkFields, BookmarkQuery
from flask import Flask, Response, g, jsonify, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

PRIVATE = "private, no-cache"
app = Flask(__name__)
engine = make_engine(settings.DATABASE_URL, settings.THREADS)
writer = engine.execution_options(writing=True)


@app.get("/healthz")
def hello() -> dict:
    """Answer without looking at anything."""
    return {"status": "ok"}


@app.get("/checked/api/bookmarks/<int:id>")
def check_show_bookmark(id: int) -> dict:
    """Route and validate, and stop there."""
    return {"status": "ok"}


@app.get("/checked/api/bookmarks")
def check_list_bookmarks() -> dict:
    """Route and validate, and stop there."""
    BookmarkQuery.model_validate(request.args.to_dict())
    return {"status": "ok"}


@app.post("/checked/api/bookmarks")
def check_create_bookmark() -> dict:
    """Route and validate, and stop there."""
    BookmarkFields.model_validate(request.get_json())
    return {"status": "ok"}


@app.get("/api/bookmarks/<int:id>")
def show_bookmark(id: int) -> Response:
    """Show one bookmark."""
    with Session(engine) as db:
        user = find_user(db)
        query = select(Bookmark).filter_by(user_id=user.id, id=id)
        return answer(db.scalars(query).one())


@app.get("/api/bookmarks")
def list_bookmarks() -> Response:
    """List one page of the user's bookmarks."""
    query = BookmarkQuery.model_validate(request.args.to_dict())
    with Session(engine) as db:
        rows = select(Bookmark).where(Bookmark.user_id == find_user(db).id)
        total = db.scalar(select(func.count()).select_from(rows.subquery()))
        rows = rows.order_by(Bookmark.created_at.desc(), Bookmark.id.desc())
        rows = rows.limit(query.per_page)
        rows = rows.offset((query.page - 1) * query.per_page)
        response = jsonify(
            items=[represent_bookmark(row) for row in db.scalars(rows)],
            page=query.page,
            per_page=query.per_page,
            total=total,
        )
    page = Page((), query.page, query.per_page, total)
    response.headers["Link"] = link_header(page)
    response.headers["Cache-Control"] = PRIVATE
    response.headers["Vary"] = "Accept-Encoding"
    response.add_etag()
    return response


@app.post("/api/bookmarks")
def create_bookmark() -> tuple[Response, int]:
    """Create a bookmark."""
    fields = BookmarkFields.model_validate(request.get_json())
    now = datetime.now(UTC)
    with Session(writer, expire_on_commit=False) as db:
        bookmark = Bookmark(
            user_id=find_user(db).id,
            url=fields.url,
            title=fields.title,
            notes=fields.notes,
            created_at=now,
            updated_at=now,
            folded=search_text(fields.title, fields.url, fields.notes),
            tag_rows={Tag(name=name) for name in fields.tags},
        )
        db.add(bookmark)
        db.flush()
        own = select(Bookmark.id).filter_by(user_id=bookmark.user_id)
        db.scalar(select(func.count()).select_from(own.subquery()))
        db.commit()
        response = answer(bookmark)
    response.headers["Location"] = url_for("show_bookmark", id=bookmark.id)
    return response, 201


def answer(bookmark: Bookmark) -> Response:
    """Answer with one bookmark."""
    response = jsonify(represent_bookmark(bookmark))
    response.set_etag(bookmark_etag(bookmark))
    response.headers["Cache-Control"] = PRIVATE
    return response


def find_user(db: Session) -> User:
    """Return the user whose token was sent."""
    query = select(Token).join(Token.user).options(contains_eager(Token.user))
    query = query.where(Token.digest == digest(request.authorization.token))
    query = query.where(Token.expires_at > datetime.now(UTC))
    user = db.scalars(query).one().user
    g.user_id = user.id
    return user


def make_floor() -> Flask:
    """Add what every answer has: its line in the log, its id, a header."""
    app.config["LOG_LEVEL"] = settings.LOG_LEVEL
    logs.init_app(app)
    app.after_request(add_header)
    return app


def add_header(response: Response) -> Response:
    """Keep browsers from guessing types."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
