-- +goose Up

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE programmes (
  id           TEXT PRIMARY KEY,
  no           INTEGER NOT NULL UNIQUE CHECK (no BETWEEN 1 AND 255),
  title        TEXT NOT NULL,
  home         TEXT NOT NULL,
  host         TEXT NOT NULL,
  valid_from   TEXT NOT NULL,
  valid_to     TEXT NOT NULL CHECK (valid_to >= valid_from),
  announced_on TEXT NOT NULL,
  controller   TEXT NOT NULL,
  contact      TEXT NOT NULL,
  clauses      TEXT NOT NULL,
  holidays     TEXT NOT NULL,
  workdays     TEXT NOT NULL,
  zone         TEXT NOT NULL,
  keep_days    INTEGER NOT NULL CHECK (keep_days >= 0),
  version      INTEGER NOT NULL
);

CREATE TABLE spots (
  id             TEXT PRIMARY KEY,
  no             INTEGER NOT NULL UNIQUE CHECK (no BETWEEN 1 AND 255),
  name           TEXT NOT NULL,
  aliases        TEXT NOT NULL,
  grade          TEXT NOT NULL,
  town           TEXT NOT NULL,
  hours          TEXT NOT NULL,
  intro          TEXT NOT NULL,
  bring          TEXT NOT NULL,
  tickets        TEXT NOT NULL,
  list_price_fen BIGINT CHECK (list_price_fen >= 0),
  closed         TEXT NOT NULL,
  photo          TEXT NOT NULL,
  sort           INTEGER NOT NULL,
  version        INTEGER NOT NULL
);

CREATE TABLE offers (
  id               TEXT PRIMARY KEY,
  programme_id     TEXT NOT NULL REFERENCES programmes (id),
  spot_id          TEXT NOT NULL REFERENCES spots (id),
  kind             TEXT NOT NULL CHECK (kind IN ('free', 'percent', 'fixed')),
  pay_percent      INTEGER NOT NULL CHECK (pay_percent BETWEEN 0 AND 100),
  fixed_fen        BIGINT CHECK (fixed_fen >= 0),
  rounding         TEXT NOT NULL CHECK (rounding IN ('fen', 'yuan_down', 'yuan_up')),
  clause_text      TEXT NOT NULL,
  components       TEXT NOT NULL,
  valid_from       TEXT NOT NULL,
  valid_to         TEXT NOT NULL,
  per_day          INTEGER CHECK (per_day >= 1),
  per_spot         INTEGER CHECK (per_spot >= 1),
  total            INTEGER CHECK (total >= 1),
  daily_quota      INTEGER CHECK (daily_quota >= 0),
  max_party        INTEGER CHECK (max_party BETWEEN 1 AND 20),
  advance_days     INTEGER CHECK (advance_days >= 0),
  blackout         TEXT NOT NULL,
  holiday_blackout ${bool} NOT NULL,
  paused           ${bool} NOT NULL,
  version          INTEGER NOT NULL,
  UNIQUE (programme_id, spot_id)
);

CREATE TABLE residents (
  id            ${id},
  document_kind TEXT NOT NULL,
  number_hash   TEXT NOT NULL UNIQUE,
  name_hash     TEXT NOT NULL,
  number_sealed ${blob},
  name_sealed   ${blob},
  phone_sealed  ${blob},
  masked_number TEXT NOT NULL,
  masked_name   TEXT NOT NULL,
  town          TEXT NOT NULL,
  created_at    ${time} NOT NULL,
  erased_at     ${time}
);

CREATE TABLE links (
  id          ${id},
  channel     TEXT NOT NULL,
  user_hash   TEXT NOT NULL,
  resident_id BIGINT REFERENCES residents (id),
  created_at  ${time} NOT NULL,
  seen_at     ${time} NOT NULL,
  UNIQUE (channel, user_hash)
);
CREATE INDEX links_resident ON links (resident_id);

CREATE TABLE link_codes (
  code_hash   TEXT PRIMARY KEY,
  resident_id BIGINT NOT NULL REFERENCES residents (id),
  expires_at  ${time} NOT NULL
);

CREATE TABLE link_tries (
  id       ${id},
  link_id  BIGINT NOT NULL REFERENCES links (id),
  tried_at ${time} NOT NULL
);
CREATE INDEX link_tries_at ON link_tries (tried_at);

CREATE TABLE roster (
  id            ${id},
  programme_id  TEXT NOT NULL REFERENCES programmes (id),
  number_hash   TEXT NOT NULL,
  name_hash     TEXT NOT NULL,
  name_sealed   ${blob},
  masked_number TEXT NOT NULL,
  masked_name   TEXT NOT NULL,
  town          TEXT NOT NULL,
  village       TEXT NOT NULL,
  imported_at   ${time} NOT NULL,
  UNIQUE (programme_id, number_hash)
);

CREATE TABLE consents (
  id           ${id},
  link_id      BIGINT NOT NULL REFERENCES links (id),
  resident_id  BIGINT REFERENCES residents (id),
  kind         TEXT NOT NULL CHECK (kind IN ('sensitive', 'sharing', 'guardian')),
  version      INTEGER NOT NULL,
  given_at     ${time} NOT NULL,
  withdrawn_at ${time}
);
CREATE UNIQUE INDEX consents_live ON consents (link_id, kind, version) WHERE withdrawn_at IS NULL;
CREATE INDEX consents_resident ON consents (resident_id);

CREATE TABLE eligibility (
  id           ${id},
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  resident_id  BIGINT NOT NULL REFERENCES residents (id),
  state        TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'refused', 'lapsed')),
  basis        TEXT NOT NULL CHECK (basis IN ('roster', 'evidence', 'officer')),
  until        TEXT NOT NULL,
  note         TEXT NOT NULL,
  decided_by   BIGINT,
  asked_at     ${time} NOT NULL,
  decided_at   ${time},
  UNIQUE (programme_id, resident_id)
);
CREATE INDEX eligibility_queue ON eligibility (state, asked_at);

CREATE TABLE evidence (
  id             ${id},
  eligibility_id BIGINT NOT NULL REFERENCES eligibility (id),
  text_sealed    ${blob},
  photo_sealed   ${blob},
  created_at     ${time} NOT NULL
);
CREATE INDEX evidence_case ON evidence (eligibility_id);

CREATE TABLE vouchers (
  id           ${id},
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  offer_id     TEXT NOT NULL REFERENCES offers (id),
  spot_id      TEXT NOT NULL REFERENCES spots (id),
  resident_id  BIGINT NOT NULL REFERENCES residents (id),
  link_id      BIGINT NOT NULL REFERENCES links (id),
  party        INTEGER NOT NULL CHECK (party BETWEEN 1 AND 20),
  admitted     INTEGER NOT NULL CHECK (admitted BETWEEN 0 AND party),
  visit_day    TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('issued', 'redeemed', 'cancelled', 'revoked')),
  pay_each_fen BIGINT CHECK (pay_each_fen >= 0),
  key_id       INTEGER NOT NULL,
  request_key  TEXT NOT NULL,
  claimed_at   ${time} NOT NULL,
  ended_at     ${time},
  CHECK (state <> 'redeemed' OR admitted = party),
  UNIQUE (resident_id, request_key)
);
-- One live voucher per person, spot and day, whatever a race says.
CREATE UNIQUE INDEX vouchers_live ON vouchers (resident_id, offer_id, visit_day) WHERE state IN ('issued', 'redeemed');
CREATE INDEX vouchers_day ON vouchers (spot_id, visit_day);

-- How many people have claimed an offer for a day: the row that a quota is guarded on.
CREATE TABLE offer_days (
  offer_id TEXT NOT NULL REFERENCES offers (id),
  day      TEXT NOT NULL,
  claimed  INTEGER NOT NULL CHECK (claimed >= 0),
  PRIMARY KEY (offer_id, day)
);

CREATE TABLE redemptions (
  id          ${id},
  scan_id     TEXT NOT NULL UNIQUE,
  voucher_id  BIGINT REFERENCES vouchers (id),
  spot_id     TEXT NOT NULL REFERENCES spots (id),
  gate        TEXT NOT NULL,
  device      TEXT NOT NULL,
  staff_id    BIGINT NOT NULL,
  verdict     TEXT NOT NULL CHECK (verdict IN ('ok', 'partial', 'check', 'refused')),
  reason      TEXT NOT NULL,
  people      INTEGER NOT NULL CHECK (people >= 0),
  admitted    INTEGER NOT NULL CHECK (admitted >= 0),
  collect_fen BIGINT NOT NULL CHECK (collect_fen >= 0),
  by_number   ${bool} NOT NULL,
  scanned_at  ${time} NOT NULL,
  arrived_at  ${time} NOT NULL,
  answer      ${blob} NOT NULL,
  annulled_at ${time},
  CHECK (admitted = 0 OR voucher_id IS NOT NULL)
);
CREATE INDEX redemptions_voucher ON redemptions (voucher_id);
CREATE INDEX redemptions_spot ON redemptions (spot_id, arrived_at);

CREATE TABLE suppliers (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  town         TEXT NOT NULL,
  intro        TEXT NOT NULL,
  licence_kind TEXT NOT NULL CHECK (licence_kind IN ('SC', 'JY', 'YB', 'none')),
  licence      TEXT NOT NULL,
  uscc         TEXT NOT NULL,
  contact      TEXT NOT NULL,
  phone_sealed ${blob},
  ship_from    TEXT NOT NULL,
  approved     ${bool} NOT NULL,
  created_at   ${time} NOT NULL,
  version      INTEGER NOT NULL
);

CREATE TABLE categories (
  id   TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  sort INTEGER NOT NULL
);

CREATE TABLE products (
  id               TEXT PRIMARY KEY,
  supplier_id      TEXT NOT NULL REFERENCES suppliers (id),
  name             TEXT NOT NULL,
  aliases          TEXT NOT NULL,
  category         TEXT NOT NULL REFERENCES categories (id),
  intro            TEXT NOT NULL,
  origin           TEXT NOT NULL,
  storage          TEXT NOT NULL,
  shelf_life_days  INTEGER CHECK (shelf_life_days > 0),
  ingredients      TEXT NOT NULL,
  net              TEXT NOT NULL,
  fresh            ${bool} NOT NULL,
  seven_day_return ${bool} NOT NULL,
  assistance       ${bool} NOT NULL,
  season_from      TEXT NOT NULL,
  season_to        TEXT NOT NULL,
  ship_by          TEXT NOT NULL,
  photo            TEXT NOT NULL,
  state            TEXT NOT NULL CHECK (state IN ('draft', 'in_review', 'listed', 'paused', 'withdrawn')),
  sort             INTEGER NOT NULL,
  created_at       ${time} NOT NULL,
  version          INTEGER NOT NULL
);
CREATE INDEX products_shop ON products (state, sort, id);
CREATE INDEX products_supplier ON products (supplier_id, sort, id);
CREATE INDEX products_category ON products (category, state, sort, id);

-- What a search finds a product by: characters, pairs of characters, pinyin, initials.
CREATE TABLE product_terms (
  term       TEXT ${c} NOT NULL,
  product_id TEXT NOT NULL REFERENCES products (id),
  PRIMARY KEY (term, product_id)
);
CREATE INDEX product_terms_product ON product_terms (product_id);

CREATE TABLE skus (
  id         TEXT PRIMARY KEY,
  product_id TEXT NOT NULL REFERENCES products (id),
  pack       TEXT NOT NULL,
  unit       TEXT NOT NULL,
  price_fen  BIGINT NOT NULL CHECK (price_fen > 0),
  grams      INTEGER NOT NULL CHECK (grams >= 0),
  on_hand    INTEGER NOT NULL,
  reserved   INTEGER NOT NULL CHECK (reserved >= 0),
  "off"      ${bool} NOT NULL,
  sort       INTEGER NOT NULL,
  CHECK (reserved <= on_hand)
);
CREATE INDEX skus_product ON skus (product_id, sort);

CREATE TABLE photos (
  path       TEXT PRIMARY KEY,
  mime       TEXT NOT NULL,
  content    ${blob} NOT NULL,
  owner      TEXT NOT NULL,
  created_at ${time} NOT NULL
);

CREATE TABLE basket_lines (
  link_id  BIGINT NOT NULL REFERENCES links (id),
  sku_id   TEXT NOT NULL REFERENCES skus (id),
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  added_at ${time} NOT NULL,
  request_key TEXT, -- of what was added last by a request that may come again
  PRIMARY KEY (link_id, sku_id)
);

-- The address a buyer used last, offered again.
CREATE TABLE addresses (
  link_id    BIGINT PRIMARY KEY REFERENCES links (id),
  sealed     ${blob} NOT NULL,
  masked     TEXT NOT NULL,
  updated_at ${time} NOT NULL
);

CREATE TABLE checkouts (
  id          ${id},
  link_id     BIGINT NOT NULL REFERENCES links (id),
  request_key TEXT NOT NULL,
  total_fen   BIGINT NOT NULL CHECK (total_fen > 0),
  placed_at   ${time} NOT NULL,
  UNIQUE (link_id, request_key)
);

CREATE TABLE orders (
  id             ${id},
  no             TEXT NOT NULL UNIQUE,
  checkout_id    BIGINT NOT NULL REFERENCES checkouts (id),
  link_id        BIGINT NOT NULL REFERENCES links (id),
  supplier_id    TEXT NOT NULL REFERENCES suppliers (id),
  state          TEXT NOT NULL CHECK (state IN ('pending_payment', 'confirmed', 'expired', 'cancelled', 'completed', 'closed_refunded')),
  payment_state  TEXT NOT NULL CHECK (payment_state IN ('unpaid', 'paid', 'part_refunded', 'refunded')),
  total_fen      BIGINT NOT NULL CHECK (total_fen > 0),
  address_sealed ${blob},
  address_masked TEXT NOT NULL,
  note_sealed    ${blob},
  expires_at     ${time} NOT NULL,
  placed_at      ${time} NOT NULL,
  confirmed_at   ${time},
  ended_at       ${time},
  CHECK (state NOT IN ('confirmed', 'completed') OR payment_state <> 'unpaid')
);
CREATE INDEX orders_link ON orders (link_id, id);
CREATE INDEX orders_supplier ON orders (supplier_id, id);
CREATE INDEX orders_checkout ON orders (checkout_id);
CREATE INDEX orders_due ON orders (expires_at) WHERE state = 'pending_payment';
CREATE INDEX orders_to_ship ON orders (supplier_id, id) WHERE state = 'confirmed';
CREATE INDEX orders_placed ON orders (placed_at);

CREATE TABLE order_lines (
  id           ${id},
  order_id     BIGINT NOT NULL REFERENCES orders (id),
  sku_id       TEXT NOT NULL REFERENCES skus (id),
  product_id   TEXT NOT NULL,
  product_name TEXT NOT NULL,
  pack         TEXT NOT NULL,
  unit         TEXT NOT NULL,
  price_fen    BIGINT NOT NULL CHECK (price_fen > 0),
  quantity     INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  held         INTEGER NOT NULL CHECK (held >= 0),
  shipped      INTEGER NOT NULL CHECK (shipped >= 0),
  CHECK (held + shipped <= quantity),
  UNIQUE (order_id, sku_id)
);
CREATE INDEX order_lines_sku ON order_lines (sku_id);

CREATE TABLE stock_moves (
  id       ${id},
  sku_id   TEXT NOT NULL REFERENCES skus (id),
  kind     TEXT NOT NULL CHECK (kind IN ('restock', 'sale', 'return', 'correct')),
  quantity INTEGER NOT NULL CHECK (quantity <> 0),
  order_id BIGINT REFERENCES orders (id),
  actor    TEXT NOT NULL,
  at       ${time} NOT NULL
);
CREATE INDEX stock_moves_sku ON stock_moves (sku_id, id);

CREATE TABLE payments (
  id         ${id},
  provider   TEXT NOT NULL,
  ref        TEXT NOT NULL,
  order_no   TEXT NOT NULL,
  order_id   BIGINT REFERENCES orders (id),
  amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
  stray      ${bool} NOT NULL,
  paid_at    ${time} NOT NULL,
  booked_at  ${time} NOT NULL,
  UNIQUE (provider, ref)
);
-- An order is confirmed by one payment; any further one is stray.
CREATE UNIQUE INDEX payments_order ON payments (order_id) WHERE NOT stray;
CREATE INDEX payments_order_all ON payments (order_id);

CREATE TABLE refunds (
  id          ${id},
  no          TEXT NOT NULL UNIQUE,
  payment_id  BIGINT NOT NULL REFERENCES payments (id),
  order_id    BIGINT REFERENCES orders (id),
  amount_fen  BIGINT NOT NULL CHECK (amount_fen > 0),
  reason      TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('refunding', 'refunded', 'failed')),
  tries       INTEGER NOT NULL,
  next_try_at ${time} NOT NULL,
  asked_at    ${time} NOT NULL,
  ended_at    ${time}
);
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_order ON refunds (order_id);
CREATE INDEX refunds_due ON refunds (next_try_at) WHERE state = 'refunding';
CREATE INDEX refunds_failed ON refunds (id) WHERE state = 'failed';

-- A tracking number belongs to the supplier that used it first.
CREATE TABLE tracking_numbers (
  carrier     TEXT NOT NULL,
  tracking_no TEXT NOT NULL,
  supplier_id TEXT NOT NULL REFERENCES suppliers (id),
  PRIMARY KEY (carrier, tracking_no),
  UNIQUE (carrier, tracking_no, supplier_id)
);

CREATE TABLE shipments (
  id          ${id},
  order_id    BIGINT NOT NULL REFERENCES orders (id),
  supplier_id TEXT NOT NULL REFERENCES suppliers (id),
  carrier     TEXT NOT NULL,
  tracking_no TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('packing', 'shipped', 'in_transit', 'delivered', 'accepted', 'problem', 'returning', 'lost')),
  shipped_at  ${time} NOT NULL,
  accepted_at ${time},
  UNIQUE (order_id, carrier, tracking_no),
  FOREIGN KEY (carrier, tracking_no, supplier_id) REFERENCES tracking_numbers (carrier, tracking_no, supplier_id)
);
CREATE INDEX shipments_open ON shipments (shipped_at) WHERE accepted_at IS NULL;

CREATE TABLE shipment_lines (
  shipment_id   BIGINT NOT NULL REFERENCES shipments (id),
  order_line_id BIGINT NOT NULL REFERENCES order_lines (id),
  quantity      INTEGER NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (shipment_id, order_line_id)
);

CREATE TABLE accounts (
  id            ${id},
  login         TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  role          TEXT NOT NULL CHECK (role IN ('gate', 'supplier', 'officer', 'admin')),
  spot_id       TEXT NOT NULL,
  supplier_id   TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  demo          ${bool} NOT NULL,
  failed        INTEGER NOT NULL,
  locked_until  ${time},
  created_at    ${time} NOT NULL,
  CHECK (role <> 'supplier' OR supplier_id <> '')
);

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id),
  created_at ${time} NOT NULL,
  expires_at ${time} NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- A talk's state and what was said last, sealed; opaque to everything but the bot.
CREATE TABLE talks (
  link_id    BIGINT PRIMARY KEY REFERENCES links (id),
  sealed     ${blob} NOT NULL,
  version    INTEGER NOT NULL,
  updated_at ${time} NOT NULL
);

-- One row per message that came in: the same id again is given the stored answer.
CREATE TABLE chat_messages (
  link_id    BIGINT NOT NULL REFERENCES links (id),
  message_id TEXT NOT NULL,
  answer     ${blob},
  came_at    ${time} NOT NULL,
  PRIMARY KEY (link_id, message_id)
);
CREATE INDEX chat_messages_age ON chat_messages (came_at);

CREATE TABLE messages (
  id            ${id},
  link_id       BIGINT NOT NULL REFERENCES links (id),
  text_sealed   ${blob} NOT NULL,
  answer_sealed ${blob},
  answered_by   BIGINT,
  request_key   TEXT NOT NULL, -- the same key again asks nothing again
  asked_at      ${time} NOT NULL,
  answered_at   ${time},
  UNIQUE (link_id, request_key)
);
CREATE INDEX messages_open ON messages (asked_at) WHERE answered_at IS NULL;

CREATE TABLE notices (
  id          ${id},
  link_id     BIGINT REFERENCES links (id),
  supplier_id TEXT NOT NULL,
  kind        TEXT NOT NULL,
  text_sealed ${blob} NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'dead')),
  tries       INTEGER NOT NULL,
  written_at  ${time} NOT NULL,
  sent_at     ${time},
  CHECK (link_id IS NOT NULL OR supplier_id <> '')
);
CREATE INDEX notices_link ON notices (link_id, id);
CREATE INDEX notices_supplier ON notices (supplier_id, id);

CREATE TABLE audit (
  id     ${id},
  at     ${time} NOT NULL,
  actor  TEXT NOT NULL,
  act    TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX audit_object ON audit (object, id);

-- Idempotency-Key: the stored answer of a request, by who asked and where.
CREATE TABLE requests (
  actor      TEXT NOT NULL,
  route      TEXT NOT NULL,
  key        TEXT NOT NULL,
  body_hash  TEXT NOT NULL,
  status     INTEGER NOT NULL,
  answer     ${blob},
  created_at ${time} NOT NULL,
  PRIMARY KEY (actor, route, key)
);
CREATE INDEX requests_age ON requests (created_at);

-- The sandbox cashier's own ledger: it plays the provider, so it remembers what it took.
CREATE TABLE sandbox_trades (
  order_no   TEXT PRIMARY KEY,
  amount_fen BIGINT NOT NULL,
  ref        TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('open', 'paid', 'closed')),
  refunded   BIGINT NOT NULL CHECK (refunded >= 0 AND refunded <= amount_fen),
  updated_at ${time} NOT NULL
);
