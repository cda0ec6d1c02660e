// SPDX-License-Identifier: MIT

// The official MCP client for Go, over stdio and HTTP, in both eras: at the product, and what
// nothing of the product does on demand at the fixture of tests/mcp. Runs in the world of mcp_world.
// Each test stands for a cell of the table in docs/interop.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	legacy   = "2025-11-25"
	modern   = "2026-07-28"
	lists    = "portcullis://watchlists"
	patience = 20 * time.Second
)

// What the client is told without having asked for it.
type heard struct {
	progress, updated, done chan string
	asked                   string
	led                     *mcp.ElicitParams
}

// What a person does on the page for approvals: says yes, with the PIN.
func approve(address string) error {
	to, err := url.Parse(address)
	if err != nil {
		return err
	}
	shown, err := http.Get(address)
	if err != nil {
		return err
	}
	page, err := io.ReadAll(shown.Body)
	shown.Body.Close()
	if err != nil || !strings.Contains(string(page), "<h2>BUY 51 KO at most 50.00 USD") {
		return fmt.Errorf("%v %s", err, page)
	}
	form := url.Values{"operation": {"approve_order"}, "pin": {os.Getenv("MCP_PIN")},
		"approval": {to.Query().Get("approval")}}
	post, err := http.NewRequest("POST", address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	post.Header.Set("Origin", to.Scheme+"://"+to.Host)
	said, err := http.DefaultClient.Do(post)
	if err == nil {
		said.Body.Close()
		if said.StatusCode != http.StatusOK {
			err = errors.New(said.Status)
		}
	}
	return err
}

type session struct {
	*mcp.ClientSession
	heard *heard
	era   string
}

// Sends the token along.
type bearer struct{}

func (bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+os.Getenv("MCP_TOKEN"))
	return http.DefaultTransport.RoundTrip(r)
}

func connect(ctx context.Context, kind, era, server string) (*session, error) {
	h := &heard{progress: make(chan string, 1000), updated: make(chan string, 10), done: make(chan string, 10)}
	client := mcp.NewClient(&mcp.Implementation{Name: "interop", Version: "1"}, &mcp.ClientOptions{
		ElicitationHandler: func(_ context.Context, r *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			if r.Params.Mode == "url" {
				h.led = r.Params
				return &mcp.ElicitResult{Action: "accept"}, approve(r.Params.URL)
			}
			h.asked = r.Params.Message
			return &mcp.ElicitResult{Action: "accept", Content: map[string]any{"decision": "approve"}}, nil
		},
		Capabilities: &mcp.ClientCapabilities{Elicitation: &mcp.ElicitationCapabilities{
			Form: &mcp.FormElicitationCapabilities{}, URL: &mcp.URLElicitationCapabilities{}}},
		ElicitationCompleteHandler: func(_ context.Context, r *mcp.ElicitationCompleteNotificationRequest) {
			h.done <- r.Params.ElicitationID
		},
		ResourceUpdatedHandler: func(_ context.Context, r *mcp.ResourceUpdatedNotificationRequest) {
			h.updated <- r.Params.URI
		},
		ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) {
			h.progress <- fmt.Sprint(r.Params.Progress)
		},
	})
	if era == legacy { // it begins with server/discover and goes back to initialize if that fails
		client.AddSendingMiddleware(func(next mcp.MethodHandler) mcp.MethodHandler {
			return func(ctx context.Context, method string, r mcp.Request) (mcp.Result, error) {
				if method == "server/discover" {
					return nil, errors.New("as if there were no such method")
				}
				return next(ctx, method, r)
			}
		})
	}
	name := strings.ToUpper(server)
	var to mcp.Transport = &mcp.StreamableClientTransport{
		Endpoint: os.Getenv("MCP_" + name + "_URL"), HTTPClient: &http.Client{Transport: bearer{}}}
	if kind == "stdio" {
		command := exec.Command(os.Getenv("MCP_PROGRAM"), "mcp")
		command.Env = append(os.Environ(), "PORTCULLIS_SOCKET="+os.Getenv("MCP_"+name+"_SOCKET"))
		to = &mcp.CommandTransport{Command: command}
	}
	s, err := client.Connect(ctx, to, nil)
	if err != nil {
		return nil, err
	}
	if got := s.InitializeResult().ProtocolVersion; got != era {
		return nil, fmt.Errorf("it speaks %s", got)
	}
	return &session{s, h, era}, nil
}

func (s *session) call(ctx context.Context, name string, arguments any) (*mcp.CallToolResult, error) {
	params := &mcp.CallToolParams{Name: name, Arguments: arguments}
	params.SetProgressToken("p-" + name)
	return s.CallTool(ctx, params)
}

// The text of an answer.
func (s *session) text(ctx context.Context, name string, arguments any) (string, error) {
	result, err := s.call(ctx, name, arguments)
	if err != nil {
		return "", err
	}
	if t, ok := result.Content[0].(*mcp.TextContent); ok {
		return t.Text, nil
	}
	return "", errors.New("the answer is no text")
}

func (s *session) hears(channel chan string, wanted string) error {
	select {
	case got := <-channel:
		if got != wanted {
			return fmt.Errorf("%s instead of %s", got, wanted)
		}
		return nil
	case <-time.After(patience):
		return fmt.Errorf("waited in vain for %s", wanted)
	}
}

// ---- the features ----

func list(ctx context.Context, s *session) error {
	result, err := s.ListTools(ctx, nil)
	if err != nil {
		return err
	}
	for _, tool := range result.Tools {
		if tool.Name == "get_portfolio" {
			return nil
		}
	}
	return errors.New("get_portfolio is not there")
}

func call(ctx context.Context, s *session) error {
	result, err := s.call(ctx, "get_portfolio", map[string]any{})
	if err != nil {
		return err
	}
	if held, ok := result.StructuredContent.(map[string]any); !ok || held["account"] != "DU9000001" {
		return fmt.Errorf("%v", result.StructuredContent)
	}
	return nil
}

func progress(ctx context.Context, s *session) error {
	if _, err := s.call(ctx, "test_tool_with_progress", nil); err != nil {
		return err
	}
	for _, wanted := range []string{"0", "50", "100"} {
		if err := s.hears(s.heard.progress, wanted); err != nil {
			return err
		}
	}
	return nil
}

func cancel(ctx context.Context, s *session) error {
	count := func() int {
		said, err := s.text(ctx, "count_cancelled", nil)
		if err != nil {
			return -1
		}
		n, _ := strconv.Atoi(said)
		return n
	}
	before := count()
	working, stop := context.WithCancel(ctx)
	go func() {
		<-s.heard.progress
		stop()
	}()
	if _, err := s.call(working, "work_until_cancelled", nil); err == nil {
		return errors.New("the call came to its end")
	}
	for range 100 {
		if count() > before {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return errors.New("the server has not heard of it")
}

func prompt(ctx context.Context, s *session) error {
	result, err := s.GetPrompt(ctx, &mcp.GetPromptParams{
		Name: "investment_research", Arguments: map[string]string{"symbols": "AAPL"}})
	if err != nil {
		return err
	}
	if t, ok := result.Messages[0].Content.(*mcp.TextContent); !ok || !strings.Contains(t.Text, "get_market_data") {
		return errors.New("that is not the prompt")
	}
	return nil
}

func read(ctx context.Context, s *session) error {
	result, err := s.ReadResource(ctx, &mcp.ReadResourceParams{URI: "portcullis://positions/AAPL"})
	if err == nil && !strings.Contains(result.Contents[0].Text, `"symbol":"AAPL"`) {
		err = errors.New(result.Contents[0].Text)
	}
	return err
}

// What a tool answers, as a program reads it.
func (s *session) facts(ctx context.Context, name string, arguments any) (map[string]any, error) {
	result, err := s.call(ctx, name, arguments)
	if err != nil {
		return nil, err
	}
	facts, ok := result.StructuredContent.(map[string]any)
	if !ok || result.IsError {
		return nil, fmt.Errorf("%s: %v", name, result.Content[0])
	}
	return facts, nil
}

func elicitation(ctx context.Context, s *session) error {
	ticket, err := s.facts(ctx, "preview_order",
		map[string]any{"symbol": "AAPL", "action": "BUY", "quantity": 1, "order_type": "MKT", "allow_duplicate": true})
	if err != nil {
		return err
	}
	sent, err := s.facts(ctx, "submit_order", map[string]any{"preview_id": ticket["preview_id"]})
	if err == nil && (sent["order_id"] == nil || !strings.Contains(s.heard.asked, "AAPL")) {
		err = fmt.Errorf("%v, asked %s", sent, s.heard.asked)
	}
	return err
}

func page(ctx context.Context, s *session) error {
	ticket, err := s.facts(ctx, "preview_order", map[string]any{"symbol": "KO", "action": "BUY", "quantity": 51,
		"order_type": "LMT", "price": 50, "allow_duplicate": true})
	if err != nil {
		return err
	}
	sent, err := s.facts(ctx, "submit_order", map[string]any{"preview_id": ticket["preview_id"]})
	if err != nil {
		return err
	}
	if sent["order_id"] == nil || s.heard.led == nil {
		return fmt.Errorf("%v, led to %v", sent, s.heard.led)
	}
	if s.era == legacy {
		if err := s.hears(s.heard.done, s.heard.led.ElicitationID); err != nil {
			return err
		}
	}
	_, err = s.facts(ctx, "cancel_order", map[string]any{"order_id": sent["order_id"]})
	return err
}

func subscribe(ctx context.Context, s *session) error {
	if err := s.Subscribe(ctx, &mcp.SubscribeParams{URI: lists}); err != nil {
		return err
	}
	if _, err := s.facts(ctx, "edit_watchlist",
		map[string]any{"name": "go", "action": "add", "symbols": []string{"AAPL"}}); err != nil {
		return err
	}
	if err := s.hears(s.heard.updated, lists); err != nil {
		return err
	}
	_, err := s.facts(ctx, "edit_watchlist", map[string]any{"name": "go", "action": "delete"})
	return err
}

var features = []struct {
	name, server, sentence string
	run                    func(context.Context, *session) error
}{
	{"list", "product", "it lists the tools", list},
	{"call", "product", "it reads the portfolio", call},
	{"prompt", "product", "it gets a prompt", prompt},
	{"read", "product", "it reads a resource", read},
	{"progress", "fixture", "it hears how far a call is", progress},
	{"cancel", "fixture", "a call that it cancels ends at the server", cancel},
	{"elicitation", "product", "its user approves an order", elicitation},
	{"page", "product", "its user is led to the page and approves there", page},
	{"subscribe", "product", "it hears that a resource has changed", subscribe},
}

func try(kind, era, server string, run func(context.Context, *session) error) error {
	ctx, end := context.WithTimeout(context.Background(), patience)
	defer end()
	s, err := connect(ctx, kind, era, server)
	if err != nil {
		return err
	}
	defer s.Close()
	return run(ctx, s)
}

func sdk() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/modelcontextprotocol/go-sdk" {
			return "Go SDK " + strings.TrimPrefix(module.Version, "v")
		}
	}
	return "Go SDK"
}

func main() {
	n, failed := 0, 0
	for _, kind := range []string{"stdio", "HTTP"} {
		for _, era := range []string{legacy, modern} {
			for _, f := range features {
				n++
				name := fmt.Sprintf("%d - %s, %s, %s, M-%s: %s", n, sdk(), kind, era, f.name, f.sentence)
				if err := try(kind, era, f.server, f.run); err != nil {
					failed++
					fmt.Printf("not ok %s\n# %v\n", name, err)
				} else {
					fmt.Printf("ok %s\n", name)
				}
			}
		}
	}
	fmt.Printf("1..%d\n", n)
	if failed > 0 {
		os.Exit(1)
	}
}
