// SPDX-License-Identifier: MIT

package main

// TAP, the paper exchange and the waiting: what the other interop programs have in harness.py and
// harness.mjs. A flow fails by panicking with a complaint.

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const patience = 20 * time.Second // that any single answer may take

type flow struct {
	step     string // its name in the table of docs/interop.md, or empty
	sentence string
	run      func(*context)
}

// runAll runs the flows in order and returns the exit status; one that fails does not stop the rest.
func runAll(c *context, flows []flow, who string) int {
	failed := 0
	for i, f := range flows {
		name := who + ": " + f.sentence
		if f.step != "" {
			name = who + ", " + f.step + ": " + f.sentence
		}
		complaint, lack := attempt(c, f.run)
		if lack != "" {
			fmt.Printf("ok %d - %s # SKIP %s\n", i+1, name, lack)
		} else if complaint == "" {
			fmt.Printf("ok %d - %s\n", i+1, name)
		} else {
			failed++
			fmt.Printf("not ok %d - %s\n# %s\n", i+1, name, strings.ReplaceAll(complaint, "\n", "\n# "))
		}
	}
	fmt.Printf("1..%d\n", len(flows))
	if failed != 0 {
		return 1
	}
	return 0
}

// A lacking is what a flow panics with where this client cannot do it at this version.
type lacking string

func attempt(c *context, run func(*context)) (complaint string, lack lacking) {
	defer func() {
		p := recover()
		if reason, ok := p.(lacking); ok {
			lack = reason
		} else if p != nil {
			complaint = fmt.Sprintf("%v\n%s", p, debug.Stack())
		}
	}()
	run(c)
	return "", ""
}

func check(isTrue bool, format string, values ...any) {
	if !isTrue {
		panic(fmt.Sprintf(format, values...))
	}
}

func eventually(what string, condition func() bool) {
	for end := time.Now().Add(patience); !condition(); time.Sleep(10 * time.Millisecond) {
		check(time.Now().Before(end), "waited %v in vain for %s", patience, what)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// announced starts a program that dies with this one, and returns what pattern captures on its
// standard error.
func announced(pattern, name string, args ...string) (capture string, stop func()) {
	command := exec.Command(name, args...)
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	lines := must(command.StderrPipe())
	runtime.LockOSThread() // Pdeathsig speaks of the thread that started it
	if err := command.Start(); err != nil {
		panic(err)
	}
	scanner, wanted := bufio.NewScanner(lines), regexp.MustCompile(pattern)
	for scanner.Scan() {
		if match := wanted.FindStringSubmatch(scanner.Text()); match != nil {
			go func() {
				for scanner.Scan() {
				}
			}()
			return match[1], func() {
				command.Process.Signal(syscall.SIGTERM)
				command.Wait()
			}
		}
	}
	panic(name + " did not start")
}

// exchange starts a paper exchange of its own that keeps nothing, behind the recording proxy where
// requests are recorded.
func exchange(client string, version int, more ...string) (port int, stop func()) {
	build := os.Getenv("INTEROP_BUILD")
	if build == "" {
		build = "build"
	}
	found, stopExchange := announced(`127\.0\.0\.1:(\d+)`, filepath.Join(build, "portcullis"),
		append([]string{"paper", "--memory", "--port", "0", "--max-version", strconv.Itoa(version),
			"--no-subscription", "LSE"}, more...)...)
	stop = stopExchange
	if directory := os.Getenv("INTEROP_RECORD"); directory != "" {
		name := fmt.Sprintf("%s-at-%d.txt", strings.NewReplacer(" ", "-", "/", "-").Replace(client), version)
		through, stopProxy := announced(`listening on (\d+)`, "python3",
			"tests/interop/record_proxy.py", found, filepath.Join(directory, name), client)
		found = through
		stop = func() { stopProxy(); stopExchange() }
	}
	return must(strconv.Atoi(found)), stop
}
