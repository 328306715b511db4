"""The faults of importing and exporting."""

from tests.faults.fault import fault

# Importing

fault(
    "an import counts too much",
    "IMPORTING-1",
    (
        "api.py",
        "return json_response(200, result)",
        'return json_response(200, {**result, "total": len(found[0])})',
    ),
    also="IMPORTING-2 IMPORTING-3 IMPORTING-4 IMPORTING-5 IMPORTING-11 "
    "IMPORTING-15 IMPORTING-16 IMPORTING-17 IMPORTING-18",
)
fault(
    "an import answers 201",
    "IMPORTING-1",
    (
        "api.py",
        "return json_response(200, result)",
        "return json_response(201, result)",
    ),
    also="BODIES-14 EXPORTING-1 EXPORTING-3 EXPORTING-4 IMPORTING-2 "
    "IMPORTING-3 IMPORTING-4 IMPORTING-5 IMPORTING-11 IMPORTING-15 "
    "IMPORTING-16 IMPORTING-17 IMPORTING-18",
)
fault(
    "what is imported is of now",
    "IMPORTING-2",
    (
        "importing.py",
        "entry.created_at or datetime.now(UTC)",
        "datetime.now(UTC)",
    ),
    also="EXPORTING-4 IMPORTING-17",
    sometimes="EXPORTING-3",
)
fault(
    "references stay as they are",
    "IMPORTING-2",
    (
        "bookmark_file.py",
        "return unescape(found[0]) if whole else",
        "return",
    ),
    also="EXPORTING-3 IMPORTING-4",
)
fault(
    "names of tags in mixed case are unknown",
    "IMPORTING-2",
    (
        "bookmark_file.py",
        'reader.meet(markup["name"].lower(), ',
        'name = markup["name"]\n'
        "            name = name.lower() if name.isupper() else name\n"
        "            reader.meet(name, ",
    ),
)
fault(
    "no notes are read",
    "IMPORTING-2",
    (
        "bookmark_file.py",
        "self.entry.description = decode(text)[:1000].encode()",
        "pass",
    ),
    also="IMPORTING-1 IMPORTING-4 IMPORTING-16 EXPORTING-3",
)
fault(
    "only the innermost folder",
    "IMPORTING-3",
    (
        "bookmark_file.py",
        "self.next = add_tags(self.tags, [decode(text)])",
        "self.next = add_tags([], [decode(text)])",
    ),
)
fault(
    "a browser's own roots are tags",
    "IMPORTING-3",
    (
        "bookmark_file.py",
        'root = name == b"h1" or is_root(read_attributes(attributes))',
        'root = name == b"h1"',
    ),
)
fault(
    "folders come last",
    "IMPORTING-3",
    (
        "bookmark_file.py",
        'folders + own.decode().split(",")',
        'own.decode().split(",") + folders',
    ),
)
fault(
    "NUL stays",
    "IMPORTING-4",
    ("bookmark_file.py", 'data.replace(b"\\0", b"")', "data"),
)
fault(
    "long titles are not cut",
    "IMPORTING-4",
    ("bookmark_file.py", ".strip()[:300].rstrip()", ".strip()"),
)
fault(
    "a missing title stays missing",
    "IMPORTING-4",
    ("bookmark_file.py", "title or self.url[:300]", "title"),
)
fault(
    "thirty tags",
    "IMPORTING-4",
    ("bookmark_file.py", "len(tags) < 20", "len(tags) < 30"),
)
fault(
    "dates without end",
    "IMPORTING-4",
    ("bookmark_file.py", "1 <= seconds <= LAST_SECOND", "1 <= seconds"),
)
fault(
    "dates are seconds",
    "IMPORTING-2",
    (
        "bookmark_file.py",
        "for unit in (1, 1000, 1_000_000):",
        "for unit in (1,):",
    ),
)
fault(
    "a root that says it is none is one",
    "IMPORTING-3",
    (
        "bookmark_file.py",
        'given[name].lower() != b"false"',
        'given[name].lower() != b"no"',
    ),
)
fault(
    "blanks around an address stay",
    "IMPORTING-4",
    (
        "bookmark_file.py",
        'decode(given.get(b"href", b"")).strip().encode()',
        'decode(given.get(b"href", b"")).encode()',
    ),
    also="IMPORTING-1 IMPORTING-15",
)
fault(
    "a title has lines",
    "IMPORTING-4",
    ("bookmark_file.py", "text.translate(ONE_LINE)", "text"),
)
fault(
    "any URL is imported",
    "IMPORTING-5",
    ("importing.py", "if is_url(entry.url):", "if True:"),
    also="IMPORTING-1 PAGES-12",
)
fault(
    "what is skipped is not counted",
    "IMPORTING-5",
    ("importing.py", '"skipped": len(skipped)', '"skipped": 0'),
    also="EXPORTING-3 IMPORTING-1 PAGES-12",
)
fault(
    "the tags of a repeated entry are lost",
    "IMPORTING-5",
    ("bookmark_file.py", "first.tag_lists += tags", "pass"),
)
fault(
    "reasons come code by code",
    "IMPORTING-1",
    (
        "importing.py",
        "skipped = sorted(skipped + existing)",
        "skipped = skipped + existing",
    ),
    also="IMPORTING-5",
)
fault(
    "every reason is told",
    "IMPORTING-1",
    ("importing.py", "in skipped[:20]", "in skipped"),
)
fault(
    "an import is stored a hundred at a time",
    "IMPORTING-6",
    (
        "importing.py",
        '            existing.append((entry.line, "existing"))\n',
        '            existing.append((entry.line, "existing"))\n'
        "        if entry.line % 100 == 0:\n"
        '            db.execute("COMMIT")\n'
        '            db.execute("BEGIN IMMEDIATE")\n',
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
        "bookmark_file.py",
        '    for _ in iterdecode(pieces, "utf-8"):\n        pass\n',
        "",
    ),
)
fault(
    "any file is a bookmark file",
    "IMPORTING-7",
    ("bookmark_file.py", "raise NotABookmarkFile", "pass"),
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
        "list(reader.entries.values())",
        "list(reader.entries.values())[:5000]",
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
        "return json_response(200, result)",
        "from app.framework.multipart import NAMES\n"
        "    name = ascii(NAMES[-1])\n"
        '    return json_response(200, result, {"X-File": name})',
    ),
)

fault(
    "entries without end",
    "IMPORTING-13",
    ("bookmark_file.py", "raise TooManyEntries", "pass"),
)
fault(
    "repeated entries are not counted",
    "IMPORTING-13",
    (
        "bookmark_file.py",
        "if len(self.entries) + len(self.repeated) == self.most:",
        "if len(self.entries) == self.most:",
    ),
)
fault(
    "tags without end",
    "IMPORTING-14",
    (
        "importing.py",
        'refuse_excess(db, TAGS, [user_id], most, "different tags")',
        "pass",
    ),
)
fault(
    "everybody's tags count",
    "IMPORTING-14",
    (
        "importing.py",
        "refuse_excess(db, TAGS, [user_id], most,",
        'refuse_excess(db, TAGS.replace("= ?", "> 0"), [], most,',
    ),
)
fault(
    "a reference may end anywhere",
    "IMPORTING-15",
    (
        "bookmark_file.py",
        'whole = found[1].startswith("#") or found[0][1:] in html5',
        "whole = True",
    ),
    also="IMPORTING-4",
)
fault(
    "a reference in an address needs no end",
    "IMPORTING-15",
    ("bookmark_file.py", "(?:;|(?![=a-z0-9]))", ";?"),
    also="IMPORTING-2",
)
fault(
    "words run together",
    "IMPORTING-16",
    ("bookmark_file.py", 'self.add_text(b"\\n")', "pass"),
)
fault(
    "an open comment swallows the rest",
    "IMPORTING-16",
    (
        "bookmark_file.py",
        'elif markup["comment"] and start - 2 <= last:',
        'elif markup["comment"] and start - 2 > last:\n'
        "            start = len(data)\n"
        '        elif markup["comment"]:',
    ),
)
fault(
    "a list of links is no bookmark file",
    "IMPORTING-17",
    ("bookmark_file.py", 'if name in (b"dl", b"ul"):', 'if name == b"dl":'),
)
fault(
    "Pocket's dates are unknown",
    "IMPORTING-17",
    (
        "bookmark_file.py",
        'given.get(b"add_date") or given.get(b"time_added", b"")',
        'given.get(b"add_date", b"")',
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
    also="EXPORTING-3",
)
fault(
    "an export of everybody",
    "EXPORTING-4",
    (
        "bookmarks.py",
        "WHERE user_id = ? AND (created_at, id) > (?, ?)",
        "WHERE (user_id = ? OR 1) AND (created_at, id) > (?, ?)",
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
        "place, BATCH)",
        "place, 10**9)",
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
        "    while True:\n        with reading() as db:\n",
        "    from app.settings import settings\n"
        "    from app.storage import connect\n"
        "    db = connect(settings.database_url)\n"
        "    KEPT.append(db)\n"
        '    db.execute("BEGIN")\n'
        "    while True:\n"
        "        if True:\n",
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
    (
        "exporting.py",
        "        if not rows:\n            return\n        yield rows\n",
        "            if not rows:\n"
        "                return\n"
        "            yield rows\n",
    ),
)
