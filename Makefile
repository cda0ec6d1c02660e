# Portcullis. `make` builds; `make demo` shows it; `make test` proves it. See CONTRIBUTING.md.
#
# One archive per folder of src/, linked in the order of the layers (ARCHITECTURE.md), so a unit
# test of a folder links that folder and the lower ones, nothing above.

ifeq ($(origin CC),default)
CC      := gcc
endif
B       ?= build
MODE    ?= release
LAYERS  := base data sys mcp model quant wire book broker paper store market guard automation ops face app

PKGS    := libuv json-c yaml-0.1 sqlite3 gnutls hogweed nettle zlib libcurl
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
           -Wcast-qual -Wvla -Werror
BUILDID := $(shell git describe --always --dirty --tags 2>/dev/null || echo unversioned)
VERSION := 0.1.0
CFLAGS_release := -O2 -g
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
                  -fno-omit-frame-pointer
CFLAGS_fuzz    := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -DPORTCULLIS_FUZZ
ALL_CFLAGS := -std=c17 -D_GNU_SOURCE -ffp-contract=off -fno-strict-aliasing -fstack-protector-strong \
              $(WARN) $(CFLAGS_$(MODE)) -Isrc -I. -I$(B)/gen -MMD -MP $(CFLAGS)
# one short line a command; `make V=1` shows them whole
SAY      = @$(if $(V),,printf '  %-5s %s\n' $(1) $@;)
QUIET    = $(if $(V),,@)
ALL_LDFLAGS := $(CFLAGS_$(MODE)) -Wl,-z,relro,-z,now,--as-needed $(LDFLAGS)
LIBS    = $(shell pkg-config --libs $(PKGS)) -lgmp -lpthread -lm

SRCS    := $(foreach l,$(LAYERS),$(wildcard src/$(l)/*.c))
MAINS   := src/app/main.c
OBJS    := $(patsubst %.c,$(B)/%.o,$(filter-out $(MAINS),$(SRCS)))
ARCHIVES := $(foreach l,$(LAYERS),$(if $(wildcard src/$(l)/*.c),$(B)/$(l).a))
BENCHKIT := $(patsubst %.c,$(B)/%.o,$(wildcard bench/kit/*.c))
CLIENT  := $(wildcard client/*.c)
KIT     := $(patsubst %.c,$(B)/%.o,$(wildcard tests/kit/*.c))
FIXTURE := $(patsubst %.c,$(B)/%.o,$(wildcard tests/mcp/*.c))
WORLD   := $(filter-out $(B)/tests/kit/scenario.o $(B)/tests/kit/words_%.o,$(KIT))
UNITS   := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*/*_test.c))
# the archives a folder may use: its own and those of the layers before it, highest first
upto    = $(foreach l,$(shell echo $(LAYERS) | tr ' ' '\n' | sed '/^$(1)$$/q' | tac),$(filter $(B)/$(l).a,$(ARCHIVES)))

REPLAYS := $(patsubst tests/fuzz/%_fuzz.c,$(B)/replay/%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZERS := $(REPLAYS:$(B)/replay/%=$(B)/fuzz/%)
SUBMAKE  = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j2)

.PHONY: build bundle demo run test sim soak lint fuzz crash mutate bench months bench-wire bench-mcp load interop clean \
        layers units programs fuzzers FORCE
.SECONDEXPANSION:
.DELETE_ON_ERROR:
.SECONDARY:

build: layers $(B)/portcullis $(B)/portcullisd
layers:
	@tools/layers

$(B)/portcullisd: $(B)/src/app/main.o $(ARCHIVES)
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $< -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS)
$(B)/portcullis: $(patsubst %.c,$(B)/%.o,$(CLIENT))
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $^

$(ARCHIVES): $(B)/%.a: $$(filter $(B)/src/%/$$(percent).o,$$(OBJS))
	@rm -f $@
	@ar rcs $@ $^
percent := %

$(B)/%.o: %.c Makefile | $(B)/gen/build_id.h
	@mkdir -p $(@D)
	$(call SAY,CC)
	$(QUIET)$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(B)/gen/build_id.h: FORCE
	@mkdir -p $(@D)
	@printf '#define PORTCULLIS_VERSION "%s"\n#define PORTCULLIS_BUILD "%s"\n' '$(VERSION)' '$(BUILDID)' > $@.new
	@cmp -s $@ $@.new && rm $@.new || mv $@.new $@
FORCE:

# the list of operation tables: every `const struct op_set NAME` under src/ops/
$(B)/gen/op_sets.h: $(wildcard src/ops/*.c)
	@mkdir -p $(@D)
	@sed -n 's/^const struct op_set \([a-z0-9_]*\) .*/\1/p' $(sort $^) > $@.names
	@(sed 's/.*/extern const struct op_set &;/' $@.names; \
	  echo 'static const struct op_set *const op_sets[] = {'; sed 's/.*/    \&&,/' $@.names; \
	  echo '};'; echo 'enum { OP_SET_COUNT = sizeof op_sets / sizeof op_sets[0] };') > $@
$(B)/src/ops/op.o: $(B)/gen/op_sets.h
# the pages that are shown to a person, each whole in itself, inside the program
PAGE_PARTS := src/ops/pages/page.css src/ops/pages/page.js
$(B)/gen/page_%.h: src/ops/pages/%.html $(PAGE_PARTS)
	@mkdir -p $(@D)
	@(echo 'static const char page_$*[] = {'; \
	  sed -e '/^@page.css@$$/{r src/ops/pages/page.css' -e 'd}' \
	      -e '/^@page.js@$$/{r src/ops/pages/page.js' -e 'd}' $< | \
	  od -An -v -tu1 | sed 's/ *\([0-9][0-9]*\)/\1,/g'; echo '0};') > $@
$(B)/src/ops/resources.o: $(B)/gen/page_ticket.h $(B)/gen/page_portfolio.h
$(B)/src/face/page.o: $(B)/gen/page_approve.h
# the universe of the paper exchange, inside the program
$(B)/gen/instruments.h: data/instruments.csv
	@mkdir -p $(@D)
	@(echo 'static const unsigned char instruments_csv[] = {'; \
	  od -An -v -tu1 $< | sed 's/ *\([0-9][0-9]*\)/\1,/g'; echo '};') > $@
$(B)/src/app/paper_main.o: $(B)/gen/instruments.h
# the examples of the OpenAPI document; tests/golden/update makes them
$(B)/gen/rest_examples.h: data/rest_examples.json
	@mkdir -p $(@D)
	@(echo 'static const unsigned char rest_examples[] = {'; \
	  od -An -v -tu1 $< | sed 's/ *\([0-9][0-9]*\)/\1,/g'; echo '};') > $@
$(B)/src/face/openapi.o: $(B)/gen/rest_examples.h

# tests/unit/FOLDER/MODULE_test.c -> a program that links the folder and the lower ones
# (those of app/ also the kit: the whole product in virtual time)
$(B)/unit/%_test: $(B)/tests/unit/%_test.o $$(call upto,$$(firstword $$(subst /, ,$$*))) \
                  $$(if $$(filter app/$$(percent),$$*),$(WORLD)) \
                  $$(if $$(filter mcp/$$(percent),$$*),$(filter-out $(B)/tests/mcp/serve.o,$(FIXTURE)))
	@mkdir -p $(@D)
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS) -lcmocka
units: $(UNITS)

# tests/kit/ -> the program that tells the stories of tests/scenario/
$(B)/scenario: $(KIT) $(ARCHIVES)
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $(KIT) -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS)

# tests/mcp/ -> the server that the conformance suite of MCP talks to
$(B)/mcp_fixture: $(FIXTURE) $(call upto,mcp)
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $(FIXTURE) -Wl,--start-group $(call upto,mcp) -Wl,--end-group $(LIBS)

# tests/sim/ -> lives of the whole product from seeds
SIM     := $(patsubst %.c,$(B)/%.o,$(wildcard tests/sim/*.c))
$(B)/sim: $(SIM) $(WORLD) $(ARCHIVES)
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $(SIM) $(WORLD) -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS)

# tests/fuzz/NAME_fuzz.c -> a program that replays its corpus, and under clang one that fuzzes
PROTOCOL := $(filter-out $(B)/tests/mcp/serve.o,$(FIXTURE))
$(B)/replay/%: $(B)/tests/fuzz/%_fuzz.o $(B)/tests/fuzz/replay.o $$(if $$(filter protocol,$$*),$(PROTOCOL)) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS)
$(B)/fuzz/%: $(B)/tests/fuzz/%_fuzz.o $$(if $$(filter protocol,$$*),$(PROTOCOL)) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS)
fuzzers: $(FUZZERS)

# what tests/crash loads into the daemon to let the n-th call of it fail
$(B)/crash_preload.so: tests/crash/preload.c Makefile
	@mkdir -p $(@D)
	$(call SAY,LINK)
	$(QUIET)$(CC) -std=c17 -O1 -g $(WARN) -shared -fPIC -o $@ $< -ldl

# all that tests/run starts in a build directory; it finds them by the names of their sources
programs: build units $(REPLAYS) $(B)/crash_preload.so $(if $(wildcard tests/scenario/*.scn),$(B)/scenario) $(B)/sim
demo:
	@tools/bootstrap build
	@$(SUBMAKE) build
	@tools/demo $(B)
run: build
	@$(B)/portcullis serve --foreground-log
test:
	@tools/bootstrap test
	@$(SUBMAKE) programs B=$(B) MODE=release
	@$(SUBMAKE) programs B=$(B)-asan MODE=asan
	@tests/run $(B) $(B)-asan scripts
# lives of the whole product from seeds (docs/reliability.md): make sim SEEDS=2000 FIRST=1
SEEDS   ?= 2000
FIRST   ?= 1
HOURS   ?= 1
sim:
	@$(SUBMAKE) $(B)/sim B=$(B)
	@$(B)/sim -n $(SEEDS) -f $(FIRST) -t docs/reliability.md
soak:
	@$(SUBMAKE) $(B)/sim B=$(B)
	@$(B)/sim -n 1000000000 -f $$(date +%s) -s $$(($(HOURS) * 3600))
lint:
	@tools/bootstrap lint
	@$(SUBMAKE) programs B=$(B)-clang MODE=release CC=clang
	@tools/lint
fuzz:
	@tools/bootstrap fuzz
	@$(SUBMAKE) fuzzers B=$(B)-fuzz MODE=fuzz CC=clang
	@tools/fuzz $(B)-fuzz

# the daemon dies or a call of it fails at every point of the way of an order (half an hour)
CRASH_EVERY ?= 1
crash:
	@tools/bootstrap build
	@$(SUBMAKE) build $(B)/crash_preload.so
	@python3 tests/crash/crash.py --build $(B) --every $(CRASH_EVERY) --report docs/reliability.md
# would the tests notice a wrong check of the gate? FILES="src/guard/decide.c ..." for some alone
mutate:
	@tools/bootstrap test
	@$(SUBMAKE) programs
	@tools/mutate --build $(B) $(if $(FILES),$(FILES),--report docs/reliability.md)

bench:
	@tools/bootstrap build
	@$(SUBMAKE) build $(patsubst bench/%.c,$(B)/bench/%,$(wildcard bench/*.c))
	@tools/bench $(B)
	@tools/bench_wire $(B)
	@tools/bench_mcp $(B)
	@tools/months $(B)
# what months without a restart do to memory, disk and answers, in virtual time (MONTHS_DAYS=90)
months:
	@tools/bootstrap build
	@$(SUBMAKE) $(B)/bench/months
	@tools/months $(B)
bench-wire:
	@tools/bootstrap build
	@$(SUBMAKE) $(B)/bench/wire
	@tools/bench_wire $(B)
# 200 listeners and 64 callers for a minute
load:
	@$(SUBMAKE) build $(B)/bench/floor $(B)/bench/load
	@tools/load $(B)
bench-mcp:
	@$(SUBMAKE) build $(B)/bench/floor $(B)/bench/tool $(B)/bench/tool_http
	@tools/bench_mcp $(B)
interop:
	@tools/bootstrap build
	@$(SUBMAKE) build $(B)/interop_numbers $(B)/mcp_fixture $(B)/bundle/portcullisd \
	    $(B)/bench/floor $(B)/bench/load
	@tools/interop $(B)
# what a desktop assistant installs with one click: build/portcullis.mcpb, and with
# RELEASE=https://github.com/OWNER/portcullis/releases/download/vVERSION build/server.json for the registry
bundle:
	@tools/bootstrap bundle
	@$(SUBMAKE) build $(B)/bundle/portcullisd
	@tools/bundle $(B) $(RELEASE)
# the daemon that finds its libraries beside itself, and so do these theirs
$(B)/bundle/portcullisd: $(B)/src/app/main.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -Wl,-rpath,'$$ORIGIN/lib',--disable-new-dtags -o $@ $< -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS)
# what src/quant makes of bars, for tests/interop/analytics.py
$(B)/interop_numbers: $(B)/tests/interop/numbers.o $(call upto,quant)
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $< $(filter %.a,$^) $(LIBS)
# bench/NAME.c -> a program with bench/kit; the floor is static and has nothing of ours
$(B)/bench/floor: $(B)/bench/floor.o
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -static -o $@ $<
# with the whole product in virtual time
$(B)/bench/months: $(B)/bench/months.o $(BENCHKIT) $(WORLD) $(ARCHIVES)
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $< $(BENCHKIT) $(WORLD) -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS)
$(B)/bench/%: $(B)/bench/%.o $(BENCHKIT) $(ARCHIVES)
	$(call SAY,LINK)
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $< $(BENCHKIT) -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS)

-include $(shell find $(B) -name '*.d' 2>/dev/null)

clean:
	rm -rf build build-asan build-clang build-fuzz
