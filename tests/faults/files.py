"""The faults of importing and exporting."""

from faults.fault import fault

# Importing

fault(
    "an import counts too much",
    "IMPORTING-1",
    (
        "api.py",
        "return json_response(200, counts)",
        'return json_response(200, {**counts, "total": len(entries)})',
    ),
    also="EXPORTING-1 EXPORTING-3 IMPORTING-2 IMPORTING-3 "
    "IMPORTING-4 IMPORTING-5 IMPORTING-11",
)
fault(
    "an import answers 201",
    "IMPORTING-1",
    (
        "api.py",
        "return json_response(200, counts)",
        "return json_response(201, counts)",
    ),
    also="EXPORTING-1 EXPORTING-3 EXPORTING-4 IMPORTING-2 "
    "IMPORTING-3 IMPORTING-4 IMPORTING-5 IMPORTING-11",
)
fault(
    "what is imported is of now",
    "IMPORTING-2",
    (
        "importing.py",
        "timestamp(entry.created_at or datetime.now(UTC))",
        "timestamp(datetime.now(UTC))",
    ),
    also="EXPORTING-4",
    sometimes="EXPORTING-3",
)
fault(
    "references stay as they are",
    "IMPORTING-2",
    (
        "bookmark_file.py",
        "lambda found: unescape(found[0])",
        "lambda found: found[0]",
    ),
    also="EXPORTING-3",
)
fault(
    "names of tags in mixed case are unknown",
    "IMPORTING-2",
    (
        "bookmark_file.py",
        'name = (markup["name"] or "").lower()',
        'name = markup["name"] or ""\n'
        "        name = name.lower() if name.isupper() else name",
    ),
)
fault(
    "no notes are read",
    "IMPORTING-2",
    ("bookmark_file.py", "self.entry.notes = text[:1000]", "pass"),
    also="IMPORTING-1 EXPORTING-3",
)
fault(
    "only the innermost folder",
    "IMPORTING-3",
    (
        "bookmark_file.py",
        "self.next = add_tags(self.tags, [text])",
        "self.next = add_tags([], [text])",
    ),
)
fault(
    "a browser's own roots are tags",
    "IMPORTING-3",
    (
        "bookmark_file.py",
        'root = name == "h1" or ROOTS & read_attributes(attributes).keys()',
        'root = name == "h1"',
    ),
)
fault(
    "folders come last",
    "IMPORTING-3",
    (
        "bookmark_file.py",
        'add_tags(self.tags, given.get("tags", "").split(","))',
        'add_tags(add_tags([], given.get("tags", "").split(",")), self.tags)',
    ),
)
fault(
    "NUL stays",
    "IMPORTING-4",
    ("bookmark_file.py", 'text.replace("\\0", "")', "text"),
)
fault(
    "long titles are not cut",
    "IMPORTING-4",
    ("bookmark_file.py", "text.strip()[:300].rstrip()", "text.strip()"),
)
fault(
    "a missing title stays missing",
    "IMPORTING-4",
    ("bookmark_file.py", "title or self.entry.title", "title"),
)
fault(
    "thirty tags",
    "IMPORTING-4",
    ("bookmark_file.py", "len(tags) < 20", "len(tags) < 30"),
)
fault(
    "dates without end",
    "IMPORTING-4",
    ("bookmark_file.py", "1 <= int(text) <= LAST_SECOND", "1 <= int(text)"),
)
fault(
    "any URL is imported",
    "IMPORTING-5",
    ("importing.py", " and is_url(entry.url):", ":"),
    also="PAGES-12",
)
fault(
    "what is skipped is not counted",
    "IMPORTING-5",
    ("api.py", '"skipped": len(entries) - created', '"skipped": 0'),
    ("pages.py", '"skipped": len(entries) - created', '"skipped": 0'),
    also="EXPORTING-3 PAGES-12",
)
fault(
    "an import is stored a hundred at a time",
    "IMPORTING-6",
    (
        "importing.py",
        "            created += 1\n",
        "            created += 1\n"
        "            if created % 100 == 0:\n"
        '                db.execute("COMMIT")\n'
        '                db.execute("BEGIN IMMEDIATE")\n',
    ),
)
fault(
    "a file of any field",
    "IMPORTING-7",
    (
        "importing.py",
        'files.get("file", [])',
        "sum(files.values(), [])",
    ),
)
fault(
    "files that are not UTF-8 are mended",
    "IMPORTING-7",
    (
        "importing.py",
        'decode("utf-8-sig")',
        'decode("utf-8-sig", "replace")',
    ),
)
fault(
    "any file is a bookmark file",
    "IMPORTING-7",
    ("bookmark_file.py", "raise NotABookmarkFile", "return []"),
)
fault(
    "any Content-Type is a form",
    "IMPORTING-7",
    (
        "framework/bodies.py",
        'if kind != "multipart/form-data":',
        "if False:",
    ),
)
fault(
    "5,000 bookmarks are enough",
    "IMPORTING-8",
    (
        "bookmark_file.py",
        "return reader.entries",
        "return reader.entries[:5000]",
    ),
)
fault(
    "imports without limit",
    "IMPORTING-9",
    (
        "api.py",
        "read_multipart(request, settings.max_import_bytes)",
        "read_multipart(request, 10**18)",
    ),
    also="IMPORTING-12",
)
fault(
    "an import reads before it asks who it is",
    "IMPORTING-10",
    (
        "api.py",
        "        authenticate(request, db)  # before the body, which may be"
        " large",
        "        pass",
    ),
)
fault(
    "an uploaded file is kept under its name",
    "IMPORTING-11",
    (
        "framework/multipart.py",
        "            return Part(",
        '            name = parameters.get("filename", "x").encode()\n'
        "            path = re.sub(rb'[^a-z0-9]', b'_', b'up-' + name[:99])\n"
        '            with open(path, "wb") as file:\n'
        "                file.write(content)\n"
        "            return Part(",
    ),
)
fault(
    "the name of an uploaded file in a header",
    "IMPORTING-11",
    (
        "framework/multipart.py",
        "            return Part(",
        '            NAMES.append(parameters.get("filename", ""))\n'
        "            return Part(",
    ),
    (
        "framework/multipart.py",
        "MAX_PARTS = 1000",
        "MAX_PARTS = 1000\nNAMES = []",
    ),
    (
        "api.py",
        "return json_response(200, counts)",
        "from app.framework.multipart import NAMES\n"
        "    name = ascii(NAMES[-1])\n"
        '    return json_response(200, counts, {"X-File": name})',
    ),
)

# Exporting

fault(
    "ndjson is the default",
    "EXPORTING-1",
    (
        "validation.py",
        'Field(one_of("html", "ndjson"), "html")',
        'Field(one_of("html", "ndjson"), "ndjson")',
    ),
    also="EXPORTING-3 EXPORTING-5 EXPORTING-4",
)
fault(
    "any format is html",
    "EXPORTING-1",
    (
        "validation.py",
        'Field(one_of("html", "ndjson"), "html")',
        'Field(lambda form: form if form == "ndjson" else "html", "html")',
    ),
)
fault(
    "ndjson says nothing of notes",
    "EXPORTING-1",
    (
        "exporting.py",
        "json.dumps(bookmark, ",
        'json.dumps({k: bookmark[k] for k in bookmark if k != "notes"}, ',
    ),
)
fault(
    "an export is a page",
    "EXPORTING-2",
    ("exporting.py", "attachment; filename", "inline; filename"),
    also="EXPORTING-1 EXPORTING-3 EXPORTING-4 EXPORTING-5 EXPORTING-7",
)
fault(
    "an export without tags",
    "EXPORTING-3",
    (
        "bookmark_file.py",
        'tags = encode(",".join(bookmark["tags"]))',
        'tags = ""',
    ),
    also="EXPORTING-5",
)
fault(
    "an export without times",
    "EXPORTING-3",
    (
        "bookmark_file.py",
        """ ADD_DATE="{seconds(bookmark["created_at"])}"'""",
        "'",
    ),
    also="EXPORTING-5",
)
fault(
    "an export in the order of ids",
    "EXPORTING-4",
    ("bookmarks.py", "ORDER BY created_at, id", "ORDER BY id"),
)
fault(
    "an export of everybody",
    "EXPORTING-4",
    (
        "bookmarks.py",
        "WHERE user_id = ?\n        ORDER BY",
        "WHERE user_id = ? OR 1\n        ORDER BY",
    ),
    also="EXPORTING-1 EXPORTING-3 EXPORTING-5",
)
fault(
    "an export as it is",
    "EXPORTING-5",
    ("bookmark_file.py", "        escape(text),\n", "        text,\n"),
    also="EXPORTING-3",
)
fault(
    "line breaks are exported as they are",
    "EXPORTING-5",
    ("bookmark_file.py", r'r"[\t\n\f\r]|\A +| \Z"', 'r"\\t"'),
    also="EXPORTING-3",
)
fault(
    "an export is read whole",
    "EXPORTING-6",
    (
        "exporting.py",
        "while rows := cursor.fetchmany(BATCH):",
        "if rows := cursor.fetchall():",
    ),
)
fault(
    "an export is written whole",
    "EXPORTING-6",
    (
        "exporting.py",
        "return Response(200, headers, export_lines(user_id, kind))",
        'whole = b"".join(export_lines(user_id, kind))\n'
        "    return Response(200, headers, (part for part in [whole]))",
    ),
)
fault(
    "HEAD counts the bookmarks of an export",
    "EXPORTING-7",
    (
        "exporting.py",
        "    return Response(200, headers, export_lines",
        "    with reading() as db:\n"
        '        db.execute("SELECT count(*) FROM bookmarks")\n'
        "    return Response(200, headers, export_lines",
    ),
)
fault(
    "an export is never done",
    "EXPORTING-8",
    (
        "exporting.py",
        "    with reading() as db:\n",
        "    from app.settings import settings\n"
        "    from app.storage import connect\n"
        "    db = connect(settings.database_url)\n"
        "    KEPT.append(db)\n"
        "    if True:\n"
        '        db.execute("BEGIN")\n',
    ),
    ("exporting.py", "BATCH = 100", "KEPT = []\nBATCH = 100"),
)
fault(
    "an export keeps writers out",
    "EXPORTING-8",
    (
        "exporting.py",
        "from app.storage import reading",
        "from app.storage import writing as reading",
    ),
)
