ALTER TABLE bookmarks ADD COLUMN folded TEXT NOT NULL DEFAULT '';

UPDATE bookmarks SET folded = fold(title, url, notes);

CREATE TABLE tags (
    bookmark_id INTEGER NOT NULL REFERENCES bookmarks (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    PRIMARY KEY (bookmark_id, name)
) WITHOUT ROWID;
