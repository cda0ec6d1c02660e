/* SPDX-License-Identifier: MIT */
/* What the market model claims (docs/paper-market.md), measured. */
#include "paper/maths.h"
#include "tests/unit/paper/listings.h"

enum { YEARS = 5, DAYS = YEARS * 365 };

static const char first_day[] = "2021-06-01T12:00:00Z";

/* Returns of the days of trade, as logarithms, split-adjusted; how many. */
static size_t returns_of(struct feed *f, const struct instrument *i, double out[DAYS])
{
    size_t n = 0;
    double before = 0;
    int64_t s = hours_day_start(i->hours.zone, at(first_day)), end = s + DAYS * (int64_t)86400;
    for (int d = 0; d < DAYS; d++, s = hours_day_end(i->hours.zone, s)) {
        struct feed_bar b;
        if (!feed_bar_as_of(f, i, s, hours_day_end(i->hours.zone, s), end, &b))
            continue;
        double now = dec_to_double(b.close);
        if (before > 0)
            out[n++] = maths_log(now / before);
        before = now;
    }
    return n;
}

static double mean_product(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += a[k] * b[k];
    return sum / (double)n;
}

static double correlation(const double *a, const double *b, size_t n)
{
    return mean_product(a, b, n) / maths_sqrt(mean_product(a, a, n) * mean_product(b, b, n));
}

static double one_return[3][DAYS];

static void movements_are_as_large_as_listed(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 21, true);
    double worst_low = 10, worst_high = 0, sum = 0;
    int n = 0;
    for (size_t k = 0; k < universe_count(listings); k += 29) {
        const struct instrument *i = universe_at(listings, k);
        if (i->volatility < 0.02 || i->base <= 0 || i->base < 200 * dec_to_double(i->tick))
            continue;
        size_t days = returns_of(f, i, one_return[0]);
        double yearly =
            maths_sqrt(mean_product(one_return[0], one_return[0], days) * (double)days / YEARS);
        double ratio = yearly / i->volatility;
        if (i->contract.sec_type != SEC_IND || i->beta > 0) {
            worst_low = maths_least(worst_low, ratio);
            worst_high = maths_most(worst_high, ratio);
            sum += ratio;
            n++;
        }
    }
    print_message("movement against listed volatility: %.2f to %.2f, mean %.2f of %d\n", worst_low,
                  worst_high, sum / n, n);
    assert_true(worst_low > 0.7 && worst_high < 1.35);
    assert_true(sum / n > 0.85 && sum / n < 1.15);
    feed_free(f);
}

static void what_belongs_together_moves_together(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 22, true);
    static const struct {
        int32_t a, b;
        double least, most;
    } cases[] = {
        {SPX, SPY, 0.97, 1.0},    {SPX, AAPL, 0.35, 0.85},
        {AAPL, MSFT, 0.35, 0.85}, {AAPL, 11763, 0.0, 0.55}, /* another industry, a low beta */
        {SPX, VIX, -0.95, -0.4},  {12087792, AAPL, -0.15, 0.15},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        size_t n = returns_of(f, listing(cases[k].a), one_return[0]);
        size_t m = returns_of(f, listing(cases[k].b), one_return[1]);
        double c = correlation(one_return[0], one_return[1], n < m ? n : m);
        print_message("%d and %d: correlation %.2f\n", cases[k].a, cases[k].b, c);
        assert_true(c > cases[k].least && c <= cases[k].most);
    }
    feed_free(f);
}

static void nervous_days_come_in_weeks(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 23, true);
    size_t n = returns_of(f, listing(SPX), one_return[0]);
    double mean = 0, kurtosis = 0;
    for (size_t k = 0; k < n; k++) {
        double r = one_return[0][k];
        one_return[1][k] = r < 0 ? -r : r;
        mean += one_return[1][k] / (double)n;
        kurtosis += r * r * r * r / (double)n;
    }
    double square = mean_product(one_return[0], one_return[0], n);
    kurtosis /= square * square;
    for (size_t k = 0; k < n; k++)
        one_return[1][k] -= mean;
    double near = correlation(one_return[1], one_return[1] + 1, n - 1);
    double weeks = correlation(one_return[1], one_return[1] + 10, n - 10);
    double plain = correlation(one_return[0], one_return[0] + 1, n - 1);
    print_message("sizes of days: correlation %.2f next day, %.2f after ten; kurtosis %.1f; "
                  "directions %.2f\n",
                  near, weeks, kurtosis, plain);
    assert_true(near > 0.05 && weeks > 0.03 && kurtosis > 3.2);
    assert_true(plain > -0.12 && plain < 0.12);
    feed_free(f);
}

static void a_day_has_its_gap_and_its_u(void **state)
{
    (void)state;
    enum { SOME = 500 };
    struct feed *f = feed_new(listings, 24, true);
    const struct instrument *i = listing(AAPL);
    double night = 0, day = 0, before = 0, volumes[3] = {0}, moves[3] = {0};
    for (int d = 0; d < SOME; d++) {
        int64_t open = hours_utc_of_local(i->hours.zone,
                                          hours_local_day(i->hours.zone, at(first_day)) * 86400 +
                                              d * (int64_t)86400 + 9 * 3600 + 1800);
        struct feed_bar b;
        if (hours_open_day_s(&i->hours, open) < 23400 || !feed_bar(f, i, open, open + 23400, &b))
            continue; /* not on half days */
        double o = maths_log(dec_to_double(b.open)), c = maths_log(dec_to_double(b.close));
        if (before > 0 && feed_split_factor(f, i, open - 86400 * 5, open) == 1)
            night += (o - before) * (o - before);
        day += (c - o) * (c - o);
        before = c;
        static const int64_t parts[3] = {0, 10800, 21600}; /* half an hour each */
        for (int p = 0; p < 3; p++) {
            assert_true(feed_bar(f, i, open + parts[p], open + parts[p] + 1800, &b));
            double r = maths_log(dec_to_double(b.close) / dec_to_double(b.open));
            volumes[p] += (double)b.volume;
            moves[p] += r * r;
        }
    }
    print_message("night %.2f of all movement; volume of first and last half hour %.2f and %.2f "
                  "times the middle; movement %.2f and %.2f\n",
                  night / (night + day), volumes[0] / volumes[1], volumes[2] / volumes[1],
                  moves[0] / moves[1], moves[2] / moves[1]);
    assert_true(night / (night + day) > 0.1 && night / (night + day) < 0.45);
    assert_true(volumes[0] > 1.5 * volumes[1] && volumes[2] > 1.5 * volumes[1]);
    assert_true(moves[0] > 1.2 * moves[1] && moves[2] > 1.2 * moves[1]);
    feed_free(f);
}

/* ---- options ---- */
static const struct chain *chain_named(const char *class, size_t *number)
{
    for (*number = 0; *number < chains_count(); ++*number)
        if (str_eq(str_of(chains_at(*number)->trading_class), str_of(class)))
            return chains_at(*number);
    fail_msg("no chain %s", class);
    return NULL;
}

/* Variance by the quotes of all options of an expiry, as the index of volatility is defined:
 * 2 / T x the sum of step / strike^2 x e^(rT) x price, of those out of the money. */
static double strip_variance(struct feed *f, size_t chain, int64_t day, int64_t now, double *years)
{
    const struct chain *c = chains_at(chain);
    double step = (double)c->strike_step / 1e6, sum = 0;
    double spot = dec_to_double(feed_price(f, listing(c->underlying), now)), forward = 0;
    for (int32_t s = 1; s < CHAINS_STRIKES; s++) {
        double strike = s * step;
        if (strike < spot * 0.4 || strike > spot * 1.6)
            continue;
        char right = strike < (forward > 0 ? forward : spot) ? 'P' : 'C';
        struct chain_key key = {chain, day, s, right};
        const struct instrument *i = listing(chain_id(&key));
        struct feed_option o;
        struct dec bid, ask;
        assert_true(feed_option_at(f, i, now, &o, &bid, &ask));
        *years = (double)(i->expiry_s - now) / 31536000.0;
        double grown = maths_exp(0.04 * *years);
        forward = (o.underlying - o.pv_dividends) * grown;
        double price = dec_to_double(feed_price(f, i, now));
        if (price <= 0.05) /* the least a quote can be says nothing */
            price = o.price;
        sum += step / (strike * strike) * grown * price;
    }
    return 2 * sum / *years;
}

static void the_index_of_volatility_is_what_the_options_say(void **state)
{
    (void)state;
    size_t chain;
    (void)chain_named("SPXW", &chain);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct feed *f = feed_new(listings, seed, false);
        for (int k = 0; k < 3; k++) {
            int64_t now = at("2026-03-02T15:00:00Z") + k * 41 * (int64_t)86400, days[2];
            int64_t expiries[CHAIN_EXPIRIES_MAX];
            size_t n = chain_expiries(chains_at(chain), now / 86400, 0, expiries);
            days[0] = days[1] = 0;
            for (size_t e = 0; e < n; e++) {
                if (expiries[e] - now / 86400 <= 30)
                    days[0] = expiries[e];
                else if (days[1] == 0)
                    days[1] = expiries[e];
            }
            double t1, t2, month = 30.0 / 365, v1 = strip_variance(f, chain, days[0], now, &t1);
            double v2 = days[1] > 0 ? strip_variance(f, chain, days[1], now, &t2) : v1, part = 0;
            if (days[1] > 0 && t2 > t1)
                part = (month - t1) / (t2 - t1);
            double total = t1 * v1 * (1 - part) + (days[1] > 0 ? t2 * v2 * part : 0);
            double years = t1 * (1 - part) + (days[1] > 0 ? t2 * part : 0);
            double strip = 100 * maths_sqrt(total / years);
            double index = dec_to_double(feed_price(f, listing(VIX), now));
            double atm = 100 * feed_implied_vol(f, listing(SPX), now);
            print_message("VIX %.2f, by the options %.2f, at the money %.2f\n", index, strip, atm);
            assert_true(index > strip * 0.96 && index < strip * 1.04);
            assert_true(index > atm && index < atm * 1.35);
        }
        feed_free(f);
    }
}

static void quotes_of_calls_and_puts_are_in_parity(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 31, false);
    static const char *const classes[] = {"AAPL", "SPY", "SPX", "SPXW", "TSLA"};
    for (size_t c = 0; c < sizeof classes / sizeof classes[0]; c++) {
        size_t number;
        const struct chain *chain = chain_named(classes[c], &number);
        int64_t now = at("2026-03-02T15:00:00Z"), days[CHAIN_EXPIRIES_MAX];
        double spot = dec_to_double(feed_price(f, listing(chain->underlying), now));
        size_t n = chain_expiries(chain, now / 86400, 0, days);
        for (size_t e = 0; e < n; e += 3)
            for (int p = 80; p <= 120; p += 4) {
                int32_t s = (int32_t)(spot * p / 100 / ((double)chain->strike_step / 1e6));
                struct chain_key ck = {number, days[e], s, 'C'}, pk = {number, days[e], s, 'P'};
                const struct instrument *call = listing(chain_id(&ck)), *put;
                put = listing(chain_id(&pk));
                struct feed_option oc, op;
                struct dec b[2], a[2];
                assert_true(feed_option_at(f, call, now, &oc, &b[0], &a[0]));
                assert_true(feed_option_at(f, put, now, &op, &b[1], &a[1]));
                double years = (double)(call->expiry_s - now) / 31536000.0;
                double strike = dec_to_double(call->contract.strike.v);
                double carried =
                    oc.underlying - oc.pv_dividends - strike * maths_exp(-0.04 * years);
                assert_true(maths_abs(oc.price - op.price - carried) < 1e-6 * spot);
                /* nobody earns by buying one, selling the other: bid and ask hold the parity */
                double low = dec_to_double(b[0]) - dec_to_double(a[1]);
                double high = dec_to_double(a[0]) - dec_to_double(b[1]);
                double tick = dec_to_double(call->tick);
                assert_true(carried > low - 2 * tick && carried < high + 2 * tick);
            }
    }
    feed_free(f);
}

static void the_surface_has_no_arbitrage(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 32, false);
    static const char *const classes[] = {"SPXW", "NVDA"};
    for (size_t c = 0; c < 2; c++) {
        size_t number;
        const struct chain *chain = chain_named(classes[c], &number);
        int64_t now = at("2026-03-03T15:00:00Z"), days[CHAIN_EXPIRIES_MAX];
        double step = (double)chain->strike_step / 1e6;
        double spot = dec_to_double(feed_price(f, listing(chain->underlying), now));
        size_t n = chain_expiries(chain, now / 86400, 0, days);
        double earlier[CHAINS_STRIKES] = {0};
        for (size_t e = 0; e < n; e += 2) {
            double before[2] = {0};
            int seen = 0;
            for (int32_t s = (int32_t)(spot * 0.7 / step); s < spot * 1.3 / step; s++, seen++) {
                struct chain_key key = {number, days[e], s, 'C'};
                struct feed_option o;
                assert_true(feed_option_at(f, listing(chain_id(&key)), now, &o, NULL, NULL));
                assert_true(seen < 1 ||
                            (o.price <= before[1] + 1e-9 && o.price >= before[1] - step - 1e-9));
                assert_true(seen < 2 || o.price - 2 * before[1] + before[0] > -1e-7 * spot);
                before[0] = before[1];
                before[1] = o.price;
                /* more time is worth more: in the total variance at a strike, nearly the same k */
                double years = (double)(listing(chain_id(&key))->expiry_s - now) / 31536000.0;
                double total = o.iv * o.iv * years;
                assert_true(total > earlier[s]);
                earlier[s] = total;
            }
        }
    }
    feed_free(f);
}

static void futures_carry_and_come_to_their_underlying(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 33, false);
    int64_t now = at("2026-03-03T15:00:00Z");
    const struct instrument *near = derived("ES", now, 1, 0, 0),
                            *far = derived("ES", now, 100, 0, 0);
    double spot = dec_to_double(feed_price(f, listing(SPX), now));
    double a = dec_to_double(feed_price(f, near, now)), b = dec_to_double(feed_price(f, far, now));
    double years = (double)(far->expiry_s - near->expiry_s) / 31536000.0;
    assert_true(a > spot && b > a);
    assert_true(maths_abs(b / a - maths_exp((0.04 - 0.013) * years)) < 1e-4);
    double end = dec_to_double(feed_price(f, near, near->expiry_s - 1));
    spot = dec_to_double(feed_price(f, listing(SPX), near->expiry_s - 1));
    assert_true(maths_abs(end - spot) <= 0.26);
    feed_free(f);
}

/* ---- corporate actions ---- */
static void dividends_and_splits_move_the_price(void **state)
{
    (void)state;
    struct feed *f = feed_new(listings, 41, true);
    int64_t from = at("2005-01-01T00:00:00Z"), to = at("2045-01-01T00:00:00Z");
    int splits = 0, payers = 0;
    double fall = 0, paid = 0;
    for (size_t k = 0; k < universe_count(listings); k++) {
        static struct feed_action a[400];
        const struct instrument *i = universe_at(listings, k);
        size_t n = feed_actions(f, i, from, to, a, 400);
        payers += n > 30;
        for (size_t j = 0; j < n; j++) {
            int64_t ex = a[j].ex_s;
            assert_true(j == 0 || ex >= a[j - 1].ex_s);
            assert_true(civil_weekday(hours_local_day(i->hours.zone, ex)) < 5);
            assert_int_equal(hours_day_start(i->hours.zone, ex), ex);
            if (a[j].kind == FEED_DIVIDEND) {
                assert_true(dec_sign(a[j].amount) > 0 && a[j].pay_s > ex);
                double factor = feed_split_factor(f, i, ex - 1, ex);
                double before = dec_to_double(feed_price(f, i, ex - 1)) * factor;
                double after = dec_to_double(feed_price(f, i, hours_next_open(&i->hours, ex)));
                fall += before - after;
                paid += dec_to_double(a[j].amount);
                continue;
            }
            splits++;
            double ratio = (double)a[j].from / (double)a[j].to;
            assert_true(feed_split_factor(f, i, ex - 1, ex) == ratio);
            assert_true(feed_split_factor(f, i, ex, ex - 1) == 1 / ratio);
            double before = dec_to_double(feed_price(f, i, ex - 1));
            double after = dec_to_double(feed_price(f, i, hours_next_open(&i->hours, ex)));
            assert_true(maths_abs(maths_log(after / before / ratio)) < 0.15);
            struct feed_bar raw, now, week;
            assert_true(feed_bar(f, i, ex - 7 * 86400, ex, &raw));
            assert_true(feed_bar_as_of(f, i, ex - 7 * 86400, ex, ex, &now));
            double close = dec_to_double(raw.close) * ratio; /* both are rounded to steps */
            double steps = dec_to_double(instrument_step(i, now.close)) +
                           dec_to_double(instrument_step(i, raw.close)) * ratio;
            assert_true(maths_abs(dec_to_double(now.close) - close) <= steps);
            assert_true(feed_bar(f, i, ex - 4 * 86400, ex + 4 * 86400, &week));
            assert_true(dec_to_double(week.high) < before);
        }
    }
    print_message("%d splits, %d payers; prices fell by %.2f of what was paid\n", splits, payers,
                  fall / paid);
    assert_true(splits > 5 && payers > 20);
    assert_true(fall / paid > 0.3 && fall / paid < 1.7);
    feed_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(movements_are_as_large_as_listed),
        cmocka_unit_test(what_belongs_together_moves_together),
        cmocka_unit_test(nervous_days_come_in_weeks),
        cmocka_unit_test(a_day_has_its_gap_and_its_u),
        cmocka_unit_test(the_index_of_volatility_is_what_the_options_say),
        cmocka_unit_test(quotes_of_calls_and_puts_are_in_parity),
        cmocka_unit_test(the_surface_has_no_arbitrage),
        cmocka_unit_test(futures_carry_and_come_to_their_underlying),
        cmocka_unit_test(dividends_and_splits_move_the_price),
    };
    return cmocka_run_group_tests(tests, listings_setup, listings_teardown);
}
