// SPDX-License-Identifier: MIT

// mcp DIR [PORT]: recorded answers through the Go SDK, over stdio or HTTP.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"path/filepath"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func read(path string) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	return text
}

func newServer(dir string) *mcp.Server {
	var list struct{ Tools []*mcp.Tool }
	if err := json.Unmarshal(read(filepath.Join(dir, "tools.json")), &list); err != nil {
		log.Fatal(err)
	}
	server := mcp.NewServer(&mcp.Implementation{Name: "recorded", Version: "1"}, nil)
	for _, tool := range list.Tools {
		text := read(filepath.Join(dir, tool.Name+".json"))
		result := &mcp.CallToolResult{
			Content:           []mcp.Content{&mcp.TextContent{Text: string(text)}},
			StructuredContent: json.RawMessage(text),
		}
		server.AddTool(tool, func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return result, nil
		})
	}
	return server
}

func main() {
	server := newServer(os.Args[1])
	if len(os.Args) > 2 {
		handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server },
			&mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true})
		http.Handle("/mcp", handler)
		log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[2], nil))
	}
	if err := server.Run(context.Background(), &mcp.StdioTransport{}); err != nil {
		log.Fatal(err)
	}
}
