CREATE TABLE IF NOT EXISTS wacr_migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    taken BOOLEAN NOT NULL
);
-- messages, contacts, and where the sync stands
CREATE TABLE messages (
    id BIGINT PRIMARY KEY,
    interaction_id BIGINT,
    sender_id TEXT,
    type TEXT,
    message TEXT,
    status TEXT,
    message_id TEXT,
    sent_at TEXT,
    is_read BOOLEAN,
    direction TEXT CHECK (direction IN ('inbound', 'outbound')),
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    deleted_at TEXT,
    sent_us BIGINT,
    sender_key TEXT,
    raw TEXT NOT NULL,
    message_key TEXT,
    words TSVECTOR
);
CREATE INDEX messages_interaction_id ON messages (interaction_id, id) WHERE deleted_at IS NULL;
CREATE INDEX messages_type ON messages (type, id) WHERE deleted_at IS NULL;
CREATE INDEX messages_status ON messages (status, id) WHERE deleted_at IS NULL;
CREATE INDEX messages_sender_key ON messages (sender_key, id) WHERE deleted_at IS NULL;
CREATE INDEX messages_direction ON messages (direction, id) WHERE deleted_at IS NULL;
CREATE INDEX messages_message_id ON messages (message_id);
CREATE INDEX messages_sent_us ON messages (sent_us NULLS FIRST, id);
CREATE INDEX messages_changed_at ON messages (changed_at, id);
CREATE INDEX messages_deleted_at ON messages (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX messages_conversations ON messages (interaction_id, sent_us, direction, is_read, status, id) WHERE deleted_at IS NULL;
CREATE TABLE status_changes (
    id BIGINT NOT NULL REFERENCES messages (id),
    seen_at TEXT NOT NULL,
    old_status TEXT,
    new_status TEXT
);
CREATE TABLE contacts (
    id BIGINT PRIMARY KEY,
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
CREATE TABLE sync_state (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE sync_marks (
    mark TEXT NOT NULL,
    direction TEXT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (mark, direction, id)
);
CREATE INDEX status_changes_message ON status_changes (id);
CREATE INDEX contacts_phone ON contacts (phone_key);
INSERT INTO wacr_migrations VALUES (1, 'messages, contacts, and where the sync stands', TRUE);
-- words and phrases
CREATE INDEX messages_words ON messages USING GIN (words);
INSERT INTO wacr_migrations VALUES (2, 'words and phrases', TRUE);
-- parts of a text
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX messages_trigrams ON messages USING GIN (message_key gin_trgm_ops);
INSERT INTO wacr_migrations VALUES (3, 'parts of a text', TRUE);
