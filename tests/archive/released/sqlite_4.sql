-- messages, contacts, and where the sync stands
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    interaction_id INTEGER,
    sender_id TEXT,
    type TEXT,
    message TEXT,
    status TEXT,
    message_id TEXT,
    sent_at TEXT,
    is_read INTEGER,
    direction TEXT CHECK (direction IN ('inbound', 'outbound')),
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    deleted_at TEXT,
    sent_us INTEGER,
    sender_key TEXT,
    raw TEXT NOT NULL
);
CREATE INDEX messages_interaction_id ON messages (interaction_id) WHERE (deleted_at IS NULL);
CREATE INDEX messages_type ON messages (type) WHERE (deleted_at IS NULL);
CREATE INDEX messages_status ON messages (status) WHERE (deleted_at IS NULL);
CREATE INDEX messages_sender_key ON messages (sender_key) WHERE (deleted_at IS NULL);
CREATE INDEX messages_direction ON messages (direction, deleted_at);
CREATE INDEX messages_message_id ON messages (message_id);
CREATE INDEX messages_sent_us ON messages (sent_us);
CREATE INDEX messages_changed_at ON messages (changed_at);
CREATE INDEX messages_deleted_at ON messages (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE TABLE status_changes (
    id INTEGER NOT NULL REFERENCES messages (id),
    seen_at TEXT NOT NULL,
    old_status TEXT,
    new_status TEXT
);
CREATE INDEX status_changes_message ON status_changes (id);
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
    firstname TEXT,
    lastname TEXT,
    company TEXT,
    type TEXT,
    email TEXT,
    phone TEXT,
    updated_at TEXT,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    phone_key TEXT,
    raw TEXT NOT NULL
);
CREATE INDEX contacts_phone ON contacts (phone_key);
CREATE TABLE sync_state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sync_marks (
    mark TEXT NOT NULL,
    direction TEXT NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (mark, direction, id)
) WITHOUT ROWID;
-- words and phrases
CREATE VIRTUAL TABLE messages_words USING fts5 (message, content='messages', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER messages_words_insert AFTER INSERT ON messages BEGIN INSERT INTO messages_words (rowid, message) VALUES (new.id, new.message); END;
CREATE TRIGGER messages_words_delete AFTER DELETE ON messages BEGIN INSERT INTO messages_words (messages_words, rowid, message) VALUES ('delete', old.id, old.message); END;
CREATE TRIGGER messages_words_update AFTER UPDATE OF id, message ON messages BEGIN INSERT INTO messages_words (messages_words, rowid, message) VALUES ('delete', old.id, old.message); INSERT INTO messages_words (rowid, message) VALUES (new.id, new.message); END;
-- parts of a text
CREATE VIRTUAL TABLE messages_trigrams USING fts5 (message, content='messages', content_rowid='id', tokenize='trigram', detail=none);
CREATE TRIGGER messages_trigrams_insert AFTER INSERT ON messages BEGIN INSERT INTO messages_trigrams (rowid, message) VALUES (new.id, new.message); END;
CREATE TRIGGER messages_trigrams_delete AFTER DELETE ON messages BEGIN INSERT INTO messages_trigrams (messages_trigrams, rowid, message) VALUES ('delete', old.id, old.message); END;
CREATE TRIGGER messages_trigrams_update AFTER UPDATE OF id, message ON messages BEGIN INSERT INTO messages_trigrams (messages_trigrams, rowid, message) VALUES ('delete', old.id, old.message); INSERT INTO messages_trigrams (rowid, message) VALUES (new.id, new.message); END;
-- conversations
CREATE INDEX messages_conversations ON messages (interaction_id, sent_us, direction, is_read, status) WHERE (deleted_at IS NULL);
PRAGMA application_id = 2002871154;
PRAGMA user_version = 4;
