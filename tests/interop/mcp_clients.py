# SPDX-License-Identifier: MIT
"""The published clients of MCP for Python, over stdio and HTTP, in each era that they speak: at the
product, and what nothing of the product does on demand at the fixture of tests/mcp. Runs in the world
of mcp_world. Each test stands for a cell of the table in docs/interop.md."""

import asyncio
import json
import os
import sys
import traceback
import urllib.parse
import urllib.request
import warnings
from contextlib import asynccontextmanager
from importlib.metadata import version

import fastmcp
import httpx2
import mcp
import mcp_types as types
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import listen

warnings.simplefilter("ignore")  # what is deprecated is tried all the same

LEGACY, MODERN = "2025-11-25", "2026-07-28"
LISTS = "portcullis://watchlists"
PATIENCE = 20
ENV = os.environ
SOCKET = {s: ENV[f"MCP_{s.upper()}_SOCKET"] for s in ("product", "fixture")}
URL = {s: ENV[f"MCP_{s.upper()}_URL"] for s in ("product", "fixture")}
PROGRAM = ENV["MCP_PROGRAM"]
NOWHERE = open(os.devnull, "w", encoding="utf-8")


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def text(result):
    return result.content[0].text


APPROVED = {"decision": "approve"}  # what the user types into the form
HEADERS = {"Authorization": "Bearer " + ENV["MCP_TOKEN"]}


def approve(url):
    """What a person does on the page for approvals: says yes, with the PIN."""
    to = urllib.parse.urlsplit(url)
    with urllib.request.urlopen(url, timeout=PATIENCE) as page:
        expect("<h2>BUY 51 KO at most 50.00 USD" in page.read().decode(), url)
    form = {"operation": "approve_order", "pin": ENV["MCP_PIN"],
            "approval": urllib.parse.parse_qs(to.query)["approval"][0]}
    post = urllib.request.Request(url, urllib.parse.urlencode(form).encode(),
                                  {"Origin": f"{to.scheme}://{to.netloc}"})
    with urllib.request.urlopen(post, timeout=PATIENCE) as said:
        expect(said.status == 200, said.status)


async def led(params, heard):
    heard.append(params)
    await asyncio.to_thread(approve, params.url)
    return types.ElicitResult(action="accept")


class Sdk:
    """mcp: the official SDK."""

    label = "Python mcp " + version("mcp")

    @staticmethod
    @asynccontextmanager
    async def connected(kind, era, server, heard):
        async def elicited(_context, params):
            if params.mode == "url":
                return await led(params, heard)
            heard.append(params.message)
            return types.ElicitResult(action="accept", content=APPROVED)

        async def told(message):
            heard.append(message)

        env = {**ENV, "PORTCULLIS_SOCKET": SOCKET[server]}
        http = httpx2.AsyncClient(headers=HEADERS, timeout=PATIENCE)
        to = streamable_http_client(URL[server], http_client=http) if kind == "HTTP" else \
            stdio_client(StdioServerParameters(command=PROGRAM, args=["mcp"], env=env),
                         errlog=NOWHERE)
        async with mcp.Client(to, mode="legacy" if era == LEGACY else "auto",
                              elicitation_callback=elicited, message_handler=told) as client:
            yield client

    @staticmethod
    def structured(result):
        return result.structured_content

    @staticmethod
    async def tools(client):
        return (await client.list_tools()).tools

    @staticmethod
    async def call(client, name, arguments=None, progress=None):
        return await client.call_tool(name, arguments or {}, progress_callback=progress)


class FastMcp:
    """fastmcp: what it has no word for is asked of the session of the SDK that it stands on."""

    label = "fastmcp " + version("fastmcp")

    @staticmethod
    @asynccontextmanager
    async def connected(kind, era, server, heard):
        async def elicited(message, _type, params, _context):
            if params.mode == "url":
                return await led(params, heard)
            heard.append(message)
            return APPROVED

        async def told(message):
            heard.append(message)

        env = {**ENV, "PORTCULLIS_SOCKET": SOCKET[server]}
        to = StreamableHttpTransport(URL[server], HEADERS) if kind == "HTTP" else StdioTransport(
            PROGRAM, ["mcp"], env=env, keep_alive=False, log_file=NOWHERE)
        async with fastmcp.Client(to, mode="legacy" if era == LEGACY else "auto",
                                  elicitation_handler=elicited, message_handler=told) as client:
            yield client

    @staticmethod
    def structured(result):
        return result.structured_content

    @staticmethod
    async def tools(client):
        return await client.list_tools()

    @staticmethod
    async def call(client, name, arguments=None, progress=None):
        return await client.call_tool(name, arguments or {}, progress_handler=progress)


class Cell:
    """The features, for one client, transport and era."""

    def __init__(self, kit, kind, era):
        self.kit, self.kind, self.era = kit, kind, era

    @asynccontextmanager
    async def connected(self, server, heard=None):
        async with self.kit.connected(self.kind, self.era, server,
                                      [] if heard is None else heard) as client:
            spoken = client.session.protocol_version
            expect(spoken == self.era, f"it speaks {spoken}")
            yield client

    async def list(self):
        """it lists the tools"""
        async with self.connected("product") as client:
            names = [tool.name for tool in await self.kit.tools(client)]
        expect({"get_portfolio", "preview_order"} <= set(names), names)

    async def call(self):
        """it reads the portfolio"""
        async with self.connected("product") as client:
            await self.kit.tools(client)  # from now on answers are held against their schema
            held = self.kit.structured(await self.kit.call(client, "get_portfolio"))
        expect(held["account"] == "DU9000001" and held["positions"], held)

    async def progress(self):
        """it hears how far a call is"""
        seen = []

        async def progress(done, _total, _message):
            seen.append(done)

        async with self.connected("fixture") as client:
            await self.kit.call(client, "test_tool_with_progress", progress=progress)
        expect(seen == [0, 50, 100], seen)

    async def cancel(self):
        """a call that it cancels ends at the server"""
        begun = asyncio.Event()

        async def progress(*_):
            begun.set()

        async with self.connected("fixture") as client:
            async def count():
                return int(text(await self.kit.call(client, "count_cancelled")))

            before = await count()
            call = asyncio.ensure_future(
                self.kit.call(client, "work_until_cancelled", progress=progress))
            await begun.wait()
            call.cancel()
            await asyncio.wait([call])
            for _ in range(100):
                if await count() > before:
                    return
                await asyncio.sleep(0.02)
        raise AssertionError("the server has not heard of it")

    async def prompt(self):
        """it gets a prompt"""
        async with self.connected("product") as client:
            said = await client.get_prompt("investment_research", {"symbols": "AAPL"})
        expect("get_market_data" in said.messages[0].content.text, said)

    async def read(self):
        """it reads a resource"""
        async with self.connected("product") as client:
            said = await client.read_resource("portcullis://positions/AAPL")
        rows = json.loads(getattr(said, "contents", said)[0].text)["positions"]
        expect([row["symbol"] for row in rows] == ["AAPL"], rows)

    async def elicitation(self):
        """its user approves an order"""
        heard = []
        async with self.connected("product", heard) as client:
            ticket = self.kit.structured(await self.kit.call(client, "preview_order", {
                "symbol": "AAPL", "action": "BUY", "quantity": 1, "order_type": "MKT", "allow_duplicate": True}))
            said = await self.kit.call(client, "submit_order", {"preview_id": ticket["preview_id"]})
            sent = self.kit.structured(said)
            expect(sent and sent["order_id"] > 0, text(said))
        asked = [said for said in heard if isinstance(said, str)]
        expect(len(asked) == 1 and "AAPL" in asked[0], heard)

    async def page(self):
        """its user is led to the page and approves there"""
        heard = []
        async with self.connected("product", heard) as client:
            ticket = self.kit.structured(await self.kit.call(client, "preview_order", {
                "symbol": "KO", "action": "BUY", "quantity": 51, "order_type": "LMT", "price": 50,
                "allow_duplicate": True}))
            said = await self.kit.call(client, "submit_order", {"preview_id": ticket["preview_id"]})
            sent = self.kit.structured(said)
            expect(sent and sent["order_id"] > 0, text(said))
            await self.kit.call(client, "cancel_order", {"order_id": sent["order_id"]})
        shown = [said for said in heard if getattr(said, "mode", None) == "url"]
        expect(len(shown) == 1 and (self.era == MODERN) == (shown[0].elicitation_id is None), heard)
        done = [said.params.elicitation_id for said in heard
                if type(said).__name__ == "ElicitCompleteNotification"]
        expect(self.era == MODERN or done == [shown[0].elicitation_id], heard)

    async def subscribe(self):
        """it hears that a resource has changed"""
        heard = []
        name = f"{self.kind} {self.era}"

        async def change(action, **more):
            await self.kit.call(client, "edit_watchlist", {"name": name, "action": action, **more})

        async with self.connected("product", heard) as client:
            if self.era == MODERN:
                async with listen(client.session, resource_subscriptions=[LISTS]) as events:
                    await change("add", symbols=["AAPL"])
                    event = await anext(aiter(events))
                    await change("delete")
                expect(event.uri == LISTS, event)
                return
            await client.session.subscribe_resource(LISTS)
            await change("add", symbols=["AAPL"])
            for _ in range(500):
                if any(str(getattr(getattr(m, "params", None), "uri", "")) == LISTS for m in heard):
                    await change("delete")
                    return
                await asyncio.sleep(0.02)
        raise AssertionError(heard)


FEATURES = ["list", "call", "prompt", "read", "progress", "cancel", "elicitation", "page",
            "subscribe"]


async def main():
    n = failed = 0
    for kit in (Sdk, FastMcp):
        for kind in ("stdio", "HTTP"):
            for era in (LEGACY, MODERN):
                cell = Cell(kit, kind, era)
                for feature in FEATURES:
                    n += 1
                    body = getattr(cell, feature)
                    name = f"{n} - {kit.label}, {kind}, {era}, M-{feature}: "
                    try:
                        await asyncio.wait_for(body(), PATIENCE)
                        print(f"ok {name}{body.__doc__}", flush=True)
                    except Exception:  # each test stands for itself
                        failed += 1
                        print(f"not ok {name}{body.__doc__}", flush=True)
                        for line in traceback.format_exc().splitlines():
                            print("# " + line)
    print(f"1..{n}")
    return failed


sys.exit(1 if asyncio.run(main()) else 0)
