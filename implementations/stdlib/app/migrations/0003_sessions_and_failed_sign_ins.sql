CREATE TABLE sessions (
    digest TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at TEXT NOT NULL
);

CREATE INDEX sessions_user_id ON sessions (user_id);

CREATE TABLE failed_sign_ins (
    username TEXT NOT NULL,
    address TEXT NOT NULL,
    failed_at TEXT NOT NULL
);

CREATE INDEX failed_sign_ins_source
ON failed_sign_ins (username, address, failed_at);
CREATE INDEX failed_sign_ins_failed_at ON failed_sign_ins (failed_at);
