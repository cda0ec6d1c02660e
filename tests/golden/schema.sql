CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TABLE execution(fill TEXT PRIMARY KEY, at TEXT NOT NULL, exec_id TEXT, order_id INTEGER, client_id INTEGER, perm_id INTEGER, account TEXT, con_id INTEGER, sec_type TEXT, symbol TEXT, expiry TEXT, strike TEXT, put_call TEXT, multiplier TEXT, route TEXT, primary_exchange TEXT, currency TEXT, local_symbol TEXT, trading_class TEXT, exchange TEXT, side TEXT, quantity TEXT, price TEXT, cum_quantity TEXT, avg_price TEXT, ref TEXT, time_text TEXT, is_liquidation INTEGER, last_liquidity INTEGER, commission TEXT, commission_currency TEXT, realized_pnl TEXT);
CREATE TABLE journal(seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, principal TEXT NOT NULL, body TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE story(about TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(about, seq)) WITHOUT ROWID;
CREATE TABLE value(key TEXT PRIMARY KEY, text TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX execution_at ON execution(at);
CREATE INDEX journal_at ON journal(at);
