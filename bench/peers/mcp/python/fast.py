# SPDX-License-Identifier: MIT
"""fast.py DIR [PORT]: recorded answers through FastMCP, over stdio or HTTP."""

import json
import pathlib
import sys

from fastmcp import FastMCP
from fastmcp.tools import Tool, ToolResult
from mcp.types import TextContent


class Recorded(Tool):
    """A tool that gives the answer that was recorded from the product."""

    answer: dict
    text: str

    async def run(self, arguments):
        return ToolResult(content=[TextContent(type="text", text=self.text)],
                          structured_content=self.answer)


def main():
    directory = pathlib.Path(sys.argv[1])
    server = FastMCP("recorded")
    for tool in json.loads((directory / "tools.json").read_text())["tools"]:
        text = (directory / f"{tool['name']}.json").read_text()
        server.add_tool(Recorded(name=tool["name"], description=tool["description"],
                                 parameters=tool["inputSchema"], text=text,
                                 answer=json.loads(text)))
    if len(sys.argv) > 2:
        server.run(transport="http", host="127.0.0.1", port=int(sys.argv[2]), path="/mcp",
                   stateless_http=True, json_response=True, show_banner=False,
                   uvicorn_config={"log_level": "warning", "access_log": False})
    else:
        server.run(transport="stdio", show_banner=False)


main()
