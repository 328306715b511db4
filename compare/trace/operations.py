"""A request for each operation and each page.

Each function makes its n-th request, and whatever that needs: an account
that can be deleted, a form with its token. Requests of one operation have
the same length, so that servers make the same calls for each.
"""

import json
from collections.abc import Callable

from compare.trace.world import (
    BOUNDARY,
    PASSWORD,
    Request,
    Visit,
    World,
    bookmark,
    bookmark_file,
    part,
)


def bearer(
    method: str,
    path: str,
    token: str,
    status: int = 200,
    document: dict | None = None,
) -> Request:
    """Make a request of the API."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if document is None:
        return Request(method, path, status, headers)
    headers["Content-Type"] = "application/json"
    return Request(
        method, path, status, headers, json.dumps(document).encode()
    )


def credentials(name: str) -> dict[str, str]:
    """Return the fields of a sign-in."""
    return {"username": name, "password": PASSWORD}


def register_user(world: World, n: int) -> Request:
    """Create an account."""
    fields = credentials(f"user{n:06}")
    return bearer("POST", "/api/users", "", 201, fields)


def create_token(world: World, n: int) -> Request:
    """Sign in."""
    return bearer("POST", "/api/tokens", "", 201, credentials("writer"))


def delete_me(world: World, n: int) -> Request:
    """Delete an account that was made for it."""
    token = world.register(f"gone{n:06}")
    return bearer("DELETE", "/api/me", token, 204)


def change_password(world: World, n: int) -> Request:
    """Change the password of an account that was made for it."""
    token = world.register(f"safe{n:06}")
    document = {"current_password": PASSWORD, "new_password": PASSWORD + "!"}
    return bearer("PUT", "/api/me/password", token, 204, document)


def delete_token(world: World, n: int) -> Request:
    """Sign out."""
    token = world.sign_in("writer")
    return bearer("DELETE", "/api/tokens/current", token, 204)


def create_bookmark(world: World, n: int) -> Request:
    """Create a bookmark with two tags."""
    fields = bookmark(n)
    return bearer("POST", "/api/bookmarks", world.token, 201, fields)


def replace_bookmark(world: World, n: int) -> Request:
    """Replace a bookmark."""
    path = f"/api/bookmarks/{world.kept}"
    return bearer("PUT", path, world.token, 200, bookmark(n))


def update_bookmark(world: World, n: int) -> Request:
    """Change the title of a bookmark."""
    path = f"/api/bookmarks/{world.kept}"
    return bearer("PATCH", path, world.token, 200, {"title": f"New {n:06}"})


def delete_bookmark(world: World, n: int) -> Request:
    """Delete a bookmark that was made for it."""
    path = f"/api/bookmarks/{world.bookmark(n, world.token)}"
    return bearer("DELETE", path, world.token, 204)


def import_bookmarks(world: World, n: int) -> Request:
    """Import a file of three bookmarks."""
    headers = {
        "Authorization": f"Bearer {world.token}",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    body = part('name="file"; filename="b.html"', bookmark_file(n))
    body += f"--{BOUNDARY}--\r\n".encode()
    return Request("POST", "/api/import", 200, headers, body)


def delete_user(world: World, n: int) -> Request:
    """Delete an account that was made for it, as an administrator."""
    fields = credentials(f"away{n:06}")
    path = f"/api/users/{world.call('/api/users', fields)['id']}"
    return bearer("DELETE", path, world.admin, 204)


def submit_login(world: World, n: int) -> Request:
    """Sign in by the form."""
    return world.visit("/login").post("/login", **credentials("writer"))


def submit_logout(world: World, n: int) -> Request:
    """Sign out by the button."""
    return world.visit("/login", "writer").post("/logout")


def submit_register(world: World, n: int) -> Request:
    """Create an account by the form."""
    fields = credentials(f"page{n:06}")
    return world.visit("/register").post("/register", **fields)


def submit_bookmark(world: World, n: int) -> Request:
    """Add a bookmark by the form."""
    fields = bookmark(n) | {"tags": "created, later"}
    return world.writing.post("/bookmarks", **fields)


def submit_edit(world: World, n: int) -> Request:
    """Change a bookmark by the form."""
    fields = bookmark(n) | {"tags": "created, later"}
    return world.writing.post(f"/bookmarks/{world.kept}/edit", **fields)


def submit_delete(world: World, n: int) -> Request:
    """Delete a bookmark that was made for it, by the form."""
    number = world.bookmark(n, world.token)
    return world.writing.post(f"/bookmarks/{number}/delete")


def submit_import(world: World, n: int) -> Request:
    """Import a file of three bookmarks by the form."""
    return world.writing.upload("/import", bookmark_file(n))


Make = Callable[[World, int], Request]


def api_get(path: str, token: str = "reader") -> Make:
    """Make requests that read from the API, `token` names whose."""
    return lambda world, n: bearer(
        "GET", path.format(world), getattr(world, token) if token else ""
    )


def page(path: str, signed_in: str = "browser") -> Make:
    """Make requests of a page, `signed_in` names the browser."""

    def make(world: World, n: int) -> Request:
        visit = getattr(world, signed_in) if signed_in else Visit(world.url)
        return visit.get(path.format(world))

    return make


# In the order of the spec, then the pages.
OPERATIONS: dict[str, Make] = {
    "show_health": api_get("/healthz", ""),
    "show_readiness": api_get("/readyz", ""),
    "register_user": register_user,
    "list_users": api_get("/api/users?per_page=5", "admin"),
    "show_me": api_get("/api/me"),
    "delete_me": delete_me,
    "change_password": change_password,
    "create_token": create_token,
    "delete_token": delete_token,
    "list_bookmarks": api_get("/api/bookmarks"),
    "create_bookmark": create_bookmark,
    "show_bookmark": api_get("/api/bookmarks/{0.kept}", "token"),
    "replace_bookmark": replace_bookmark,
    "update_bookmark": update_bookmark,
    "delete_bookmark": delete_bookmark,
    "list_tags": api_get("/api/tags"),
    "import_bookmarks": import_bookmarks,
    "export_bookmarks": api_get("/api/export"),
    "delete_user": delete_user,
    "show_openapi": api_get("/api/openapi.json", ""),
    "show_home": page("/"),
    "show_login": page("/login", ""),
    "submit_login": submit_login,
    "submit_logout": submit_logout,
    "show_register": page("/register", ""),
    "submit_register": submit_register,
    "submit_bookmark": submit_bookmark,
    "show_edit": page("/bookmarks/{0.kept}/edit", "writing"),
    "submit_edit": submit_edit,
    "show_delete": page("/bookmarks/{0.kept}/delete", "writing"),
    "submit_delete": submit_delete,
    "show_import": page("/import"),
    "submit_import": submit_import,
    "show_export": page("/export"),
}
