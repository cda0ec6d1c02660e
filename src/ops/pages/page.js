/* SPDX-License-Identifier: MIT */
/*
 * What all pages share: the host at the other end (MCP Apps 2026-01-26: JSON-RPC by postMessage),
 * its theme, and elements made of text. Nothing here, and nothing in a page, makes HTML out of a
 * value: what comes from outside is text.
 */
"use strict";
const host = { capabilities: {}, locale: undefined, waiting: new Map(), next: 1 };

function post(message) {
    window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
}
function tell(method, params) {
    post({ method, params });
}
function ask(method, params) {
    const id = host.next++;
    post({ id, method, params });
    return new Promise((resolve, reject) => host.waiting.set(id, { resolve, reject }));
}
function callTool(name, args) {
    return ask("tools/call", { name, arguments: args });
}

/* The facts of a tool's result: structured, or as JSON in its text. */
function factsOf(result) {
    if (result && result.structuredContent) return result.structuredContent;
    try {
        return JSON.parse(result.content.find((c) => c.type === "text").text);
    } catch {
        return null;
    }
}

/* ---- looks ---- */
function dress(context) {
    if (!context) return;
    if (context.locale) host.locale = context.locale;
    const root = document.documentElement;
    if (context.theme) root.style.colorScheme = context.theme;
    const variables = (context.styles && context.styles.variables) || {};
    for (const [name, value] of Object.entries(variables))
        if (name.startsWith("--") && typeof value === "string") root.style.setProperty(name, value);
}
/* With at least so many digits behind the point, and at most so many or `most`. */
function number(value, digits, most) {
    if (value === null || value === undefined || value === "") return "unknown";
    const options = { maximumFractionDigits: most ?? digits ?? 8 };
    if (digits !== undefined) options.minimumFractionDigits = digits;
    try {
        return new Intl.NumberFormat(host.locale, options).format(value);
    } catch {
        return String(value);
    }
}
function price(value) {
    return number(value, 2, 8);
}
function money(value, currency) {
    return value === null || value === undefined ? "unknown" : number(value, 2) + (currency ? " " + currency : "");
}
/* Up or down, or neither; the sign is part of the text, not of the colour alone. */
function change(value, text) {
    return el("span", value > 0 ? "good" : value < 0 ? "bad" : "", (value > 0 ? "+" : "") + text);
}
function el(name, className, ...children) {
    const e = document.createElement(name);
    if (className) e.className = className;
    for (const child of children)
        if (child !== null && child !== undefined && child !== "") e.append(child);
    return e;
}
function show(...children) {
    document.body.replaceChildren(...children.filter((c) => c));
}

/* ---- the host ---- */
function connect(name, on) {
    window.addEventListener("message", (event) => {
        const m = event.data;
        if (event.source !== window.parent || !m || m.jsonrpc !== "2.0") return;
        if (m.method === undefined) {
            const waiting = host.waiting.get(m.id);
            host.waiting.delete(m.id);
            if (waiting && m.error) waiting.reject(new Error(String(m.error.message)));
            else if (waiting) waiting.resolve(m.result);
            return;
        }
        if (m.method === "ui/notifications/host-context-changed") dress(m.params);
        if (m.method === "ui/notifications/tool-input" && on.input) on.input((m.params || {}).arguments || {});
        if (m.method === "ui/notifications/tool-result") on.result(m.params || {});
        if (m.method === "ui/notifications/tool-cancelled" && on.cancelled) on.cancelled();
        if (m.id !== undefined) {
            const known = m.method === "ping" || m.method === "ui/resource-teardown";
            post(known ? { id: m.id, result: {} } : { id: m.id, error: { code: -32601, message: "not known here" } });
        }
    });
    new ResizeObserver(() => {
        const height = Math.ceil(document.body.getBoundingClientRect().height);
        tell("ui/notifications/size-changed", { height });
    }).observe(document.body);
    ask("ui/initialize", {
        protocolVersion: "2026-01-26",
        appInfo: { name: "portcullis-" + name, version: "1" },
        appCapabilities: { availableDisplayModes: ["inline"] },
    }).then((result) => {
        host.capabilities = result.hostCapabilities || {};
        dress(result.hostContext);
        tell("ui/notifications/initialized", {});
    });
}
