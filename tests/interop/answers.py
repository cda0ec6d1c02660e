# SPDX-License-Identifier: MIT
"""What `portcullis returns`, `technicals` and `volatility` answer, computed once more.

The bars come from `portcullis history` as CSV, on real trading hours, so that seven markets have
holidays of their own; pandas and TA-Lib make the same numbers of them. The answers have nine
decimals.
"""

import contextlib
import io
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import pandas
import talib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / os.environ.get("INTEROP_BUILD", "build") / "portcullis"
BASE = "USD"
REGIONS = {"US": ["SPY"], "Europe": ["ASML.AEB.EUR", "SAP.IBIS.EUR", "NESN.EBS.CHF"],
           "Asia": ["7203.TSEJ.JPY", "005930.KSE.KRW", "00700.SEHK.HKD"]}
MEMBERS = [symbol for region in REGIONS.values() for symbol in region]
PAIRS = {"EUR": ("EUR.USD", 1), "CHF": ("USD.CHF", -1), "JPY": ("USD.JPY", -1),
         "KRW": ("USD.KRW", -1), "HKD": ("USD.HKD", -1)}
MONTHS = {"1m": 1, "3m": 3, "1y": 12}
INDICATORS = ["sma20", "ema20", "rsi14", "atr14", "macd", "bollinger20-2", "volatility20",
              "range52w"]

_checks = []


def check(sentence, here, there, near=2e-9):
    good = here == there if isinstance(there, str) else (
        not math.isnan(here) and abs(here - there) <= near * max(1, abs(there)))
    _checks.append(good)
    print(f"{'ok' if good else 'not ok'} {len(_checks)} - {sentence}")
    if not good:
        print(f"# {here!r} answered, {there!r} computed")


@contextlib.contextmanager
def daemon():
    """A function that runs `portcullis` and gives its CSV, in a world of its own."""
    with tempfile.TemporaryDirectory() as home:
        env = {"PATH": os.environ["PATH"], "HOME": home, "PORTCULLIS_HTTP_ENABLED": "false",
               "PORTCULLIS_PAPER_SESSIONS": "real"}
        for name in ("CONFIG_HOME", "STATE_HOME", "RUNTIME_DIR"):
            directory = pathlib.Path(home, name.lower())
            directory.mkdir(mode=0o700)
            env["XDG_" + name] = str(directory)

        def ask(*words):
            out = subprocess.run([PROGRAM, *words, "--csv"], env=env, check=True, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            return pandas.read_csv(io.StringIO(out), dtype={"asked": str, "symbol": str})

        try:
            yield ask
        finally:
            subprocess.run([PROGRAM, "stop"], env=env, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)


def bars_of(ask, symbol):
    bars = ask("history", symbol, "--bars", "1d", "--period", "2y")
    return bars.assign(day=pandas.to_datetime(bars.time)).set_index("day")


def rates_of(ask, pair):
    """The days of a pair that have ended: at five in the afternoon of New York."""
    bars = bars_of(ask, pair)
    now = pandas.Timestamp.now("America/New_York").tz_localize(None)
    return bars[bars.index + pandas.Timedelta(hours=17) <= now]


def rate_at(rates, currency, day):
    if currency == BASE:
        return 1.0
    pair, power = PAIRS[currency]
    return rates[pair].close[:day].iloc[-1] ** power


def returns(ask, bars, rates):
    rows = ask("returns", "--groups", "regions", "--periods", "20d,12-1,1m,3m,1y")
    ends = rows[rows.period == "1m"].to
    common = None
    for symbol in MEMBERS:  # the sessions that have ended, of all
        last = rows[(rows.asked == symbol) & (rows.period == "20d")].to.iloc[0]
        days = set(bars[symbol][:last].index)
        common = days if common is None else common & days
    end = max(common)
    check("spans of the calendar end on the last day that all were traded",
          ends.iloc[0], end.strftime("%Y-%m-%d"))
    for _, row in rows.iterrows():
        closes = bars[row.asked].close
        if row.period in MONTHS:
            last = end
            first = max(d for d in common if d <= end - pandas.DateOffset(months=MONTHS[row.period]))
        else:
            mine = closes[:row.to if row.period == "20d" else
                          rows[(rows.asked == row.asked) & (rows.period == "20d")].to.iloc[0]]
            last, first = (mine.index[-1], mine.index[-21]) if row.period == "20d" else (
                mine.index[-22], mine.index[-253])
        name = f"{row.asked} over {row.period}"
        local = closes[last] / closes[first] - 1
        currency = row.currency
        fx = rate_at(rates, currency, last) / rate_at(rates, currency, first) - 1
        check(f"{name}: from", row["from"], first.strftime("%Y-%m-%d"))
        check(f"{name}: local", row.local_return, local)
        check(f"{name}: currency", row.fx_return, fx)
        check(f"{name}: in {BASE}", row.base_return, (1 + local) * (1 + fx) - 1)
    ranks = rows[rows.period == "3m"].base_return.rank(ascending=False)
    for index, rank in ranks.items():
        check(f"{rows.asked[index]}: rank over 3m", rows["rank"][index], rank)


def technicals(ask, bars, symbol):
    rows = ask("technicals", symbol, "--indicators", ",".join(INDICATORS)).set_index("indicator")
    mine = bars[symbol][rows["from"].iloc[0]:rows.time.iloc[0]]
    close, high, low = (mine[k].to_numpy(dtype=float) for k in ("close", "high", "low"))
    upper, middle, lower = talib.BBANDS(close, 20, 2, 2)
    macd, signal, histogram = talib.MACD(close, 12, 26, 9)
    year = mine[mine.index[-1] - pandas.Timedelta(days=363):]
    expected = {
        "sma20": talib.SMA(close, 20)[-1], "ema20": talib.EMA(close, 20)[-1],
        "rsi14": talib.RSI(close, 14)[-1], "atr14": talib.ATR(high, low, close, 14)[-1],
        "macd12-26-9": macd[-1], "macd12-26-9_signal": signal[-1],
        "macd12-26-9_histogram": histogram[-1], "bollinger20-2_upper": upper[-1],
        "bollinger20-2_middle": middle[-1], "bollinger20-2_lower": lower[-1],
        "volatility20": mine.close.pct_change()[-20:].std() * math.sqrt(252),
        "range52w_high": year.high.max(), "range52w_low": year.low.min(),
    }
    for name, value in expected.items():
        check(f"{symbol}: {name}", rows.value[name], value)
    check(f"{symbol}: nothing else is answered", len(rows), len(expected))


def volatility(ask, bars):
    rows = ask("volatility", "--years", "2")
    for series, values in (
            ("VIX", bars["VIX"].close),
            ("realised20 SPY", bars["SPY"].close.pct_change().rolling(20).std() * math.sqrt(252))):
        for _, row in rows[rows.series == series].iterrows():
            past = values[row["from"]:row.to]
            name = f"{series} over {row.window}"
            check(f"{name}: how many", row.n, len(past))
            check(f"{name}: mean", row["mean"], past.mean())
            check(f"{name}: median", row["median"], past.median())
            check(f"{name}: z-score", row.zscore, (row.now - past.mean()) / past.std(), 1e-6)
            # what is answered has nine decimals, what it is compared with has all
            below = (past < row.now - 1e-9).mean() + (abs(past - row.now) <= 1e-9).mean() / 2
            check(f"{name}: percentile", row.percentile, below)


def main():
    with daemon() as ask:
        bars = {symbol: bars_of(ask, symbol) for symbol in MEMBERS + ["VIX"]}
        rates = {pair: rates_of(ask, pair) for pair, _ in PAIRS.values()}
        returns(ask, bars, rates)
        for symbol in ("SPY", "7203.TSEJ.JPY"):
            technicals(ask, bars, symbol)
        volatility(ask, bars)
    print(f"1..{len(_checks)}")
    return 0 if all(_checks) else 1


sys.exit(main())
