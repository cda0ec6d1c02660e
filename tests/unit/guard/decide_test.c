/* SPDX-License-Identifier: MIT */
#include "scene.h"

/* ---- each control on both sides of its boundary ---- */

/* clang-format off */
static void nothing(struct scene *s) { (void)s; }

static void quantity_zero(struct scene *s) { first(s)->quantity = DEC_ZERO; }
static void quantity_negative(struct scene *s) { first(s)->quantity = DEC(-1); }
static void quantity_huge(struct scene *s) { first(s)->quantity = number("1e26"); }
static void price_zero(struct scene *s) { first(s)->limit_price = some("0"); }
static void price_negative(struct scene *s) { first(s)->limit_price = some("-1"); }
static void price_missing(struct scene *s) { first(s)->limit_price = DEC_NONE; }
static void unresolved(struct scene *s) { first(s)->contract.con_id = 0; }
static void other_type(struct scene *s) { first(s)->type = ORDER_OTHER; }
static void other_tif(struct scene *s) { first(s)->tif = TIF_OTHER; }
static void gtd_without_date(struct scene *s) { first(s)->tif = TIF_GTD; }
static void gtd_with_date(struct scene *s) { gtd_without_date(s); memcpy(first(s)->good_till, "20261231", 9); }
static void market_with_price(struct scene *s) { first(s)->type = ORDER_MKT; }
static void market_plain(struct scene *s) { market(s); }
static void stop_missing(struct scene *s) { stop(s, "90"); first(s)->stop_price = DEC_NONE; }
static void stop_limit_half(struct scene *s) { stop(s, "90"); first(s)->type = ORDER_STP_LMT; }
static void stop_limit_whole(struct scene *s) { stop_limit_half(s); first(s)->limit_price = some("89"); }
static void trail_both(struct scene *s) { trail(s, "8"); first(s)->trail_amount = some("8"); }
static void trail_neither(struct scene *s) { trail(s, "8"); first(s)->trail_percent = DEC_NONE; }
static void trail_8(struct scene *s) { trail(s, "8"); }

static void bracket_good(struct scene *s) { bracket(s, "95", "110"); }
static void bracket_stop_at_entry(struct scene *s) { bracket(s, "100", "110"); }
static void bracket_target_at_entry(struct scene *s) { bracket(s, "95", "100"); }
static void bracket_same_side(struct scene *s) { bracket(s, "95", "110"); s->request.orders[1].side = SIDE_BUY; }
static void bracket_other_quantity(struct scene *s) { bracket(s, "95", "110"); s->request.orders[2].quantity = DEC(11); }
static void bracket_other_contract(struct scene *s) { bracket(s, "95", "110"); s->request.orders[2].contract.con_id = 1; }
static void bracket_other_account(struct scene *s) { bracket(s, "95", "110"); s->request.orders[2].account[2] = '9'; }

static void change_price(struct scene *s) { modify(s); first(s)->limit_price = some("99"); }
static void change_side(struct scene *s) { modify(s); first(s)->side = SIDE_SELL; s->limits.allow_short = true; }
static void change_type(struct scene *s) { modify(s); first(s)->type = ORDER_MKT; first(s)->limit_price = DEC_NONE; }
static void change_contract(struct scene *s) { modify(s); first(s)->contract.con_id = 1; }
static void change_account(struct scene *s) { modify(s); first(s)->account[2] = '9'; }
static void change_parent(struct scene *s) { modify(s); first(s)->parent_id = 5; }
static void change_group(struct scene *s) { modify(s); first(s)->oca_group[0] = 'x'; }
static void change_to_filled(struct scene *s) { modify(s); s->existing.status.filled = DEC(4); first(s)->quantity = DEC(4); }
static void change_below_filled(struct scene *s) { change_to_filled(s); first(s)->quantity = DEC(3); }

static void killed(struct scene *s) { s->facts.is_killed = true; }
static void not_embedded(struct scene *s) { s->facts.is_embedded = false; }
static void paper_on_tws(struct scene *s) { s->facts.is_embedded = false; s->limits.mode = GUARD_PAPER; }
static void read_only(struct scene *s) { s->limits.mode = GUARD_READ_ONLY; }
static void not_reconciled(struct scene *s) { s->facts.is_reconciled = false; }
static void halted_by(struct scene *s, enum gate_cause cause) { s->facts.trading = GATE_HALTED; s->facts.trading_cause = cause; }
static void halted_by_request(struct scene *s) { halted_by(s, GATE_CAUSE_REQUEST); }
static void halted_by_breaker(struct scene *s) { halted_by(s, GATE_CAUSE_BREAKER); }
static void reducing(struct scene *s) { s->facts.trading = GATE_REDUCING; }
static void reducing_sale(struct scene *s) { reducing(s); sell(s, "10", "10"); }
static void reducing_short(struct scene *s) { reducing(s); sell(s, "10", "11"); s->limits.allow_short = true; }
static void lost_2_pct(struct scene *s) { s->facts.day_loss = some("2000"); }
static void lost_more(struct scene *s) { s->facts.day_loss = some("2000.01"); }
static void lost_more_closing(struct scene *s) { lost_more(s); sell(s, "10", "10"); }
static void lost_more_unlimited(struct scene *s) { lost_more(s); s->limits.max_daily_loss_pct = DEC_ZERO; }
static void loss_unknown(struct scene *s) { s->facts.day_loss = DEC_NONE; }
static void loss_unknown_no_link(struct scene *s) { loss_unknown(s); s->facts.is_link_ready = false; }
static void fell(struct scene *s, const char *net) { s->limits.max_drawdown_pct = DEC(5); s->facts.day_peak = some("200000"); s->facts.net_liquidation = some(net); }
static void fell_5_pct(struct scene *s) { fell(s, "190000"); }
static void fell_more(struct scene *s) { fell(s, "189999.99"); }
static void fell_more_closing(struct scene *s) { fell_more(s); sell(s, "10", "10"); }
static void unknown_account_mode(struct scene *s) { s->facts.account_mode = MODE_UNKNOWN; }
static void live(struct scene *s) { s->facts.account_mode = MODE_LIVE; s->limits.mode = GUARD_LIVE; }
static void live_unconfigured(struct scene *s) { s->facts.account_mode = MODE_LIVE; s->facts.is_embedded = false; }
static void live_in_paper_mode(struct scene *s) { s->facts.account_mode = MODE_LIVE; s->limits.mode = GUARD_PAPER; }
static void live_armed(struct scene *s) { live(s); s->facts.armed_ms = 1; s->limits.accounts = STR("DU1234567"); }
static void armed_5_min(struct scene *s) { live_armed(s); s->facts.armed_ms = 5 * 60 * 1000; }
static void armed_longer(struct scene *s) { live_armed(s); s->facts.armed_ms = 5 * 60 * 1000 + 1; }
static void account_listed(struct scene *s) { s->limits.accounts = STR("DU7, du1234567"); }
static void account_not_listed(struct scene *s) { s->limits.accounts = STR("DU7"); }
static void account_foreign(struct scene *s) { s->facts.is_account_known = false; }
static void account_none(struct scene *s) { first(s)->account[0] = 0; }
static struct token sheet;
static void by_token(struct scene *s) { sheet = (struct token){.name = "sheet", .scopes = SCOPE_READ | SCOPE_TRADE}; s->facts.is_token = true; s->facts.token = &sheet; }
static void token_revoked(struct scene *s) { by_token(s); s->facts.token = NULL; }
static void token_reads(struct scene *s) { by_token(s); sheet.scopes = SCOPE_READ | SCOPE_PREVIEW; }
static void token_account(struct scene *s) { by_token(s); memcpy(sheet.account, "DU1234567", 10); }
static void token_other_account(struct scene *s) { by_token(s); memcpy(sheet.account, "DU1234568", 10); }
static void token_value(struct scene *s) { by_token(s); sheet.max_order_value = some("1000"); }
static void token_value_over(struct scene *s) { by_token(s); sheet.max_order_value = some("999.99"); }
static void token_value_over_closing(struct scene *s) { token_value_over(s); first(s)->side = SIDE_SELL; s->facts.position = DEC(10); }
static void token_value_unknown(struct scene *s) { token_value(s); s->facts.rate = DEC_NONE; }
static void token_orders(struct scene *s) { by_token(s); sheet.max_orders_per_day = (struct opt_int){5, true}; s->facts.token_orders_today = 4; }
static void token_orders_over(struct scene *s) { token_orders(s); s->facts.token_orders_today = 5; }
static void token_other_account_closing(struct scene *s) { token_other_account(s); first(s)->side = SIDE_SELL; s->facts.position = DEC(10); }
static void link_down(struct scene *s) { s->facts.is_link_ready = false; }
static void journal_failed(struct scene *s) { s->facts.is_journal_failed = true; }

static void forex(struct scene *s) { first(s)->contract.sec_type = SEC_CASH; }
static void forex_allowed(struct scene *s) { forex(s); s->limits.security_types = STR("STK, CASH"); }
static void index_type(struct scene *s) { first(s)->contract.sec_type = SEC_IND; }
static void no_type(struct scene *s) { first(s)->contract.sec_type = SEC_UNKNOWN; }
static void unknown_order(struct scene *s) { memcpy(s->facts.unknown_ref, "PC:1", 5); }
static void duplicate(struct scene *s) { s->facts.duplicate_age_ms = 0; }
static void duplicate_meant(struct scene *s) { duplicate(s); s->request.allow_duplicate = true; }

static void off_tick(struct scene *s) { first(s)->limit_price = some("100.005"); }
static void tick_unknown(struct scene *s) { off_tick(s); s->request.min_tick = DEC_NONE; }
static void stop_off_tick(struct scene *s) { stop(s, "90.001"); }
static void stop_on_tick(struct scene *s) { stop(s, "90.01"); }
static void trail_off_tick(struct scene *s) { trail(s, "8"); first(s)->trail_percent = DEC_NONE; first(s)->trail_amount = some("0.015"); }
static void leg_off_tick(struct scene *s) { bracket(s, "95.001", "110"); }
static void fraction(struct scene *s) { first(s)->quantity = number("10.5"); }
static void fraction_allowed(struct scene *s) { fraction(s); s->request.size_increment = some("0.1"); }

static void cheap(struct scene *s) { s->facts.rate = some("0.001"); }
static void quantity_max(struct scene *s) { cheap(s); first(s)->quantity = DEC(1000); }
static void quantity_over(struct scene *s) { cheap(s); first(s)->quantity = DEC(1001); }
static void quantity_over_closing(struct scene *s) { sell(s, "1001", "1001"); }

static void no_quote(struct scene *s) { s->facts.quote = (struct quote){0}; }
static void only_close(struct scene *s) { no_quote(s); s->facts.quote.close = some("98"); }
static void market_only_close(struct scene *s) { market(s); only_close(s); }
static void market_only_last(struct scene *s) { market(s); no_quote(s); s->facts.quote.last = some("98"); s->facts.quote.data_type = DATA_LIVE; }
static void no_quote_no_link(struct scene *s) { no_quote(s); link_down(s); }
static void market_60_s(struct scene *s) { market(s); s->facts.quote_age_ms = 60000; }
static void market_old(struct scene *s) { market(s); s->facts.quote_age_ms = 60001; }
static void market_no_age(struct scene *s) { market(s); s->facts.quote_age_ms = -1; }
static void limit_old(struct scene *s) { s->facts.quote_age_ms = 60001; }
static void market_delayed(struct scene *s) { market(s); s->facts.quote.data_type = DATA_DELAYED; }
static void market_delayed_live(struct scene *s) { market_delayed(s); live(s); }
static void market_live_live(struct scene *s) { market(s); live(s); }

static void sell_stop_below(struct scene *s) { stop(s, "99.99"); }
static void sell_stop_at(struct scene *s) { stop(s, "100"); }
static void buy_stop(struct scene *s, const char *price) { stop(s, price); first(s)->side = SIDE_BUY; s->facts.position = DEC_ZERO; }
static void buy_stop_above(struct scene *s) { buy_stop(s, "100.01"); }
static void buy_stop_at(struct scene *s) { buy_stop(s, "100"); }
static void stop_50(struct scene *s) { stop(s, "50"); }
static void stop_beyond_50(struct scene *s) { stop(s, "49.99"); }
static void stop_min_1(struct scene *s) { stop(s, "99"); s->limits.stop_distance_min_pct = DEC(1); }
static void stop_nearer_1(struct scene *s) { stop(s, "99.01"); s->limits.stop_distance_min_pct = DEC(1); }
static void trail_50(struct scene *s) { trail(s, "50"); }
static void trail_beyond_50(struct scene *s) { trail(s, "50.1"); }
static void trail_amount(struct scene *s, const char *amount) { trail(s, "8"); first(s)->trail_percent = DEC_NONE; first(s)->trail_amount = some(amount); }
static void trail_amount_50(struct scene *s) { trail_amount(s, "50"); }
static void trail_amount_beyond(struct scene *s) { trail_amount(s, "50.01"); }
static void bracket_stop_far(struct scene *s) { bracket(s, "49.99", "110"); }
static void bracket_stop_50(struct scene *s) { bracket(s, "50", "110"); }

static void buy_110(struct scene *s) { first(s)->limit_price = some("110"); }
static void buy_over_110(struct scene *s) { first(s)->limit_price = some("110.01"); }
static void buy_far_below(struct scene *s) { first(s)->limit_price = some("20"); }
static void sell_90(struct scene *s) { sell(s, "10", "10"); first(s)->limit_price = some("90"); }
static void sell_under_90(struct scene *s) { sell(s, "10", "10"); first(s)->limit_price = some("89.99"); }
static void stop_limit(struct scene *s, const char *limit) { stop(s, "80"); first(s)->type = ORDER_STP_LMT; first(s)->limit_price = some(limit); }
static void stop_limit_72(struct scene *s) { stop_limit(s, "72"); }
static void stop_limit_under_72(struct scene *s) { stop_limit(s, "71.99"); }

static void stop_change(struct scene *s, const char *price) { stop(s, "90"); modify(s); first(s)->stop_price = some(price); }
static void stop_tighter(struct scene *s) { stop_change(s, "91"); }
static void stop_wider(struct scene *s) { stop_change(s, "89.99"); }
static void stop_wider_meant(struct scene *s) { stop_wider(s); s->request.allow_widening = true; }
static void buy_stop_wider(struct scene *s) { buy_stop(s, "110"); modify(s); first(s)->stop_price = some("111"); }
static void buy_stop_tighter(struct scene *s) { buy_stop(s, "110"); modify(s); first(s)->stop_price = some("109"); }
static void trail_wider(struct scene *s) { trail(s, "8"); modify(s); first(s)->trail_percent = some("9"); }
static void trail_tighter(struct scene *s) { trail(s, "8"); modify(s); first(s)->trail_percent = some("7"); }
static void trail_now_amount(struct scene *s, const char *amount) { trail(s, "8"); modify(s); first(s)->trail_percent = DEC_NONE; first(s)->trail_amount = some(amount); }
static void trail_amount_equal(struct scene *s) { trail_now_amount(s, "8"); }
static void trail_amount_wider(struct scene *s) { trail_now_amount(s, "8.01"); }
static void trail_now_percent(struct scene *s, const char *percent) { trail_amount(s, "8"); modify(s); first(s)->trail_amount = DEC_NONE; first(s)->trail_percent = some(percent); }
static void trail_percent_equal(struct scene *s) { trail_now_percent(s, "8"); }
static void trail_percent_wider(struct scene *s) { trail_now_percent(s, "8.01"); }
static void trail_amount_tighter(struct scene *s) { trail_amount(s, "8"); modify(s); first(s)->trail_amount = some("7.99"); }
static void trail_amount_more(struct scene *s) { trail_amount(s, "8"); modify(s); first(s)->trail_amount = some("8.01"); }

static void sell_all(struct scene *s) { sell(s, "10", "10"); }
static void sell_too_much(struct scene *s) { sell(s, "10", "11"); }
static void sell_nothing_held(struct scene *s) { sell(s, "0", "1"); }
static void sell_short_allowed(struct scene *s) { sell_nothing_held(s); s->limits.allow_short = true; }
static void sell_beside_target(struct scene *s) { sell(s, "10", "6"); s->facts.working[KIND_PLAIN][SIDE_SELL] = DEC(4); }
static void sell_over_target(struct scene *s) { sell(s, "10", "7"); s->facts.working[KIND_PLAIN][SIDE_SELL] = DEC(4); }
static void sell_beside_stop(struct scene *s) { sell(s, "10", "10"); s->facts.working[KIND_STOP][SIDE_SELL] = DEC(10); }
static void stop_beside_target(struct scene *s) { stop(s, "90"); s->facts.working[KIND_PLAIN][SIDE_SELL] = DEC(10); }
static void stop_beside_stop(struct scene *s) { stop(s, "90"); s->facts.working[KIND_STOP][SIDE_SELL] = DEC(1); }
static void stop_nothing_held(struct scene *s) { stop(s, "90"); s->facts.position = DEC_ZERO; }
static void bracket_beside_target(struct scene *s) { bracket(s, "95", "110"); s->facts.working[KIND_PLAIN][SIDE_SELL] = DEC(1); }
static void short_bracket(struct scene *s) { bracket(s, "105", "90"); first(s)->side = SIDE_SELL; s->request.orders[1].side = s->request.orders[2].side = SIDE_BUY; }
static void forex_sold(struct scene *s) { forex_allowed(s); sell(s, "0", "10"); }
static void buy_to_close(struct scene *s) { s->facts.position = DEC(-10); }

static void cross_above(struct scene *s) { s->facts.best_limit[SIDE_SELL] = some("100.01"); }
static void cross_at(struct scene *s) { s->facts.best_limit[SIDE_SELL] = some("100"); }
static void cross_sell_below(struct scene *s) { sell(s, "10", "10"); s->facts.best_limit[SIDE_BUY] = some("99.99"); }
static void cross_sell_at(struct scene *s) { sell(s, "10", "10"); s->facts.best_limit[SIDE_BUY] = some("100"); }
static void cross_market(struct scene *s) { s->facts.has_market[SIDE_SELL] = true; }
static void cross_market_own_side(struct scene *s) { s->facts.has_market[SIDE_BUY] = true; }
static void cross_market_buy(struct scene *s) { market(s); s->facts.best_limit[SIDE_SELL] = some("100.1"); }
static void cross_market_buy_above(struct scene *s) { market(s); s->facts.best_limit[SIDE_SELL] = some("100.11"); }

static void symbol_listed(struct scene *s) { s->limits.only_symbols = STR("GME, aapl"); }
static void symbol_not_listed(struct scene *s) { s->limits.only_symbols = STR("GME"); }
static void symbol_not_listed_closing(struct scene *s) { symbol_not_listed(s); sell(s, "10", "10"); }
static void id_listed(struct scene *s) { s->limits.only_symbols = STR("conid:265598"); }
static void id_not_listed(struct scene *s) { s->limits.only_symbols = STR("conid:26559"); }
static void symbol_barred(struct scene *s) { s->limits.never_symbols = STR("AAPL"); }
static void other_barred(struct scene *s) { s->limits.never_symbols = STR("AAP,AAPLX"); }
static void id_barred(struct scene *s) { s->limits.never_symbols = STR("conid:265598"); }
static void currency_listed(struct scene *s) { s->limits.currencies = STR("EUR,USD"); }
static void currency_not_listed(struct scene *s) { s->limits.currencies = STR("EUR"); }
static void exchange_listed(struct scene *s) { s->limits.exchanges = STR("SMART"); }
static void exchange_not_listed(struct scene *s) { s->limits.exchanges = STR("AEB"); }
static void order_type_listed(struct scene *s) { s->limits.order_types = STR("LMT,STP"); }
static void order_type_not_listed(struct scene *s) { order_type_listed(s); market(s); }
static void exit_type_not_listed(struct scene *s) { bracket(s, "95", "110"); s->limits.order_types = STR("LMT"); }
static void hours(struct scene *s, enum market_state m) { s->limits.regular_hours_only = true; s->request.market = m; }
static void regular_hours(struct scene *s) { hours(s, MARKET_OPEN); }
static void extended_hours(struct scene *s) { hours(s, MARKET_EXTENDED); }
static void extended_meant(struct scene *s) { extended_hours(s); first(s)->outside_rth = true; }
static void closed_hours(struct scene *s) { hours(s, MARKET_CLOSED); }
static void closed_closing(struct scene *s) { closed_hours(s); sell(s, "10", "10"); }
static void unknown_hours(struct scene *s) { hours(s, MARKET_UNKNOWN); }
static void closed_unlimited(struct scene *s) { closed_hours(s); s->limits.regular_hours_only = false; }
static void ticks(struct scene *s, const char *limit) { s->limits.price_collar_ticks = 500; first(s)->limit_price = some(limit); }
static void buy_500_ticks(struct scene *s) { ticks(s, "105"); }
static void buy_501_ticks(struct scene *s) { ticks(s, "105.01"); }
static void sell_500_ticks(struct scene *s) { sell(s, "10", "10"); ticks(s, "95"); }
static void sell_501_ticks(struct scene *s) { sell(s, "10", "10"); ticks(s, "94.99"); }
static void collar_percent_nearer(struct scene *s) { s->limits.price_collar_ticks = 5000; buy_over_110(s); }

static void worth(struct scene *s, const char *net) { s->facts.net_liquidation = some(net); }
static void position_25_pct(struct scene *s) { worth(s, "4000"); }
static void journal_stalled(struct scene *s) { s->facts.is_journal_stalled = true; }
static void restart_near(struct scene *s) { s->facts.is_restart_near = true; }
static void restart_near_closing(struct scene *s) { restart_near(s); sell(s, "10", "10"); }
static void messages_40(struct scene *s) { s->facts.messages_last_second = 39; }
static void messages_41(struct scene *s) { s->facts.messages_last_second = 40; }
static void messages_41_closing(struct scene *s) { messages_41(s); sell(s, "10", "10"); }
static void messages_bracket(struct scene *s) { s->facts.messages_last_second = 38; bracket(s, "95", "110"); }
static void unanswered_20(struct scene *s) { s->facts.unanswered = 19; }
static void unanswered_21(struct scene *s) { s->facts.unanswered = 20; }
static void unanswered_21_closing(struct scene *s) { unanswered_21(s); sell(s, "10", "10"); }
static void unanswered_21_change(struct scene *s) { unanswered_21(s); modify(s); first(s)->limit_price = some("99"); }
static void side_15(struct scene *s) { s->facts.working_side[SIDE_BUY] = 14; s->facts.working_side[SIDE_SELL] = 15; }
static void side_16(struct scene *s) { s->facts.working_side[SIDE_BUY] = 15; }
static void side_16_change(struct scene *s) { side_16(s); modify(s); first(s)->limit_price = some("99"); }
static void side_bracket_15(struct scene *s) { s->facts.working_side[SIDE_SELL] = 13; bracket(s, "95", "110"); }
static void side_bracket_16(struct scene *s) { s->facts.working_side[SIDE_SELL] = 14; bracket(s, "95", "110"); }
static void sector(struct scene *s, const char *others) { s->limits.max_sector_pct = DEC(40); memcpy(s->facts.sector, "Technology", 11); s->facts.others_sector = number(others); }
static void sector_40_pct(struct scene *s) { sector(s, "39000"); }
static void sector_over(struct scene *s) { sector(s, "39000.01"); }
static void sector_over_unlimited(struct scene *s) { sector_over(s); s->limits.max_sector_pct = DEC_ZERO; }
static void sector_over_closing(struct scene *s) { sector_over(s); sell(s, "10", "10"); }
static void sector_not_found(struct scene *s) { sector(s, "0"); s->facts.sector[0] = 0; }
static void sector_missing(struct scene *s) { sector(s, "0"); s->facts.is_sector_missing = true; }
static void sector_unvalued(struct scene *s) { sector(s, "0"); memcpy(s->facts.unvalued, "X", 2); }
static void sector_no_worth(struct scene *s) { sector(s, "0"); s->facts.net_liquidation = DEC_NONE; }
static void position_over(struct scene *s) { worth(s, "3999.99"); }
static void position_over_unlimited(struct scene *s) { position_over(s); s->limits.max_position_pct = DEC_ZERO; }
static void position_over_closing(struct scene *s) { worth(s, "1"); sell(s, "10", "10"); }
static void position_over_forex(struct scene *s) { position_over(s); forex_allowed(s); }
static void position_unknown_worth(struct scene *s) { s->facts.net_liquidation = DEC_NONE; }
static void position_with_held(struct scene *s) { worth(s, "8000"); s->facts.position = DEC(10); }
static void position_with_working(struct scene *s) { position_with_held(s); s->facts.working[KIND_STOP][SIDE_BUY] = number("0.01"); }
static void position_amount(struct scene *s) { s->limits.max_position_value = DEC(1000); }
static void position_amount_over(struct scene *s) { s->limits.max_position_value = number("999.99"); }
static void gross(struct scene *s, const char *others) { s->limits.max_gross_exposure_pct = DEC(50); s->facts.others_gross = some(others).v; }
static void gross_50_pct(struct scene *s) { gross(s, "49000"); }
static void gross_over(struct scene *s) { gross(s, "49000.01"); }
static void gross_over_closing(struct scene *s) { gross_over(s); sell(s, "10", "10"); }
static void gross_unvalued(struct scene *s) { gross_50_pct(s); memcpy(s->facts.unvalued, "XYZ", 4); }
static void net(struct scene *s, const char *others) { s->limits.max_net_exposure_pct = DEC(50); s->facts.others_net[SIDE_BUY] = number(others); s->facts.others_net[SIDE_SELL] = DEC(-90000); }
static void net_50_pct(struct scene *s) { net(s, "49000"); }
static void net_over(struct scene *s) { net(s, "49000.01"); }
static void net_short(struct scene *s, const char *others) { s->limits.max_net_exposure_pct = DEC(50); s->facts.others_net[SIDE_BUY] = number(others); }
static void net_short_50_pct(struct scene *s) { net_short(s, "-51000"); }
static void net_short_over(struct scene *s) { net_short(s, "-51000.01"); }
static void euros(struct scene *s, const char *others) { s->limits.max_currency_pct = DEC(40); s->facts.others_currency = number(others); memcpy(first(s)->contract.currency, "EUR", 4); }
static void euros_40_pct(struct scene *s) { euros(s, "39000"); }
static void euros_over(struct scene *s) { euros(s, "39000.01"); }
static void dollars_over(struct scene *s) { euros_over(s); memcpy(first(s)->contract.currency, "USD", 4); }
static void unrated(struct scene *s) { memcpy(s->facts.unrated, "SEK", 4); }

static void second_max(struct scene *s) { s->facts.orders_last_second = 9; }
static void second_over(struct scene *s) { s->facts.orders_last_second = 10; }
static void second_over_closing(struct scene *s) { second_over(s); sell(s, "10", "10"); }
static void rule(struct scene *s, int64_t sent) { s->facts.is_rule = true; s->facts.rule_orders_today = sent; }
static void rule_10(struct scene *s) { rule(s, 9); }
static void rule_11(struct scene *s) { rule(s, 10); }
static void rule_11_closing(struct scene *s) { rule_11(s); sell(s, "10", "10"); }
static void person_11(struct scene *s) { rule_11(s); s->facts.is_rule = false; }
static void reserved(struct scene *s, int64_t sent) { s->limits.orders_reserved_for_rules = 20; s->facts.orders_today = sent; }
static void reserved_30(struct scene *s) { reserved(s, 29); }
static void reserved_31(struct scene *s) { reserved(s, 30); }
static void reserved_for_rule(struct scene *s) { reserved_31(s); s->facts.is_rule = true; }
static void value_25_pct(struct scene *s) { first(s)->quantity = DEC(25); }
static void value_26_pct(struct scene *s) { first(s)->quantity = DEC(26); }
static void large_by_person(struct scene *s) { s->limits.approval_above = GATE_APPROVAL_OUT_OF_BAND; }
static void at_25_pct_asked(struct scene *s) { value_25_pct(s); large_by_person(s); }
static void at_26_pct_asked(struct scene *s) { value_26_pct(s); large_by_person(s); }
static void at_25_pct_denied(struct scene *s) { value_25_pct(s); s->limits.approval_above = GATE_APPROVAL_DENY; }
static void at_26_pct_denied(struct scene *s) { value_26_pct(s); s->limits.approval_above = GATE_APPROVAL_DENY; }
static void large_closing(struct scene *s) { sell(s, "26", "26"); s->limits.approval_above = GATE_APPROVAL_DENY; }
static void paper_asked(struct scene *s) { s->limits.approval_paper = GATE_APPROVAL_OUT_OF_BAND; }
static void paper_elicited(struct scene *s) { s->limits.approval_paper = GATE_APPROVAL_ELICIT; }
static void paper_shown(struct scene *s) { s->limits.approval_paper = GATE_APPROVAL_APP; }
static void paper_denied(struct scene *s) { s->limits.approval_paper = GATE_APPROVAL_DENY; }
static void paper_denied_closing(struct scene *s) { sell(s, "1", "1"); paper_denied(s); }
static void live_unasked(struct scene *s) { live_armed(s); s->limits.approval_live = GATE_APPROVAL_NONE; }
static void live_denied(struct scene *s) { live_armed(s); s->limits.approval_live = GATE_APPROVAL_DENY; }
static void large_weaker(struct scene *s) { at_26_pct_asked(s); s->limits.approval_paper = GATE_APPROVAL_DENY; }
static void value_26_pct_closing(struct scene *s) { sell(s, "26", "26"); }

static void margin(struct scene *s, const char *change, const char *after, const char *equity)
{
    s->limits.check_margin = GUARD_MARGIN_ON;
    s->facts.is_margin_asked = s->facts.has_margin = true;
    s->facts.margin = (struct order_margin){.init_change = some(change), .init_after = some(after),
        .equity_before = some("10000"), .equity_after = some(equity), .maint_before = some("4000")};
}
static void margin_all_equity(struct scene *s) { margin(s, "500", "10000", "10000"); }
static void margin_over_equity(struct scene *s) { margin(s, "500", "10000.01", "10000"); }
static void margin_over_closing(struct scene *s) { margin_over_equity(s); sell(s, "10", "10"); }
static void margin_over_unchecked(struct scene *s) { margin_over_equity(s); s->limits.check_margin = GUARD_MARGIN_OFF; }
static void margin_half(struct scene *s, const char *change) { margin(s, change, "9000", "10000"); s->limits.max_margin_pct = DEC(50); }
static void margin_half_excess(struct scene *s) { margin_half(s, "3000"); }
static void margin_over_half(struct scene *s) { margin_half(s, "3000.01"); }
static void margin_partly_said(struct scene *s) { margin_all_equity(s); s->facts.margin.maint_before = DEC_NONE; }
static void margin_unsaid(struct scene *s) { s->limits.check_margin = GUARD_MARGIN_ON; s->facts.is_margin_asked = true; }
static void margin_unsaid_embedded(struct scene *s) { margin_unsaid(s); s->limits.check_margin = GUARD_MARGIN_AUTO; }
static void margin_unsaid_tws(struct scene *s) { margin_unsaid_embedded(s); s->facts.is_embedded = false; s->limits.mode = GUARD_PAPER; }
static void margin_unsaid_unchecked(struct scene *s) { margin_unsaid(s); s->limits.check_margin = GUARD_MARGIN_OFF; }
static void no_rate(struct scene *s) { s->facts.rate = DEC_NONE; }
static void no_rate_closing(struct scene *s) { sell(s, "10", "10"); no_rate(s); }
static void value_max(struct scene *s) { first(s)->quantity = DEC(100); }
static void value_over(struct scene *s) { first(s)->quantity = DEC(101); }
static void value_over_closing(struct scene *s) { sell(s, "101", "101"); }
static void value_over_in_base(struct scene *s) { s->facts.rate = some("10.01"); }
static void value_max_in_base(struct scene *s) { s->facts.rate = some("10"); }
static void value_multiplier(struct scene *s) { memcpy(first(s)->contract.multiplier, "11", 3); }
static void value_multiplier_10(struct scene *s) { memcpy(first(s)->contract.multiplier, "10", 3); }
/* 100.1 ask + 10 % = 110.11 */
static void market_value_max(struct scene *s) { market(s); first(s)->quantity = DEC(90); }
static void market_value_over(struct scene *s) { market(s); first(s)->quantity = DEC(91); }
static void daily_max(struct scene *s) { s->facts.value_today = DEC(99000); }
static void daily_over(struct scene *s) { s->facts.value_today = number("99000.01"); }
static void daily_over_closing(struct scene *s) { sell(s, "10", "10"); daily_over(s); }
static void daily_change_same(struct scene *s) { s->facts.value_today = DEC(100000); modify(s); first(s)->limit_price = some("99"); }
static void daily_change_more(struct scene *s) { s->facts.value_today = DEC(100000); modify(s); first(s)->quantity = DEC(11); }
static void minute_max(struct scene *s) { s->facts.orders_last_minute = 9; }
static void minute_over(struct scene *s) { s->facts.orders_last_minute = 10; }
static void minute_over_closing(struct scene *s) { minute_over(s); sell(s, "10", "10"); }
static void minute_bracket_max(struct scene *s) { bracket(s, "95", "110"); s->facts.orders_last_minute = 7; }
static void minute_bracket_over(struct scene *s) { bracket(s, "95", "110"); s->facts.orders_last_minute = 8; }
static void minute_change(struct scene *s) { minute_over(s); modify(s); first(s)->limit_price = some("99"); }
static void day_max(struct scene *s) { s->facts.orders_today = 49; }
static void day_over(struct scene *s) { s->facts.orders_today = 50; }
static void day_over_closing(struct scene *s) { day_over(s); sell(s, "10", "10"); }
static void day_over_stop(struct scene *s) { day_over(s); stop(s, "90"); }
static void day_change(struct scene *s) { day_over(s); modify(s); first(s)->limit_price = some("99"); }
static void stops_max(struct scene *s) { stop(s, "90"); s->facts.working_stops = 24; }
static void stops_over(struct scene *s) { stop(s, "90"); s->facts.working_stops = 25; }
static void stops_over_limit(struct scene *s) { s->facts.working_stops = 25; }
static void stops_change(struct scene *s) { stop_tighter(s); s->facts.working_stops = 25; }

static void delayed(struct scene *s) { s->facts.quote.data_type = DATA_DELAYED; }
static void halted(struct scene *s) { s->facts.quote.is_halted = true; }
static void left_over(struct scene *s) { sell(s, "10", "5"); s->facts.working[KIND_STOP][SIDE_SELL] = DEC(6); }
static void not_left_over(struct scene *s) { sell(s, "10", "5"); s->facts.working[KIND_STOP][SIDE_SELL] = DEC(5); }

static const struct boundary {
    const char *code;
    void (*passes)(struct scene *s), (*fails)(struct scene *s);
} boundaries[] = {
    {"ORDER_INVALID", nothing, quantity_zero}, {"ORDER_INVALID", nothing, quantity_negative},
    {"ORDER_INVALID", nothing, quantity_huge}, {"ORDER_INVALID", nothing, price_zero},
    {"ORDER_INVALID", nothing, price_negative}, {"ORDER_INVALID", nothing, price_missing},
    {"ORDER_INVALID", nothing, unresolved}, {"ORDER_INVALID", nothing, other_type},
    {"ORDER_INVALID", nothing, other_tif}, {"ORDER_INVALID", gtd_with_date, gtd_without_date},
    {"ORDER_INVALID", market_plain, market_with_price}, {"ORDER_INVALID", stop_50, stop_missing},
    {"ORDER_INVALID", stop_limit_whole, stop_limit_half}, {"ORDER_INVALID", trail_8, trail_both},
    {"ORDER_INVALID", trail_8, trail_neither},
    {"BRACKET_INVALID", bracket_good, bracket_stop_at_entry},
    {"BRACKET_INVALID", nothing, bracket_target_at_entry},
    {"BRACKET_INVALID", short_bracket, bracket_same_side},
    {"BRACKET_INVALID", nothing, bracket_other_quantity},
    {"BRACKET_INVALID", nothing, bracket_other_contract},
    {"BRACKET_INVALID", nothing, bracket_other_account},
    {"MODIFY_INVALID", change_price, change_side}, {"MODIFY_INVALID", nothing, change_type},
    {"MODIFY_INVALID", nothing, change_contract}, {"MODIFY_INVALID", nothing, change_account},
    {"MODIFY_INVALID", nothing, change_parent}, {"MODIFY_INVALID", nothing, change_group},
    {"MODIFY_INVALID", change_to_filled, change_below_filled},
    {"KILLED", nothing, killed},
    {"MODE_READ_ONLY", paper_on_tws, not_embedded}, {"MODE_READ_ONLY", nothing, read_only},
    {"MODE_READ_ONLY", live, live_unconfigured}, {"MODE_READ_ONLY", nothing, unknown_account_mode},
    {"LIVE_NOT_ARMED", live_armed, live}, {"ARM_EXPIRES", armed_longer, armed_5_min},
    {"HALTED", reducing, halted_by_request}, {"HALTED", halted_by_breaker, not_reconciled},
    {"BREAKER", halted_by_request, halted_by_breaker},
    {"REDUCING_INCREASES", reducing_sale, reducing}, {"REDUCING_INCREASES", nothing, reducing_short},
    {"DAILY_LOSS", lost_2_pct, lost_more}, {"DAILY_LOSS", lost_more_closing, lost_more},
    {"DAILY_LOSS", lost_more_unlimited, loss_unknown}, {"DAILY_LOSS", loss_unknown_no_link, loss_unknown},
    {"DRAWDOWN", fell_5_pct, fell_more}, {"DRAWDOWN", fell_more_closing, fell_more},
    {"ACCOUNT_NOT_ALLOWED", account_listed, account_not_listed},
    {"ACCOUNT_NOT_ALLOWED", nothing, account_foreign},
    {"ACCOUNT_NOT_ALLOWED", nothing, account_none},
    {"ACCOUNT_NOT_ALLOWED", nothing, live_in_paper_mode},
    {"ACCOUNT_NOT_ALLOWED", nothing, live},
    {"NOT_READY", nothing, link_down}, {"JOURNAL_FAILED", nothing, journal_failed},
    {"RESTRICTED", forex_allowed, forex}, {"RESTRICTED", nothing, index_type},
    {"RESTRICTED", nothing, no_type},
    {"UNKNOWN_PENDING", nothing, unknown_order}, {"DUPLICATE", duplicate_meant, duplicate},
    {"TICK_SIZE", tick_unknown, off_tick}, {"TICK_SIZE", stop_on_tick, stop_off_tick},
    {"TICK_SIZE", bracket_good, leg_off_tick}, {"TICK_SIZE", trail_amount_50, trail_off_tick},
    {"QTY_STEP", fraction_allowed, fraction},
    {"QTY_MAX", quantity_max, quantity_over}, {"QTY_MAX", quantity_over_closing, quantity_over},
    {"NO_PRICE", only_close, no_quote}, {"NO_PRICE", market_only_last, market_only_close},
    {"NO_PRICE", no_quote_no_link, no_quote},
    {"STALE_PRICE", market_60_s, market_old}, {"STALE_PRICE", limit_old, market_no_age},
    {"STALE_PRICE", market_delayed, market_delayed_live},
    {"STALE_PRICE", market_live_live, market_delayed_live},
    {"STOP_WRONG_SIDE", sell_stop_below, sell_stop_at},
    {"STOP_WRONG_SIDE", buy_stop_above, buy_stop_at},
    {"STOP_DISTANCE", stop_50, stop_beyond_50}, {"STOP_DISTANCE", stop_min_1, stop_nearer_1},
    {"STOP_DISTANCE", trail_50, trail_beyond_50},
    {"STOP_DISTANCE", trail_amount_50, trail_amount_beyond},
    {"STOP_DISTANCE", bracket_stop_50, bracket_stop_far},
    {"PRICE_COLLAR", buy_110, buy_over_110}, {"PRICE_COLLAR", sell_90, sell_under_90},
    {"PRICE_COLLAR", stop_limit_72, stop_limit_under_72},
    {"PRICE_COLLAR", buy_far_below, buy_over_110},
    {"STOP_WIDENS", stop_tighter, stop_wider}, {"STOP_WIDENS", stop_wider_meant, stop_wider},
    {"STOP_WIDENS", buy_stop_tighter, buy_stop_wider}, {"STOP_WIDENS", trail_tighter, trail_wider},
    {"STOP_WIDENS", trail_amount_equal, trail_amount_wider},
    {"STOP_WIDENS", trail_percent_equal, trail_percent_wider},
    {"STOP_WIDENS", trail_amount_tighter, trail_amount_more},
    {"WOULD_SHORT", sell_all, sell_too_much}, {"WOULD_SHORT", sell_short_allowed, sell_nothing_held},
    {"WOULD_SHORT", sell_beside_target, sell_over_target},
    {"WOULD_SHORT", sell_beside_stop, stop_beside_stop},
    {"WOULD_SHORT", stop_beside_target, stop_nothing_held},
    {"WOULD_SHORT", bracket_good, bracket_beside_target}, {"WOULD_SHORT", bracket_good, short_bracket},
    {"WOULD_SHORT", forex_sold, sell_nothing_held}, {"WOULD_SHORT", buy_to_close, sell_too_much},
    {"SELF_CROSS", cross_above, cross_at}, {"SELF_CROSS", cross_sell_below, cross_sell_at},
    {"SELF_CROSS", cross_market_own_side, cross_market},
    {"SELF_CROSS", cross_market_buy_above, cross_market_buy},
    {"RESTRICTED", symbol_listed, symbol_not_listed}, {"RESTRICTED", id_listed, id_not_listed},
    {"RESTRICTED", symbol_not_listed_closing, symbol_not_listed},
    {"RESTRICTED", other_barred, symbol_barred}, {"RESTRICTED", nothing, id_barred},
    {"RESTRICTED", currency_listed, currency_not_listed},
    {"RESTRICTED", exchange_listed, exchange_not_listed},
    {"RESTRICTED", order_type_listed, order_type_not_listed},
    {"RESTRICTED", bracket_good, exit_type_not_listed},
    {"OFF_HOURS", regular_hours, extended_hours}, {"OFF_HOURS", extended_meant, closed_hours},
    {"OFF_HOURS", closed_unlimited, unknown_hours}, {"OFF_HOURS", closed_closing, closed_hours},
    {"PRICE_COLLAR", buy_500_ticks, buy_501_ticks}, {"PRICE_COLLAR", sell_500_ticks, sell_501_ticks},
    {"PRICE_COLLAR", buy_110, collar_percent_nearer},
    {"POSITION_MAX", position_25_pct, position_over},
    {"POSITION_MAX", position_over_unlimited, position_over},
    {"POSITION_MAX", position_over_closing, position_unknown_worth},
    {"POSITION_MAX", position_over_forex, position_over},
    {"POSITION_MAX", position_with_held, position_with_working},
    {"POSITION_MAX", position_amount, position_amount_over},
    {"EXPOSURE_MAX", gross_50_pct, gross_over}, {"EXPOSURE_MAX", gross_over_closing, gross_over},
    {"EXPOSURE_MAX", gross_50_pct, gross_unvalued}, {"EXPOSURE_MAX", net_50_pct, net_over},
    {"EXPOSURE_MAX", net_short_50_pct, net_short_over},
    {"CURRENCY_MAX", euros_40_pct, euros_over}, {"CURRENCY_MAX", dollars_over, euros_over},
    {"MARGIN", margin_all_equity, margin_over_equity},
    {"MARGIN", margin_over_closing, margin_over_equity},
    {"MARGIN", margin_over_unchecked, margin_unsaid},
    {"MARGIN", margin_unsaid_embedded, margin_unsaid_tws},
    {"MARGIN", margin_half_excess, margin_over_half}, {"MARGIN", nothing, margin_partly_said},
    {"NO_MARGIN", margin_all_equity, margin_unsaid_unchecked},
    {"RATE_SECOND", second_max, second_over}, {"RATE_SECOND", second_over_closing, second_over},
    {"RULE_THROTTLED", rule_10, rule_11}, {"RULE_THROTTLED", rule_11_closing, rule_11},
    {"RULE_THROTTLED", person_11, rule_11},
    {"RATE_DAY", reserved_30, reserved_31}, {"RATE_DAY", reserved_for_rule, reserved_31},
    {"NEEDS_CONFIRM", value_25_pct, value_26_pct},
    {"NEEDS_APPROVAL", nothing, paper_elicited}, {"NEEDS_APPROVAL", nothing, paper_shown},
    {"NEEDS_APPROVAL", nothing, paper_asked}, {"NEEDS_APPROVAL", live_unasked, live_armed},
    {"NEEDS_APPROVAL", at_25_pct_asked, at_26_pct_asked}, {"NEEDS_APPROVAL", large_closing, paper_asked},
    {"APPROVAL_DENY", paper_asked, paper_denied}, {"APPROVAL_DENY", live_armed, live_denied},
    {"APPROVAL_DENY", at_25_pct_denied, at_26_pct_denied}, {"APPROVAL_DENY", large_closing, paper_denied_closing},
    {"APPROVAL_DENY", at_26_pct_asked, large_weaker},
    {"NEEDS_CONFIRM", value_26_pct_closing, value_26_pct},
    {"PRINCIPAL_LIMIT", by_token, token_revoked}, {"PRINCIPAL_LIMIT", by_token, token_reads},
    {"PRINCIPAL_LIMIT", token_account, token_other_account},
    {"PRINCIPAL_LIMIT", token_account, token_other_account_closing},
    {"PRINCIPAL_LIMIT", token_value, token_value_over},
    {"PRINCIPAL_LIMIT", token_value_over_closing, token_value_unknown},
    {"PRINCIPAL_LIMIT", token_orders, token_orders_over},
    {"NO_RATE", no_rate_closing, no_rate}, {"NO_RATE", nothing, unrated},
    {"VALUE_MAX", value_max, value_over}, {"VALUE_MAX", value_over_closing, value_over},
    {"VALUE_MAX", value_max_in_base, value_over_in_base},
    {"VALUE_MAX", value_multiplier_10, value_multiplier},
    {"VALUE_MAX", market_value_max, market_value_over},
    {"DAILY_VALUE", daily_max, daily_over}, {"DAILY_VALUE", daily_over_closing, daily_over},
    {"DAILY_VALUE", daily_change_same, daily_change_more},
    {"RATE_MINUTE", minute_max, minute_over}, {"RATE_MINUTE", minute_over_closing, minute_over},
    {"RATE_MINUTE", minute_bracket_max, minute_bracket_over}, {"RATE_MINUTE", minute_max, minute_change},
    {"RATE_DAY", day_max, day_over}, {"RATE_DAY", day_over_closing, day_over},
    {"RATE_DAY", day_over_stop, day_over}, {"RATE_DAY", day_change, day_over},
    {"STOPS_MAX", stops_max, stops_over}, {"STOPS_MAX", stops_over_limit, stops_over},
    {"STOPS_MAX", stops_change, stops_over},
    {"JOURNAL_STALLED", nothing, journal_stalled},
    {"RESTART_WINDOW", nothing, restart_near}, {"RESTART_WINDOW", restart_near_closing, restart_near},
    {"RATE_MESSAGES", messages_40, messages_41}, {"RATE_MESSAGES", messages_41_closing, messages_bracket},
    {"UNANSWERED_MAX", unanswered_20, unanswered_21}, {"UNANSWERED_MAX", unanswered_21_closing, unanswered_21},
    {"UNANSWERED_MAX", unanswered_21_change, unanswered_21},
    {"ORDERS_PER_SIDE", side_15, side_16}, {"ORDERS_PER_SIDE", side_16_change, side_16},
    {"ORDERS_PER_SIDE", side_bracket_15, side_bracket_16},
    {"SECTOR_MAX", sector_40_pct, sector_over}, {"SECTOR_MAX", sector_over_unlimited, sector_over},
    {"SECTOR_MAX", sector_over_closing, sector_not_found}, {"SECTOR_MAX", sector_40_pct, sector_missing},
    {"SECTOR_MAX", sector_40_pct, sector_unvalued}, {"SECTOR_MAX", sector_40_pct, sector_no_worth},
    {"DELAYED_PRICE", nothing, delayed}, {"OLD_PRICE", nothing, limit_old},
    {"HALTED_MARKET", nothing, halted}, {"STOP_LEFT_OVER", not_left_over, left_over},
};
/* clang-format on */

static void each_control_holds_on_both_sides_of_its_boundary(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof boundaries / sizeof boundaries[0]; i++) {
        const struct boundary *b = &boundaries[i];
        const struct gate_control *c = control_find(b->code);
        assert_non_null(c);
        struct scene s;
        scene_init(&s);
        b->passes(&s);
        judge(&s);
        const struct gate_finding *f = finding(&s, b->code);
        if (f)
            fail_msg("row %zu: %s although it should pass: %s", i, b->code, f->text);
        scene_init(&s);
        b->fails(&s);
        judge(&s);
        f = finding(&s, b->code);
        if (!f)
            fail_msg("row %zu: %s does not fire", i, b->code);
        assert_true(f->text[0]);
        assert_int_equal(f->is_warning, c->is_warning);
        assert_int_equal(s.ticket.is_allowed, c->is_warning);
    }
}

static void every_control_has_its_boundary_tested_and_says_what_to_do(void **state)
{
    (void)state;
    const struct gate_control *c;
    for (size_t i = 0; (c = control_at(i)) != NULL; i++) {
        bool tested = false;
        for (size_t k = 0; k < sizeof boundaries / sizeof boundaries[0]; k++)
            tested = tested || strcmp(boundaries[k].code, c->code) == 0;
        if (!tested)
            fail_msg("%s has no row", c->code);
        assert_true(c->is_warning || c->next[0]);
        assert_true(c->is_warning == (c->class == ERROR_NONE));
        assert_ptr_equal(control_find(c->code), c);
    }
    assert_null(control_find("NO_SUCH_CODE"));
}

/* A code or a setting that people may meet is explained to them. */
static void the_manual_names_every_code_and_every_limit(void **state)
{
    (void)state;
    static char text[64 << 10];
    FILE *f = fopen("docs/gate.md", "r");
    assert_non_null(f);
    struct str manual = {text, fread(text, 1, sizeof text, f)};
    (void)fclose(f);
    const struct gate_control *c;
    for (size_t i = 0; (c = control_at(i)) != NULL; i++)
        if (str_find_str(manual, str_of(c->code)) == manual.n)
            fail_msg("docs/gate.md does not name %s", c->code);
    for (size_t i = 0; i < guard_limits_type.count; i++)
        if (str_find_str(manual, str_of(guard_limits_type.fields[i].name)) == manual.n)
            fail_msg("docs/gate.md does not name %s", guard_limits_type.fields[i].name);
}

/* ---- the whole ---- */

static void a_plain_order_passes_without_a_finding(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    judge(&s);
    assert_true(s.ticket.is_allowed);
    assert_int_equal(s.ticket.finding_count, 0);
    assert_true(dec_eq(s.ticket.value_base.v, DEC(1000)));
    assert_true(dec_eq(s.ticket.position_after, DEC(10)));
    assert_int_equal(s.ticket.mode, GATE_MODE_PAPER);
}

static void all_failing_controls_are_told_and_the_first_names_the_error(void **state)
{
    (void)state;
    struct scene s;
    struct error e;
    scene_init(&s);
    killed(&s);
    day_over(&s);
    value_over(&s);
    judge(&s);
    assert_true(finding(&s, "KILLED") && finding(&s, "RATE_DAY") && finding(&s, "VALUE_MAX"));
    assert_false(ticket_refused(&s.ticket, &e));
    assert_string_equal(e.reason, "KILLED");
    assert_int_equal(e.code, ERROR_DENIED);
    assert_true(e.next[0]);
}

static void a_malformed_order_is_judged_for_its_form_alone(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    quantity_huge(&s);
    killed(&s);
    judge(&s);
    assert_int_equal(s.ticket.finding_count, 1);
    assert_false(s.ticket.is_allowed || s.ticket.value.has);
}

static void amounts_that_overflow_are_refused_and_not_wrapped(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    first(&s)->quantity = number("1000000000000");
    first(&s)->limit_price = some("1000000000000");
    memcpy(first(&s)->contract.multiplier, "1000000", 8);
    s.facts.rate = some("1000000");
    s.facts.value_today = number("900000000000000000000000000");
    s.facts.position = DEC(-1);
    judge(&s);
    assert_non_null(finding(&s, "VALUE_MAX"));
    assert_non_null(finding(&s, "DAILY_VALUE"));
}

static void a_market_order_is_valued_at_the_worst_price_and_the_collar(void **state)
{
    (void)state;
    static const struct {
        const char *bid, *ask, *last, *close, *expected;
    } cases[] = {
        {"99.9", "100.1", "100", "98", "110.11"},
        {"99.9", "100.1", "105", "98", "115.5"},
        {"99.9", "100.1", "100", "120", "132"},
        {"100", NULL, NULL, NULL, "110"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s;
        scene_init(&s);
        market(&s);
        s.facts.quote.bid = cases[i].bid ? some(cases[i].bid) : DEC_NONE;
        s.facts.quote.ask = cases[i].ask ? some(cases[i].ask) : DEC_NONE;
        s.facts.quote.last = cases[i].last ? some(cases[i].last) : DEC_NONE;
        s.facts.quote.close = cases[i].close ? some(cases[i].close) : DEC_NONE;
        judge(&s);
        assert_true(dec_eq(s.ticket.value.v, dec_times(number(cases[i].expected), 10)));
    }
}

static void a_sale_at_a_limit_is_valued_at_the_market_if_that_is_higher(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    sell(&s, "10", "10");
    first(&s)->limit_price = some("95");
    judge(&s);
    assert_true(dec_eq(s.ticket.value.v, DEC(1001)));
}

static void values_are_converted_to_the_base_currency(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    memcpy(first(&s)->contract.currency, "EUR", 4);
    s.facts.rate = some("1.1");
    judge(&s);
    assert_true(dec_eq(s.ticket.value.v, DEC(1000)));
    assert_true(dec_eq(s.ticket.value_base.v, DEC(1100)));
    assert_string_equal(s.ticket.currency, "EUR");
}

static void a_bracket_is_valued_at_its_entry_and_shows_the_loss_at_its_stop(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    bracket(&s, "95", "110");
    judge(&s);
    assert_true(s.ticket.is_allowed);
    assert_true(dec_eq(s.ticket.value_base.v, DEC(1000)));
    assert_true(dec_eq(s.ticket.worst_loss_base.v, DEC(50)));
}

static void only_what_reduces_is_called_reducing(void **state)
{
    (void)state;
    static const struct {
        const char *held, *quantity, *working;
        enum order_side side;
        bool reduces;
    } cases[] = {
        {"10", "10", "0", SIDE_SELL, true},  {"10", "11", "0", SIDE_SELL, false},
        {"10", "6", "4", SIDE_SELL, true},   {"10", "6", "5", SIDE_SELL, false},
        {"0", "1", "0", SIDE_SELL, false},   {"10", "5", "0", SIDE_BUY, false},
        {"-10", "10", "0", SIDE_BUY, true},  {"-10", "11", "0", SIDE_BUY, false},
        {"-10", "5", "0", SIDE_SELL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s;
        scene_init(&s);
        s.facts.position = number(cases[i].held);
        first(&s)->side = cases[i].side;
        first(&s)->quantity = number(cases[i].quantity);
        s.facts.working[KIND_PLAIN][cases[i].side] = number(cases[i].working);
        judge(&s);
        assert_int_equal(s.ticket.is_reducing, cases[i].reduces);
    }
}

static void a_change_counts_what_is_still_open_of_the_order(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    sell(&s, "10", "14"); /* 4 have filled: 10 are held, 10 are open */
    modify(&s);
    s.existing.status.filled = DEC(4);
    first(&s)->limit_price = some("101");
    judge(&s);
    assert_null(finding(&s, "WOULD_SHORT"));
    assert_true(s.ticket.is_reducing);
    assert_true(dec_is_zero(s.ticket.position_after));
}

static void the_defaults_are_those_of_the_table(void **state)
{
    (void)state;
    struct guard_limits l;
    guard_limits_default(&l);
    assert_int_equal(l.mode, GUARD_AUTO);
    assert_true(dec_eq(l.max_order_quantity, DEC(1000)));
    assert_true(dec_eq(l.max_order_value, DEC(10000)));
    assert_int_equal(l.max_orders_per_day, 50);
    assert_int_equal(l.stale_price_s, 60);
    assert_false(l.allow_short);
    assert_true(guard_list_has(l.security_types, STR("stk")));
    assert_false(guard_list_has(l.security_types, STR("")));
    assert_false(guard_list_has(STR_NONE, STR("STK")));
}

static void the_kill_switch_says_of_what_it_is(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    s.facts.is_killed = true;
    judge(&s);
    assert_string_equal(finding(&s, "KILLED")->text, "the kill switch is on: only cancels pass");
    scene_init(&s);
    s.facts.is_killed = true;
    memcpy(s.facts.kill_scope, "symbol KO", 10);
    judge(&s);
    assert_string_equal(finding(&s, "KILLED")->text,
                        "the kill switch of symbol KO is on: only cancels pass there");
    assert_false(s.ticket.is_allowed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_control_holds_on_both_sides_of_its_boundary),
        cmocka_unit_test(every_control_has_its_boundary_tested_and_says_what_to_do),
        cmocka_unit_test(the_manual_names_every_code_and_every_limit),
        cmocka_unit_test(a_plain_order_passes_without_a_finding),
        cmocka_unit_test(all_failing_controls_are_told_and_the_first_names_the_error),
        cmocka_unit_test(a_malformed_order_is_judged_for_its_form_alone),
        cmocka_unit_test(amounts_that_overflow_are_refused_and_not_wrapped),
        cmocka_unit_test(a_market_order_is_valued_at_the_worst_price_and_the_collar),
        cmocka_unit_test(a_sale_at_a_limit_is_valued_at_the_market_if_that_is_higher),
        cmocka_unit_test(values_are_converted_to_the_base_currency),
        cmocka_unit_test(a_bracket_is_valued_at_its_entry_and_shows_the_loss_at_its_stop),
        cmocka_unit_test(only_what_reduces_is_called_reducing),
        cmocka_unit_test(a_change_counts_what_is_still_open_of_the_order),
        cmocka_unit_test(the_defaults_are_those_of_the_table),
        cmocka_unit_test(the_kill_switch_says_of_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
