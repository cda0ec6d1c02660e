/* SPDX-License-Identifier: MIT */
#include "market/aliases.h"

#include <stddef.h>

/* broker's code, MIC, names; one row an exchange */
static const struct exchange {
    const char *code, *mic, *names[3];
} exchanges[] = {
    {"SMART", NULL, {NULL}},
    {"NYSE", "XNYS", {"NEW YORK", NULL}},
    {"NASDAQ", "XNAS", {"ISLAND", NULL}},
    {"ARCA", "ARCX", {NULL}},
    {"AMEX", "XASE", {NULL}},
    {"BATS", "BATS", {NULL}},
    {"IEX", "IEXG", {NULL}},
    {"CBOE", "XCBO", {NULL}},
    {"CME", "XCME", {"GLOBEX", NULL}},
    {"NYMEX", "XNYM", {NULL}},
    {"COMEX", "XCEC", {NULL}},
    {"CBOT", "XCBT", {NULL}},
    {"TSE", "XTSE", {"TORONTO", NULL}},
    {"VENTURE", "XTSX", {NULL}},
    {"MEXI", "XMEX", {"MEXICO", NULL}},
    {"LSE", "XLON", {"LONDON", NULL}},
    {"LSEETF", NULL, {NULL}},
    {"AEB", "XAMS", {"AMSTERDAM", NULL}},
    {"SBF", "XPAR", {"PARIS", NULL}},
    {"ENEXT.BE", "XBRU", {"BRUSSELS", NULL}},
    {"BVL", "XLIS", {"LISBON", NULL}},
    {"IBIS", "XETR", {"XETRA", "GERMANY", NULL}},
    {"FWB", "XFRA", {"FRANKFURT", NULL}},
    {"EBS", "XSWX", {"SWISS", "ZURICH", "SIX"}},
    {"BVME", "XMIL", {"MILAN", NULL}},
    {"BM", "XMAD", {"MADRID", NULL}},
    {"SFB", "XSTO", {"STOCKHOLM", NULL}},
    {"CPH", "XCSE", {"COPENHAGEN", NULL}},
    {"HEX", "XHEL", {"HELSINKI", NULL}},
    {"OSE", "XOSL", {"OSLO", NULL}},
    {"VSE", "XWBO", {"VIENNA", NULL}},
    {"WSE", "XWAR", {"WARSAW", NULL}},
    {"TASE", "XTAE", {"TEL AVIV", NULL}},
    {"JSE", "XJSE", {"JOHANNESBURG", NULL}},
    {"TSEJ", "XTKS", {"TOKYO", NULL}},
    {"SEHK", "XHKG", {"HONG KONG", "HKEX", NULL}},
    {"KSE", "XKRX", {"SEOUL", "KOREA", "KRX"}},
    {"SGX", "XSES", {"SINGAPORE", NULL}},
    {"ASX", "XASX", {"SYDNEY", "AUSTRALIA", NULL}},
    {"NSE", "XNSE", {"MUMBAI", NULL}},
    {"EUREX", "XEUR", {NULL}},
    {"DTB", NULL, {NULL}},
    {"OSE.JPN", "XOSE", {"OSAKA", NULL}},
    {"IDEALPRO", NULL, {NULL}},
    {"PAXOS", NULL, {NULL}},
};

static bool is_name_of(const struct exchange *x, struct str text)
{
    if (str_ieq(text, str_of(x->code)) || str_ieq(text, str_of(x->mic)))
        return true;
    for (size_t i = 0; i < sizeof x->names / sizeof x->names[0] && x->names[i]; i++)
        if (str_ieq(text, str_of(x->names[i])))
            return true;
    return false;
}

const char *alias_exchange(struct str text)
{
    for (size_t i = 0; text.n && i < sizeof exchanges / sizeof exchanges[0]; i++)
        if (is_name_of(&exchanges[i], text))
            return exchanges[i].code;
    return NULL;
}
