"""Filling the account demo."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from app.management.commands.create_admin import checked_account
from app.models import Bookmark, Tag, User
from app.search import fold

WORDS = ("Routing", "Parsing", "Sessions", "Caching", "Storage")
START = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 1000  # bookmarks that are in memory at a time


class Command(BaseCommand):
    """Makes the account demo."""

    help = "make the user demo with bookmarks"

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the number of bookmarks."""
        parser.add_argument("count", type=int, metavar="N")

    def handle(self, count: int, **options: Any) -> None:
        """Give the user demo N bookmarks in place of those it has."""
        fields = checked_account("demo")
        password = make_password(fields["password"])
        with transaction.atomic():
            user, _ = User.objects.update_or_create(
                username="demo", defaults={"password": password}
            )
            user.bookmarks.all().delete()
            for first in range(1, count + 1, BATCH):
                last = min(first + BATCH, count + 1)
                insert_bookmarks(user, range(first, last))
        self.stdout.write(f"demo: {count} bookmarks")


def insert_bookmarks(user: User, numbers: range) -> None:
    """Store the bookmarks of these numbers with few statements."""
    bookmarks = Bookmark.objects.bulk_create(
        seed_bookmark(user, number) for number in numbers
    )
    Tag.objects.bulk_create(
        Tag(bookmark=bookmark, name=name)
        for bookmark, number in zip(bookmarks, numbers, strict=True)
        for name in seed_tags(number)
    )


def seed_bookmark(user: User, number: int) -> Bookmark:
    """Make up the fields of one bookmark."""
    texts = {
        "url": f"https://example.com/articles/{number}",
        "title": f"Article {number}: {WORDS[(number - 1) % len(WORDS)]}",
        "notes": "" if number % 3 else f"Note {number}",
    }
    time = START + timedelta(seconds=number)
    return Bookmark(
        user=user,
        created_at=time,
        updated_at=time,
        folded=fold(**texts),
        **texts,
    )


def seed_tags(number: int) -> list[str]:
    """Make up the tags of one bookmark."""
    tags = ["odd" if number % 2 else "even", f"topic-{number % 10}"]
    return tags if number % 5 else [*tags, "fifth"]
