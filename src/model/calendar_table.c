/* SPDX-License-Identifier: MIT */
/*
 * The calendars, written down from what the exchanges publish: trading hours, rules of their
 * holidays, and notices of single days. Days without a rule are lists until CALENDAR_LAST_YEAR.
 */
#include "model/calendar_table.h"

enum { MON, TUE, WED, THU, FRI };
enum { JAN = 1, FEB, MAR, APR, MAY, JUN, JUL, AUG, SEP, OCT, NOV, DEC };

#define HM(h, m) ((h)*60 + (m))

/* clang-format off */
#define FIXED(m, d, how)         {DAY_FIXED, (m), (d), 0, 0, (how), 0, 0, 0}
#define FIXED_IN(m, d, how, a, b) {DAY_FIXED, (m), (d), 0, 0, (how), (a), (b), 0}
#define NTH(m, wd, n)            {DAY_NTH, (m), 0, (wd), (n), KEPT, 0, 0, 0}
#define NTH_IN(m, wd, n, a, b)   {DAY_NTH, (m), 0, (wd), (n), KEPT, (a), (b), 0}
#define EASTER(n)                {DAY_EASTER, 0, 0, 0, (n), KEPT, 0, 0, 0}
#define EASTER_IN(n, a, b)       {DAY_EASTER, 0, 0, 0, (n), KEPT, (a), (b), 0}
#define FROM(m, d, wd)           {DAY_FROM, (m), (d), (wd), 0, KEPT, 0, 0, 0}
/* the same as short days, with the minute of their end */
#define SHORT(m, d, end)         {DAY_FIXED, (m), (d), 0, 0, KEPT, 0, 0, (end)}
#define SHORT_IN(m, d, a, b, end) {DAY_FIXED, (m), (d), 0, 0, KEPT, (a), (b), (end)}
#define SHORT_EASTER(n, end)     {DAY_EASTER, 0, 0, 0, (n), KEPT, 0, 0, (end)}
#define SHORT_FROM(m, d, wd, end) {DAY_FROM, (m), (d), (wd), 0, KEPT, 0, 0, (end)}
#define SHORT_NTH(m, wd, n, end)  {DAY_NTH, (m), 0, (wd), (n), KEPT, 0, 0, (end)}
#define EVE(m, d, end)           {DAY_EVE, (m), (d), 0, 0, KEPT, 0, 0, (end)}
#define EVE_IN(m, d, a, b, end)  {DAY_EVE, (m), (d), 0, 0, KEPT, (a), (b), (end)}
#define END                      {DAY_END, 0, 0, 0, 0, KEPT, 0, 0, 0}
#define ALWAYS(h1, m1, h2, m2)   {0, {HM(h1, m1), HM(h2, m2), 0, 0}}
#define SINCE(ymd, h1, m1, h2, m2) {(ymd), {HM(h1, m1), HM(h2, m2), 0, 0}}
#define FOREVER                  {-1, {0, 0, 0, 0}}
#define CALENDAR(code, name, zone, id)                                                             \
    static const struct calendar id = {code, name, zone, id##_hours, id##_rules, NULL, NULL, NULL}
#define CALENDAR_WITH(code, name, zone, id, closed, odd)                                           \
    static const struct calendar id = {code, name, zone, id##_hours, id##_rules, closed, NULL, odd}

/* ---- North America ---- */
static const struct hours_from xnys_hours[] = {ALWAYS(9, 30, 16, 0), FOREVER};
static const struct day_rule xnys_rules[] = {
    FIXED(JAN, 1, SUNDAY),
    NTH(JAN, MON, 3),
    NTH(FEB, MON, 3),
    EASTER(-2),
    NTH(MAY, MON, -1),
    FIXED_IN(JUN, 19, NEAREST, 2022, 0),
    FIXED(JUL, 4, NEAREST),
    NTH(SEP, MON, 1),
    NTH(NOV, THU, 4),
    FIXED(DEC, 25, NEAREST),
    SHORT(JUL, 3, HM(13, 0)),
    SHORT_FROM(NOV, 23, FRI, HM(13, 0)),
    SHORT(DEC, 24, HM(13, 0)),
    END};
/* mourning: George H. W. Bush, Jimmy Carter */
static const int32_t xnys_closed[] = {20181205, 20250109, 0};
CALENDAR_WITH("XNYS", "New York", "America/New_York", xnys, xnys_closed, NULL);

static const struct hours_from xtse_hours[] = {ALWAYS(9, 30, 16, 0), FOREVER};
static const struct day_rule xtse_rules[] = {
    FIXED(JAN, 1, MONDAY),
    NTH(FEB, MON, 3),
    EASTER(-2),
    {DAY_BEFORE, MAY, 25, MON, 0, KEPT, 0, 0, 0},
    FIXED(JUL, 1, MONDAY),
    NTH(AUG, MON, 1),
    NTH(SEP, MON, 1),
    NTH(OCT, MON, 2),
    FIXED(DEC, 25, TWO_ON),
    FIXED(DEC, 26, TWO_ON),
    SHORT(DEC, 24, HM(13, 0)),
    END};
CALENDAR("XTSE", "Toronto", "America/Toronto", xtse);

/* Globex: a session begins on the evening before */
static const struct hours_from cmes_hours[] = {{0, {HM(-7, 0), HM(17, 0), 0, 0}}, FOREVER};
static const struct day_rule cmes_rules[] = {
    FIXED(JAN, 1, SUNDAY),
    EASTER(-2),
    FIXED(DEC, 25, NEAREST),
    SHORT_NTH(JAN, MON, 3, HM(12, 0)),
    SHORT_NTH(FEB, MON, 3, HM(12, 0)),
    SHORT_NTH(MAY, MON, -1, HM(12, 0)),
    {DAY_FIXED, JUN, 19, 0, 0, NEAREST, 2022, 0, HM(12, 0)},
    {DAY_FIXED, JUL, 4, 0, 0, NEAREST, 0, 0, HM(12, 0)},
    SHORT_NTH(SEP, MON, 1, HM(12, 0)),
    SHORT_NTH(NOV, THU, 4, HM(12, 0)),
    SHORT_FROM(NOV, 23, FRI, HM(12, 0)),
    SHORT(DEC, 24, HM(12, 0)),
    END};
CALENDAR("CMES", "CME Globex", "America/Chicago", cmes);

static const struct hours_from xcbf_hours[] = {ALWAYS(8, 30, 15, 15), FOREVER};
static const struct day_rule xcbf_rules[] = {
    FIXED(JAN, 1, SUNDAY),
    NTH(JAN, MON, 3),
    NTH(FEB, MON, 3),
    EASTER(-2),
    NTH(MAY, MON, -1),
    FIXED_IN(JUN, 19, NEAREST, 2022, 0),
    FIXED(JUL, 4, NEAREST),
    NTH(SEP, MON, 1),
    NTH(NOV, THU, 4),
    FIXED(DEC, 25, NEAREST),
    SHORT_FROM(NOV, 23, FRI, HM(12, 15)),
    END};
CALENDAR_WITH("XCBF", "Cboe Futures", "America/Chicago", xcbf, xnys_closed, NULL);

/* ---- Europe ---- */
static const struct hours_from xlon_hours[] = {ALWAYS(8, 0, 16, 30), FOREVER};
static const struct day_rule xlon_rules[] = {
    FIXED(JAN, 1, MONDAY),
    EASTER(-2),
    EASTER(1),
    NTH_IN(MAY, MON, 1, 0, 2019),
    NTH_IN(MAY, MON, 1, 2021, 0),
    NTH_IN(MAY, MON, -1, 0, 2021),
    NTH_IN(MAY, MON, -1, 2023, 0),
    NTH(AUG, MON, -1),
    FIXED(DEC, 25, TWO_ON),
    FIXED(DEC, 26, TWO_ON),
    EVE(DEC, 25, HM(12, 30)),
    EVE(JAN, 1, HM(12, 30)),
    END};
/* VE day 75; platinum jubilee; funeral of Elizabeth II; coronation of Charles III */
static const int32_t xlon_closed[] = {20200508, 20220602, 20220603, 20220919, 20230508, 0};
CALENDAR_WITH("XLON", "London", "Europe/London", xlon, xlon_closed, NULL);

/* The days of Euronext in Paris, Amsterdam, Brussels and Lisbon. */
#define EURONEXT(end)                                                                              \
    {                                                                                              \
        FIXED(JAN, 1, KEPT), EASTER(-2), EASTER(1), FIXED(MAY, 1, KEPT), FIXED(DEC, 25, KEPT),     \
            FIXED(DEC, 26, KEPT), SHORT(DEC, 24, end), SHORT(DEC, 31, end), END                    \
    }
static const struct hours_from xpar_hours[] = {ALWAYS(9, 0, 17, 30), FOREVER};
static const struct day_rule xpar_rules[] = EURONEXT(HM(14, 5));
CALENDAR("XPAR", "Euronext Paris", "Europe/Paris", xpar);
#define xams_hours xpar_hours
#define xams_rules xpar_rules
#define xbru_hours xpar_hours
#define xbru_rules xpar_rules
CALENDAR("XAMS", "Euronext Amsterdam", "Europe/Amsterdam", xams);
CALENDAR("XBRU", "Euronext Brussels", "Europe/Brussels", xbru);
static const struct hours_from xlis_hours[] = {ALWAYS(8, 0, 16, 30), FOREVER};
static const struct day_rule xlis_rules[] = EURONEXT(HM(13, 5));
CALENDAR("XLIS", "Euronext Lisbon", "Europe/Lisbon", xlis);

static const struct hours_from xetr_hours[] = {ALWAYS(9, 0, 17, 30), FOREVER};
static const struct day_rule xetr_rules[] = {
    FIXED(JAN, 1, KEPT),
    EASTER(-2),
    EASTER(1),
    FIXED(MAY, 1, KEPT),
    EASTER_IN(50, 0, 2021),
    FIXED_IN(OCT, 3, KEPT, 2014, 2020),
    FIXED(DEC, 24, KEPT),
    FIXED(DEC, 25, KEPT),
    FIXED(DEC, 26, KEPT),
    FIXED(DEC, 31, KEPT),
    EVE(DEC, 31, HM(14, 0)),
    END};
static const int32_t xetr_closed[] = {20171031, 0}; /* 500 years of the reformation */
CALENDAR_WITH("XETR", "Xetra", "Europe/Berlin", xetr, xetr_closed, NULL);

static const struct hours_from xeur_hours[] = {ALWAYS(8, 0, 22, 0), FOREVER};
static const struct day_rule xeur_rules[] = {
    FIXED(JAN, 1, KEPT),
    EASTER(-2),
    EASTER(1),
    FIXED(MAY, 1, KEPT),
    FIXED(DEC, 24, KEPT),
    FIXED(DEC, 25, KEPT),
    FIXED(DEC, 26, KEPT),
    FIXED(DEC, 31, KEPT),
    END};
CALENDAR("XEUR", "Eurex", "Europe/Berlin", xeur);

static const struct hours_from xmil_hours[] = {ALWAYS(9, 0, 17, 30), FOREVER};
static const struct day_rule xmil_rules[] = {
    FIXED(JAN, 1, KEPT),
    EASTER(-2),
    EASTER(1),
    FIXED(MAY, 1, KEPT),
    FIXED(AUG, 15, KEPT),
    FIXED(DEC, 24, KEPT),
    FIXED(DEC, 25, KEPT),
    FIXED(DEC, 26, KEPT),
    FIXED(DEC, 31, KEPT),
    END};
CALENDAR("XMIL", "Borsa Italiana", "Europe/Rome", xmil);

static const struct hours_from xmad_hours[] = {ALWAYS(9, 0, 17, 30), FOREVER};
static const struct day_rule xmad_rules[] = EURONEXT(HM(14, 0));
static const int32_t xmad_closed[] = {20211224, 20211231, 0}; /* closed instead of short */
CALENDAR_WITH("XMAD", "Madrid", "Europe/Madrid", xmad, xmad_closed, NULL);

static const struct hours_from xswx_hours[] = {ALWAYS(9, 0, 17, 30), FOREVER};
static const struct day_rule xswx_rules[] = {
    FIXED(JAN, 1, KEPT),
    FIXED(JAN, 2, KEPT),
    EASTER(-2),
    EASTER(1),
    FIXED(MAY, 1, KEPT),
    EASTER(39),
    EASTER(50),
    FIXED(AUG, 1, KEPT),
    FIXED(DEC, 24, KEPT),
    FIXED(DEC, 25, KEPT),
    FIXED(DEC, 26, KEPT),
    FIXED(DEC, 31, KEPT),
    END};
CALENDAR("XSWX", "SIX Swiss Exchange", "Europe/Zurich", xswx);

static const struct hours_from xsto_hours[] = {ALWAYS(9, 0, 17, 30), FOREVER};
static const struct day_rule xsto_rules[] = {
    FIXED(JAN, 1, KEPT),
    FIXED(JAN, 6, KEPT),
    EASTER(-2),
    EASTER(1),
    FIXED(MAY, 1, KEPT),
    EASTER(39),
    FIXED(JUN, 6, KEPT),
    FROM(JUN, 19, FRI),
    FIXED(DEC, 24, KEPT),
    FIXED(DEC, 25, KEPT),
    FIXED(DEC, 26, KEPT),
    FIXED(DEC, 31, KEPT),
    SHORT(JAN, 5, HM(13, 0)),
    SHORT_EASTER(-3, HM(13, 0)),
    SHORT(APR, 30, HM(13, 0)),
    SHORT_EASTER(38, HM(13, 0)),
    SHORT_FROM(OCT, 30, FRI, HM(13, 0)),
    END};
CALENDAR("XSTO", "Nasdaq Stockholm", "Europe/Stockholm", xsto);

static const struct hours_from xcse_hours[] = {ALWAYS(9, 0, 17, 0), FOREVER};
static const struct day_rule xcse_rules[] = {
    FIXED(JAN, 1, KEPT),
    EASTER(-3),
    EASTER(-2),
    EASTER(1),
    EASTER_IN(26, 0, 2023), /* great prayer day, a holiday until 2023 */
    EASTER(39),
    EASTER(40),
    EASTER(50),
    FIXED(JUN, 5, KEPT),
    FIXED(DEC, 24, KEPT),
    FIXED(DEC, 25, KEPT),
    FIXED(DEC, 26, KEPT),
    FIXED(DEC, 31, KEPT),
    END};
CALENDAR("XCSE", "Nasdaq Copenhagen", "Europe/Copenhagen", xcse);

static const struct hours_from xhel_hours[] = {ALWAYS(10, 0, 18, 30), FOREVER};
static const struct day_rule xhel_rules[] = {
    FIXED(JAN, 1, KEPT),
    FIXED(JAN, 6, KEPT),
    EASTER(-2),
    EASTER(1),
    FIXED(MAY, 1, KEPT),
    EASTER(39),
    FROM(JUN, 19, FRI),
    FIXED(DEC, 6, KEPT),
    FIXED(DEC, 24, KEPT),
    FIXED(DEC, 25, KEPT),
    FIXED(DEC, 26, KEPT),
    FIXED(DEC, 31, KEPT),
    END};
CALENDAR("XHEL", "Nasdaq Helsinki", "Europe/Helsinki", xhel);

static const struct hours_from xosl_hours[] = {ALWAYS(9, 0, 16, 20), FOREVER};
static const struct day_rule xosl_rules[] = {
    FIXED(JAN, 1, KEPT),
    EASTER(-3),
    EASTER(-2),
    EASTER(1),
    FIXED(MAY, 1, KEPT),
    FIXED(MAY, 17, KEPT),
    EASTER(39),
    EASTER(50),
    FIXED(DEC, 24, KEPT),
    FIXED(DEC, 25, KEPT),
    FIXED(DEC, 26, KEPT),
    FIXED(DEC, 31, KEPT),
    SHORT_EASTER(-4, HM(13, 0)),
    END};
CALENDAR("XOSL", "Oslo", "Europe/Oslo", xosl);

static const struct hours_from xwbo_hours[] = {ALWAYS(9, 0, 17, 30), FOREVER};
static const struct day_rule xwbo_rules[] = {
    FIXED(JAN, 1, KEPT),
    FIXED_IN(JAN, 6, KEPT, 0, 2018),
    EASTER(-2),
    EASTER(1),
    FIXED(MAY, 1, KEPT),
    EASTER_IN(39, 0, 2018),
    EASTER_IN(50, 0, 2022),
    EASTER_IN(60, 0, 2018),
    FIXED_IN(AUG, 15, KEPT, 0, 2018),
    FIXED(OCT, 26, KEPT),
    FIXED_IN(NOV, 1, KEPT, 0, 2018),
    FIXED_IN(DEC, 8, KEPT, 0, 2018),
    FIXED(DEC, 24, KEPT),
    FIXED(DEC, 25, KEPT),
    FIXED(DEC, 26, KEPT),
    FIXED(DEC, 31, KEPT),
    EVE_IN(DEC, 31, 2017, 0, HM(14, 15)),
    END};
CALENDAR("XWBO", "Vienna", "Europe/Vienna", xwbo);

static const struct hours_from xwar_hours[] = {ALWAYS(9, 0, 17, 0), FOREVER};
static const struct day_rule xwar_rules[] = {
    FIXED(JAN, 1, KEPT),
    FIXED(JAN, 6, KEPT),
    EASTER(-2),
    EASTER(1),
    FIXED(MAY, 1, KEPT),
    FIXED(MAY, 3, KEPT),
    EASTER(60),
    FIXED(AUG, 15, KEPT),
    FIXED(NOV, 1, KEPT),
    FIXED(NOV, 11, KEPT),
    FIXED(DEC, 24, KEPT),
    FIXED(DEC, 25, KEPT),
    FIXED(DEC, 26, KEPT),
    FIXED(DEC, 31, KEPT),
    END};
/* by notice of the exchange; 100 years of independence */
static const int32_t xwar_closed[] = {20180102, 20181112, 0};
CALENDAR_WITH("XWAR", "Warsaw", "Europe/Warsaw", xwar, xwar_closed, NULL);

/* ---- Asia and the Pacific ---- */
static const struct hours_from xtks_hours[] = {
    {0, {HM(9, 0), HM(15, 0), HM(11, 30), HM(12, 30)}},
    {20241105, {HM(9, 0), HM(15, 30), HM(11, 30), HM(12, 30)}},
    FOREVER};
static const struct day_rule xtks_rules[] = {
    FIXED(JAN, 1, SUNDAY),
    FIXED(JAN, 2, KEPT),
    FIXED(JAN, 3, KEPT),
    NTH(JAN, MON, 2),
    FIXED(FEB, 11, SUNDAY),
    FIXED_IN(FEB, 23, SUNDAY, 2020, 0),
    {DAY_SPRING, 0, 0, 0, 0, SUNDAY, 0, 0, 0},
    FIXED(APR, 29, SUNDAY),
    FIXED(MAY, 3, KEPT),
    FIXED(MAY, 4, KEPT),
    FIXED(MAY, 5, KEPT),
    NTH_IN(JUL, MON, 3, 0, 2019),
    NTH_IN(JUL, MON, 3, 2022, 0),
    FIXED_IN(AUG, 11, SUNDAY, 2016, 2019),
    FIXED_IN(AUG, 11, SUNDAY, 2022, 0),
    NTH(SEP, MON, 3),
    {DAY_AUTUMN, 0, 0, 0, 0, SUNDAY, 0, 0, 0},
    {DAY_BETWEEN, 0, 0, 0, 0, KEPT, 0, 0, 0},
    NTH_IN(OCT, MON, 2, 0, 2019),
    NTH_IN(OCT, MON, 2, 2022, 0),
    FIXED(NOV, 3, SUNDAY),
    FIXED(NOV, 23, SUNDAY),
    FIXED_IN(DEC, 23, SUNDAY, 0, 2018),
    FIXED(DEC, 31, KEPT),
    END};
static const int32_t xtks_closed[] = {
    /* 6 May, where one of the three days before is a Sunday */
    20150506, 20190506, 20200506, 20240506, 20250506, 20260506,
    /* the emperor's abdication and accession, enthronement */
    20190430, 20190501, 20190502, 20191022,
    /* moved for the games of Tokyo */
    20200723, 20200724, 20200810, 20210722, 20210723, 20210809,
    /* no trading: the system of the exchange had failed */
    20201001, 0};
CALENDAR_WITH("XTKS", "Tokyo", "Asia/Tokyo", xtks, xtks_closed, NULL);

static const struct hours_from xhkg_hours[] = {
    {0, {HM(9, 30), HM(16, 0), HM(12, 0), HM(13, 0)}}, FOREVER};
static const struct day_rule xhkg_rules[] = {
    FIXED(JAN, 1, SUNDAY),
    EASTER(-2),
    EASTER(1),
    FIXED(MAY, 1, SUNDAY),
    FIXED(JUL, 1, SUNDAY),
    FIXED(OCT, 1, SUNDAY),
    FIXED(DEC, 25, SUNDAY),
    SHORT(DEC, 24, HM(12, 0)),
    SHORT(DEC, 31, HM(12, 0)),
    END};
/* New year of the moon, tomb sweeping, Buddha's birthday, dragon boats, after mid-autumn, double
 * ninth, the second day of Christmas; each as gazetted */
static const int32_t xhkg_closed[] = {
    20150219, 20150220, 20150407, 20150525, 20150928, 20151021,
    20160208, 20160209, 20160210, 20160404, 20160609, 20160916, 20161010, 20161227,
    20170130, 20170131, 20170404, 20170503, 20170530, 20171005, 20171226,
    20180216, 20180219, 20180405, 20180522, 20180618, 20180925, 20181017, 20181226,
    20190205, 20190206, 20190207, 20190405, 20190513, 20190607, 20191007, 20191226,
    20200127, 20200128, 20200430, 20200625, 20201002, 20201026,
    20210212, 20210215, 20210406, 20210519, 20210614, 20210922, 20211014, 20211227,
    20220201, 20220202, 20220203, 20220405, 20220509, 20220603, 20220912, 20221004, 20221227,
    20230123, 20230124, 20230125, 20230405, 20230526, 20230622, 20231023, 20231226,
    20240212, 20240213, 20240404, 20240515, 20240610, 20240918, 20241011, 20241226,
    20250129, 20250130, 20250131, 20250404, 20250505, 20251007, 20251029, 20251226,
    20260217, 20260218, 20260219, 20260407, 20260525, 20260619, 20261019,
    /* 70 years after the war; typhoons and rain: Nida, Haima, Hato, Nangka, Kompasu, Talim, Saola,
     * 8 September 2023, Yagi */
    20150903, 20160802, 20161021, 20170823, 20201013, 20211013, 20230717, 20230901, 20230908,
    20240906, 0};
/* the eve of the new year of the moon */
static const struct odd_day xhkg_odd[] = {
    {20150218, HM(9, 30), HM(12, 0)}, {20170127, HM(9, 30), HM(12, 0)},
    {20180215, HM(9, 30), HM(12, 0)}, {20190204, HM(9, 30), HM(12, 0)},
    {20200124, HM(9, 30), HM(12, 0)}, {20210211, HM(9, 30), HM(12, 0)},
    {20220131, HM(9, 30), HM(12, 0)}, {20240209, HM(9, 30), HM(12, 0)},
    {20250128, HM(9, 30), HM(12, 0)}, {20260216, HM(9, 30), HM(12, 0)}, {0, 0, 0}};
CALENDAR_WITH("XHKG", "Hong Kong", "Asia/Hong_Kong", xhkg, xhkg_closed, xhkg_odd);

static const struct hours_from xkrx_hours[] = {
    ALWAYS(9, 0, 15, 0), SINCE(20160801, 9, 0, 15, 30), FOREVER};
static const struct day_rule xkrx_rules[] = {
    FIXED(JAN, 1, KEPT),
    FIXED(MAR, 1, KEPT),
    FIXED(MAY, 1, KEPT),
    FIXED(MAY, 5, KEPT),
    FIXED(JUN, 6, KEPT),
    FIXED(AUG, 15, KEPT),
    FIXED(OCT, 3, KEPT),
    FIXED(OCT, 9, KEPT),
    FIXED(DEC, 25, KEPT),
    FIXED(DEC, 31, KEPT),
    END};
/* New year and harvest by the moon, Buddha's birthday, substitutes, elections, days by decree; the
 * last weekday of a year whose 31 December is none */
static const int32_t xkrx_closed[] = {
    20150218, 20150219, 20150220, 20150525, 20150814, 20150928, 20150929,
    20160208, 20160209, 20160210, 20160413, 20160506, 20160914, 20160915, 20160916, 20161230,
    20170127, 20170130, 20170503, 20170509, 20171002, 20171004, 20171005, 20171006, 20171229,
    20180215, 20180216, 20180507, 20180522, 20180613, 20180924, 20180925, 20180926,
    20190204, 20190205, 20190206, 20190506, 20190912, 20190913,
    20200124, 20200127, 20200415, 20200430, 20200817, 20200930, 20201001, 20201002,
    20210211, 20210212, 20210519, 20210816, 20210920, 20210921, 20210922, 20211004, 20211011,
    20220131, 20220201, 20220202, 20220309, 20220601, 20220909, 20220912, 20221010, 20221230,
    20230123, 20230124, 20230529, 20230928, 20230929, 20231002, 20231229,
    20240209, 20240212, 20240410, 20240506, 20240515, 20240916, 20240917, 20240918, 20241001,
    20250127, 20250128, 20250129, 20250130, 20250303, 20250506, 20250603, 20251006, 20251007,
    20251008,
    20260216, 20260217, 20260218, 20260302, 20260525, 20260603, 20260817, 20260924, 20260925,
    20261005, 0};
/* the first session of a year and the day of the university entrance examination begin at 10 */
static const struct odd_day xkrx_odd[] = {
    {20150102, HM(10, 0), HM(15, 0)},  {20151112, HM(10, 0), HM(16, 0)},
    {20160104, HM(10, 0), HM(15, 0)},  {20161117, HM(10, 0), HM(16, 30)},
    {20171116, HM(10, 0), HM(16, 30)}, /* the examination was put off after an earthquake */
   
    {20170102, HM(10, 0), HM(15, 30)}, {20171123, HM(10, 0), HM(16, 30)},
    {20180102, HM(10, 0), HM(15, 30)}, {20181115, HM(10, 0), HM(16, 30)},
    {20190102, HM(10, 0), HM(15, 30)}, {20191114, HM(10, 0), HM(16, 30)},
    {20200102, HM(10, 0), HM(15, 30)}, {20201203, HM(10, 0), HM(16, 30)},
    {20210104, HM(10, 0), HM(15, 30)}, {20211118, HM(10, 0), HM(16, 30)},
    {20220103, HM(10, 0), HM(15, 30)}, {20221117, HM(10, 0), HM(16, 30)},
    {20230102, HM(10, 0), HM(15, 30)}, {20231116, HM(10, 0), HM(16, 30)},
    {20240102, HM(10, 0), HM(15, 30)}, {20241114, HM(10, 0), HM(16, 30)},
    {20250102, HM(10, 0), HM(15, 30)}, {20251113, HM(10, 0), HM(16, 30)},
    {20260102, HM(10, 0), HM(15, 30)}, {20261119, HM(10, 0), HM(16, 30)}, {0, 0, 0}};
CALENDAR_WITH("XKRX", "Korea", "Asia/Seoul", xkrx, xkrx_closed, xkrx_odd);

static const struct hours_from xses_hours[] = {
    ALWAYS(9, 0, 17, 0),
    {20171113, {HM(9, 0), HM(17, 0), HM(12, 0), HM(13, 0)}},
    FOREVER};
static const struct day_rule xses_rules[] = {
    FIXED(JAN, 1, SUNDAY),
    EASTER(-2),
    FIXED(MAY, 1, SUNDAY),
    FIXED(AUG, 9, SUNDAY),
    FIXED(DEC, 25, SUNDAY),
    SHORT(DEC, 24, HM(12, 0)),
    SHORT(DEC, 31, HM(12, 0)),
    END};
/* new year of the moon, Vesak, the two feasts of Hari Raya, Deepavali; elections; the jubilee */
static const int32_t xses_closed[] = {
    20150219, 20150220, 20150601, 20150717, 20150807, 20150911, 20150924, 20151110,
    20160208, 20160209, 20160706, 20160912,
    20170130, 20170510, 20170626, 20170901, 20171018,
    20180216, 20180529, 20180615, 20180822, 20181106,
    20190205, 20190206, 20190520, 20190605, 20190812, 20191028,
    20200127, 20200507, 20200525, 20200710, 20200731,
    20210212, 20210513, 20210526, 20210720, 20211104,
    20220201, 20220202, 20220503, 20220516, 20220711, 20221024,
    20230123, 20230124, 20230602, 20230629, 20230901, 20231113,
    20240212, 20240410, 20240522, 20240617, 20241031,
    20250129, 20250130, 20250331, 20250512, 20251020,
    20260217, 20260218, 20260527, 20260601, 20261109, 0};
/* the eve of the new year of the moon */
static const struct odd_day xses_odd[] = {
    {20150218, HM(9, 0), HM(12, 0)},
    {20170127, HM(9, 0), HM(12, 0)}, {20180215, HM(9, 0), HM(12, 0)},
    {20190204, HM(9, 0), HM(12, 0)}, {20200124, HM(9, 0), HM(12, 0)},
    {20210211, HM(9, 0), HM(12, 0)}, {20220131, HM(9, 0), HM(12, 0)},
    {20240209, HM(9, 0), HM(12, 0)},
    {20250128, HM(9, 0), HM(12, 0)}, {20260216, HM(9, 0), HM(12, 0)}, {0, 0, 0}};
CALENDAR_WITH("XSES", "Singapore", "Asia/Singapore", xses, xses_closed, xses_odd);

static const struct hours_from xasx_hours[] = {ALWAYS(10, 0, 16, 0), FOREVER};
static const struct day_rule xasx_rules[] = {
    FIXED(JAN, 1, MONDAY),
    FIXED(JAN, 26, MONDAY),
    EASTER(-2),
    EASTER(1),
    FIXED(APR, 25, KEPT),
    NTH(JUN, MON, 2),
    FIXED(DEC, 25, TWO_ON),
    FIXED(DEC, 26, TWO_ON),
    EVE_IN(DEC, 25, 0, 2021, HM(14, 10)), /* none in 2022 */
    EVE_IN(DEC, 25, 2023, 0, HM(14, 10)),
    EVE_IN(JAN, 1, 0, 2022, HM(14, 10)),
    EVE_IN(JAN, 1, 2024, 0, HM(14, 10)),
    END};
static const int32_t xasx_closed[] = {20220922, 0}; /* mourning for Elizabeth II */
CALENDAR_WITH("XASX", "Sydney", "Australia/Sydney", xasx, xasx_closed, NULL);
/* clang-format on */

const struct calendar *const calendar_table[] = {
    &cmes, &xams, &xasx, &xbru, &xcbf, &xcse, &xetr, &xeur, &xhel, &xhkg, &xkrx, &xlis, &xlon,
    &xmad, &xmil, &xnys, &xosl, &xpar, &xses, &xsto, &xswx, &xtks, &xtse, &xwar, &xwbo, NULL};
