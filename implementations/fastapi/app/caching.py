"""Caching and conditional requests."""

import re
from typing import Annotated

from fastapi import Depends, Header, HTTPException

from app.bookmarks import bookmark_etag
from app.models import Bookmark
from app.permissions import CurrentBookmark

ETAG = r'(?:W/)?"[^\x00-\x20"\x7f]*"'
ETAGS = re.compile(rf"[\s,]*{ETAG}(?:\s*,[\s,]*{ETAG})*[\s,]*")


async def check_if_match(
    bookmark: CurrentBookmark,
    if_match: Annotated[list[str] | None, Header()] = None,
) -> Bookmark:
    """Refuse to change what the client has not seen."""
    condition = ",".join(if_match or ["*"])
    tags = re.findall(ETAG, condition) if ETAGS.fullmatch(condition) else []
    if condition.strip() != "*" and bookmark_etag(bookmark) not in tags:
        raise HTTPException(412, "The bookmark has changed since you read it.")
    return bookmark


UnchangedBookmark = Annotated[Bookmark, Depends(check_if_match)]
