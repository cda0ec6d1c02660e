# SPDX-License-Identifier: MIT
"""The numbers of src/quant against TA-Lib, pandas, QuantStats and pyxirr (PyPI), over the same bars.

Both sides read the same ten years of daily prices, made here from a fixed seed: quiet and wild
spells, a price that stands still, a day without volume, holidays. Every single number that an
indicator gives is compared, to 1e-9 of its size (or of 1, where it is smaller).

The lines "# | ..." are the rows of the table in docs/interop.md.
"""

import importlib.metadata
import math
import os
import pathlib
import subprocess
import sys
import warnings

import numpy
import pandas
import pyxirr
import talib

warnings.filterwarnings("ignore")
import quantstats.stats as quantstats  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("INTEROP_BUILD", "build")
NEAR = 1e-9


def make_bars():
    days = pandas.bdate_range("2016-01-04", "2025-12-31")
    random = numpy.random.default_rng(1)
    days = days[random.random(len(days)) > 0.035]  # holidays
    n = len(days)
    wild = numpy.where(numpy.arange(n) // 250 % 3 == 2, 0.03, 0.009)
    market = random.normal(0.0003, 1, n) * wild
    own = 0.0001 + 1.2 * market + random.normal(0, 0.006, n)
    own[700:730] = 0  # nothing moves for longer than most periods
    own[1500] = -0.23
    closes = (100 * numpy.exp(numpy.cumsum(own))).round(4)
    other = (3000 * numpy.exp(numpy.cumsum(market))).round(2)
    high = (closes * (1 + random.random(n) * wild)).round(4)
    low = (closes * (1 - random.random(n) * wild)).round(4)
    high[700:730] = low[700:730] = closes[700:730]
    volume = random.integers(0, 5_000_000, n).astype(float)
    volume[1000] = 0
    # an account that holds nothing else, into which its owner puts and of which takes money
    change = numpy.diff(closes) / closes[:-1]
    put_in = numpy.where(random.random(n) > 0.99, random.integers(1, 50_000, n), 0).astype(float)
    taken = numpy.where(random.random(n) > 0.995, random.integers(1, 2_000, n), 0).astype(float)
    put_in[0] = taken[0] = 0
    worth = numpy.full(n, 100_000.0)
    for i in range(1, n):
        worth[i] = (worth[i - 1] + put_in[i]) * (1 + change[i - 1]) - taken[i]
    assert worth.min() > 0
    return pandas.DataFrame({"high": high, "low": low, "close": closes, "volume": volume,
                             "other": other, "worth": worth, "in": put_in, "out": taken},
                            index=days)


def ours(bars):
    """name -> {index: value}, where index None stands for what is made of the whole."""
    rows = bars.copy()
    rows.insert(0, "day", (rows.index - pandas.Timestamp(0)).days)
    text = rows.to_csv(index=False, header=False)
    out = subprocess.run([BUILD / "interop_numbers"], input=text, check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    found = {}
    for line in out.splitlines():
        name, index, value = line.split(",")
        found.setdefault(name, {})[int(index) if index else None] = (
            float(value) if value else None)
    return found


def months_before(bars, months):
    """The last close up to the same day of an earlier month."""
    day = bars.index[-1] - pandas.DateOffset(months=months)
    return bars.close.iloc[-1] / bars.close[:day].iloc[-1] - 1


def theirs(bars):
    """(package, what it is, our name, its values)"""
    c, high, low = (bars[k].to_numpy() for k in ("close", "high", "low"))
    r = bars.close.pct_change().dropna()
    market = bars.other.pct_change().dropna()
    for period in (5, 20, 200):
        yield "TA-Lib", f"SMA {period}", f"sma{period}", talib.SMA(c, period)
        yield "TA-Lib", f"EMA {period}", f"ema{period}", talib.EMA(c, period)
        yield ("pandas", f"realised volatility {period}", f"volatility{period}",
               (bars.close.pct_change().rolling(period).std() * math.sqrt(252)).to_numpy())
    for name, values in zip(("upper", "middle", "lower"), talib.BBANDS(c, 20, 2, 2)):
        yield "TA-Lib", f"Bollinger 20, 2: {name}", name, values
    for name, values in zip(("macd", "signal", "histogram"), talib.MACD(c, 12, 26, 9)):
        yield "TA-Lib", f"MACD 12, 26, 9: {name}", name, values
    yield "TA-Lib", "RSI 14", "rsi14", talib.RSI(c, 14)
    yield "TA-Lib", "ATR 14", "atr14", talib.ATR(high, low, c, 14)
    typical = (bars.high + bars.low + bars.close) / 3
    yield ("pandas", "VWAP", "vwap",
           ((typical * bars.volume).cumsum() / bars.volume.cumsum()).to_numpy())
    yield "TA-Lib", "change over 20 sessions", "change20", talib.ROCP(c, 20)[-1]
    yield "pandas", "momentum 12-1", "momentum12_1", c[-22] / c[-253] - 1
    yield "pandas", "change over 1 month", "month1", months_before(bars, 1)
    yield "pandas", "change over 3 months", "month3", months_before(bars, 3)
    yield "pandas", "change over 1 year", "year1", months_before(bars, 12)
    before = bars.close[: f"{bars.index[-1].year - 1}-12-31"].iloc[-1]
    yield "pandas", "change since the year began", "year_to_date", c[-1] / before - 1
    yield "pandas", "median", "median", bars.close.median()
    yield "pandas", "90 % quantile", "quantile90", bars.close.quantile(0.9)
    yield "pandas", "z-score", "zscore", (c[-1] - bars.close.mean()) / bars.close.std()
    yield ("pandas", "share of the days below", "share_below",
           bars.close.rank(method="average").iloc[-1] / len(bars) - 0.5 / len(bars))
    yield "TA-Lib", "low of 252 days", "low252", talib.MIN(c, 252)[-1]
    yield "TA-Lib", "high of 252 days", "high252", talib.MAX(c, 252)[-1]
    yield "QuantStats", "total return", "total", quantstats.comp(r)
    yield "QuantStats", "annual return", "annual", quantstats.cagr(r)
    # money that comes and goes changes nothing about the return of what is held
    yield "QuantStats", "time-weighted return of an account", "time_weighted", quantstats.comp(r)
    paid = (bars.out - bars["in"])[bars.out + bars["in"] > 0]
    paid = pandas.concat([pandas.Series({bars.index[0]: -bars.worth.iloc[0]}), paid,
                          pandas.Series({bars.index[-1]: bars.worth.iloc[-1]})])
    yield ("pyxirr", "money-weighted return of an account", "money_weighted",
           pyxirr.xirr(paid.index.date, paid.to_numpy()))
    yield "QuantStats", "volatility", "volatility", quantstats.volatility(r)
    yield "QuantStats", "Sharpe", "sharpe", quantstats.sharpe(r)
    yield "QuantStats", "Sharpe, 5 % free of risk", "sharpe_at_5", quantstats.sharpe(r, rf=0.05)
    yield "QuantStats", "Sortino", "sortino", quantstats.sortino(r)
    yield "QuantStats", "deepest drawdown", "drawdown", quantstats.max_drawdown(r)
    yield "QuantStats", "Calmar", "calmar", quantstats.calmar(r)
    yield "QuantStats", "beta", "beta", quantstats.greeks(r, market)["beta"]
    yield ("QuantStats", "information ratio, annual", "information_ratio",
           quantstats.information_ratio(r, market) * math.sqrt(252))
    yield "pandas", "correlation", "correlation", r.corr(market)
    yield "pandas", "tracking error", "tracking_error", (r - market).std() * math.sqrt(252)
    yield "pandas", "value at risk, 5 %", "at_risk", -r.quantile(0.05)


def compare(mine, reference):
    """(numbers compared, what is wrong)"""
    if numpy.ndim(reference) == 0:
        reference, mine = {None: float(reference)}, mine or {}
    else:
        reference = {i: v for i, v in enumerate(reference) if not math.isnan(v)}
    if not mine or mine.keys() != reference.keys():
        return 0, f"{len(mine or {})} numbers here, {len(reference)} there"
    for index, there in reference.items():
        here = mine[index]
        if here is None or abs(here - there) > NEAR * max(1, abs(there)):
            return 0, f"at {index}: {here!r} here, {there!r} there"
    return len(reference), None


def main():
    bars = make_bars()
    mine = ours(bars)
    versions = {name: f"{name} {importlib.metadata.version(name)}"
                for name in ("TA-Lib", "pandas", "QuantStats", "pyxirr")}
    print("# | number | equal to | numbers compared |")
    print("# |---|---|---|")
    failed = number = 0
    for number, (package, what, name, reference) in enumerate(theirs(bars), 1):
        count, wrong = compare(mine.pop(name, None), reference)
        print(f"{'not ok' if wrong else 'ok'} {number} - {what} is that of {versions[package]}")
        print(f"# {wrong}" if wrong else f"# | {what} | {versions[package]} | {count:,} |")
        failed += bool(wrong)
    number += 1
    print(f"{'not ok' if mine else 'ok'} {number} - nothing is left uncompared")
    for name in mine:
        print(f"# {name}")
    print(f"1..{number}")
    return 1 if failed or mine else 0


sys.exit(main())
