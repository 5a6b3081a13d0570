-- +goose Up

-- What a platform calls the person, to write to them; nobody else learns it.
ALTER TABLE links ADD COLUMN address_sealed ${blob};
-- They blocked us or do not follow us any more.
ALTER TABLE links ADD COLUMN gone_at ${time};
-- A session of the phone pages that was opened from a chat is that chat's.
ALTER TABLE links ADD COLUMN same_as BIGINT REFERENCES links (id);
-- A member of staff who talks to us here.
ALTER TABLE links ADD COLUMN account_id BIGINT REFERENCES accounts (id);
CREATE INDEX links_same ON links (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX links_account ON links (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX accounts_supplier ON accounts (supplier_id) WHERE supplier_id <> '';

-- The next push; NULL: nothing is pushed, the person's next message shows it.
ALTER TABLE notices ADD COLUMN due_at ${time};
-- Until then one sender has it.
ALTER TABLE notices ADD COLUMN taken_until ${time};
ALTER TABLE notices ADD COLUMN pushed ${bool} NOT NULL DEFAULT FALSE;
ALTER TABLE notices ADD COLUMN why TEXT NOT NULL DEFAULT '';
-- What is told once, however often it is found out: visit:12, hold:7.
ALTER TABLE notices ADD COLUMN once_key TEXT;
CREATE UNIQUE INDEX notices_once ON notices (once_key) WHERE once_key IS NOT NULL;
CREATE INDEX notices_due ON notices (due_at) WHERE state = 'pending' AND due_at IS NOT NULL;
CREATE INDEX notices_dead ON notices (id) WHERE state = 'dead';
CREATE INDEX notices_waiting ON notices (link_id, id) WHERE state IN ('pending', 'dead');

-- How many pushes a platform still allows to a person, by kind.
CREATE TABLE push_credits (
  link_id    BIGINT NOT NULL REFERENCES links (id),
  kind       TEXT NOT NULL,
  n          INTEGER NOT NULL CHECK (n >= 0),
  expires_at ${time} NOT NULL,
  PRIMARY KEY (link_id, kind)
);

-- What a channel must keep: access tokens, ids of uploaded pictures, an update offset, and which process polls.
CREATE TABLE keeps (
  name        TEXT PRIMARY KEY,
  sealed      ${blob},
  expires_at  ${time} NOT NULL,
  taken_until ${time} -- until then one process is fetching it anew
);

CREATE TABLE staff_codes (
  code_hash  TEXT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id),
  expires_at ${time} NOT NULL
);

-- One-time tickets that open a page from a chat.
CREATE TABLE page_tickets (
  ticket_hash TEXT PRIMARY KEY,
  link_id     BIGINT NOT NULL REFERENCES links (id),
  path        TEXT NOT NULL,
  expires_at  ${time} NOT NULL
);
CREATE INDEX page_tickets_link ON page_tickets (link_id);
