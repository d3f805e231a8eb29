# The workbook's one entry point: `make` alone lists what it does.
#
# No program is listed here; the room a file stands in says what it is:
#   CHAPTER/modules/x.c, and an x.c beside its x.h     a module of the chapter
#   CHAPTER/x.c, and x.c in proofs/, tests/drivers/    a program, linked with what
#   and what_is_wrong/                                 it uses of the modules of its
#                                                      chapter and of earlier ones
#   exercises/N_x.c, solutions/N_x.c and               a program, too, with sanitizers;
#   exercises/{wrong,right}/N_x-how.patch              what it lacks, main for example,
#                                                      comes from exercises/given/
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:
.PHONY: FORCE help all programs exercises variants answers exercise-commands run-chapter test \
	check new-exercise soak bench quiz prove cards index compare lint format clean \
	practice watch try see page pictures hint reset pack handout grade gradescope

ifeq ($(origin CC),default)
CC := gcc
endif
comma := ,
# Practice has sanitizers of its own: a SANITIZE that was exported once is not for it.
ifneq ($(filter practice watch try see hint exercises exercise-commands grade handout gradescope \
	cards,$(MAKECMDGOALS)),)
override SANITIZE :=
endif
# A sanitizer's build has a tree of its own: build/sanitize-address-undefined.
export BUILD := build$(if $(SANITIZE),/sanitize-$(subst $(comma),-,$(SANITIZE)))

CHAPTERS := $(patsubst %/README.md,%,$(wildcard [0-9][0-9]-*/README.md))
# `make run-chapter 01-loop` is meant as CHAPTER=01-loop.
CHAPTER ?= $(firstword $(filter $(CHAPTERS),$(MAKECMDGOALS)))
# Before scripts/lib/workbook.bash can see to the rest, bash obeys the first, and
# complains if the locale is missing.
unexport BASH_ENV
export LC_ALL := C.UTF-8
# `make practice 03-1` is meant as EXERCISE=03-1.
ifneq ($(filter practice watch try see hint reset,$(firstword $(MAKECMDGOALS))),)
exercise_goal := $(filter-out $(CHAPTERS),$(filter 0% 1% 2% 3% 4% 5% 6% 7% 8% 9%,$(MAKECMDGOALS)))
EXERCISE ?= $(firstword $(exercise_goal))
endif
# As they were typed: a directory may have a "$" in its name, and arguments anything.
override SUBMISSION := $(value SUBMISSION)
override ARGS := $(value ARGS)
override CLASS := $(value CLASS)
override HOSTS := $(value HOSTS)
export CHAPTER SANITIZE VALGRIND CARD EXERCISE SHIPPED SUBMISSION FORMAT UNSAFE NAME ARGS CHECK \
	SEED STRICT CLASS DUE PROGRAM TWIN POINTS VISIBILITY HOSTS
.PHONY: $(CHAPTERS) $(exercise_goal)
$(CHAPTERS) $(exercise_goal):
	@:

# -gdwarf-4: what Debian 12's valgrind can read of clang's output, too.
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion
PACKAGES := $(shell pkg-config --cflags libevent libmariadb 2>/dev/null)
CFLAGS ?= -O2
ALL_CFLAGS := $(CFLAGS) -std=gnu11 -gdwarf-4 $(WARNINGS) $(if $(SANITIZE),-fsanitize=$(SANITIZE) \
	-fno-sanitize-recover=all -fno-omit-frame-pointer) $(PACKAGES)
# What a local is after an AWAIT, or before it is set, is not by chance what it was.
PATTERN := $(shell $(CC) -ftrivial-auto-var-init=pattern -E -x c /dev/null >/dev/null 2>&1 && \
	echo -ftrivial-auto-var-init=pattern)
PRACTICE_CFLAGS := -O0 -std=gnu11 -g $(WARNINGS) -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer $(PATTERN) $(PACKAGES)
# as-needed: a program is bound to those of the libraries that it uses.
LIBS := -Wl,--as-needed \
	$(shell pkg-config --libs libevent libevent_pthreads libmariadb 2>/dev/null) -pthread

# What there is. Practice is built in the plain tree only: it has sanitizers.
SOURCES := $(foreach c,$(CHAPTERS),$(wildcard $(addprefix $(c)/,*.c modules/*.c \
	proofs/*.c tests/drivers/*.c what_is_wrong/*.c)))
MODULES := $(patsubst %.h,%,$(wildcard $(SOURCES:.c=.h)))
PROGRAMS := $(filter-out $(MODULES),$(SOURCES:.c=))
ifeq ($(SANITIZE),)
EXERCISES := $(patsubst %.c,%,$(wildcard $(CHAPTERS:%=%/exercises/*.c)))
SOLUTIONS := $(patsubst %.c,%,$(wildcard $(CHAPTERS:%=%/solutions/*.c)))
WRONG := $(patsubst %.patch,%,$(wildcard $(CHAPTERS:%=%/exercises/wrong/*.patch)))
RIGHT := $(patsubst %.patch,%,$(wildcard $(CHAPTERS:%=%/exercises/right/*.patch)))
endif

# They are linked by a faster linker, if it is here: that is half of their time.
MOLD := $(if $(wildcard /usr/bin/ld.mold),-fuse-ld=mold)

# Of a program, say $(1) = 05-pitfalls/exercises/wrong/1_bank-mistake:
chapter = $(firstword $(subst /, ,$(1)))
number = $(firstword $(subst _, ,$(notdir $(1))))
practised = $(filter exercises solutions,$(word 2,$(subst /, ,$(1))))
patched = $(filter wrong right,$(word 3,$(subst /, ,$(1))))
solution = $(chapter)/solutions/$(firstword $(subst -, ,$(notdir $(1)))).c
source = $(if $(patched),$(BUILD)/)$(1).c
# Its chapter and those before it, the last one first.
reversed = $(if $(1),$(lastword $(1)) $(call reversed,$(filter-out $(lastword $(1)),$(1))))
chapters = $(call reversed,$(wordlist 1,$(patsubst 0%,%,$(firstword $(subst -, ,$(1)))),$(CHAPTERS)))
# What it is compiled and linked with; what has sanitizers is in build/practised.
compile = $(CC) $(if $(practised),$(PRACTICE_CFLAGS) -I$(chapter)/exercises,$(ALL_CFLAGS)) \
	$(patsubst %,-I%/modules,$(chapters))
libraries = $(if $(practised),$(BUILD)/practised/$(chapter)/$(number)_given.a) \
	$(patsubst %,$(BUILD)/$(if $(practised),practised/%_modules.a,%/modules.a),$(chapters)) \
	$(if $(practised),$(patsubst %,$(BUILD)/practised/exercise_%.o,clock exit))

# How make compiles each C file, for clangd, clang-tidy and scripts/lint. Written
# again when a file comes or goes: then its directory is newer.
UNITS := $(SOURCES) $(foreach c,$(CHAPTERS),$(wildcard $(addprefix $(c)/,exercises/*.c \
	exercises/given/*.c solutions/*.c bench/peers/*.c))) \
	$(wildcard $(addprefix scripts/*/,*.c */*.c */*/*.c))
unit = $(if $(filter scripts/%,$(1)),$(CC) $(ALL_CFLAGS),$(call compile,$(1)))
json_root := $(subst ",\",$(subst \,\\,$(CURDIR)))
ifeq ($(SANITIZE),)
DATABASE := $(BUILD)/compile_commands.json
endif
$(BUILD)/compile_commands.json: Makefile $(BUILD)/.flags $(sort $(dir $(UNITS)))
	$(file >$@,[)
	$(foreach u,$(UNITS),$(file >>$@,{"directory": "$(json_root)", "file": "$(u)", "command": \
		"$(call unit,$(u:.c=)) -c $(u)"}$(if $(filter-out $(lastword $(UNITS)),$(u)),$(comma))))
	$(file >>$@,])
	@:

help: ## this list
	@scripts/help

# ONLY=01-loop: that chapter's, for those who are going to use one only.
only = $(addprefix $(BUILD)/,$(if $(ONLY),$(filter $(ONLY)/%,$(1)),$(1)))
all: programs exercises ## build everything into build/
programs: $(call only,$(PROGRAMS)) $(DATABASE)
exercises: $(call only,$(EXERCISES) $(SOLUTIONS)) $(DATABASE)
variants: exercises $(call only,$(WRONG) $(RIGHT:=.c))
answers: variants $(call only,$(RIGHT))

# `make loop` in the folder of a chapter, which sets CHAPTER: that program.
named := $(patsubst $(CHAPTER)/%.c,%,$(wildcard $(CHAPTER)/*.c))
.PHONY: $(named)
$(named): %: $(BUILD)/$(CHAPTER)/%

# A program. An exercise may not compile yet: make reports that and continues. What
# the compiler prints about it or about a patched answer is beside it, in N_name.said.
attempt = 2>$@.said || { rm -f $@; $(if $(patched),,echo "$(1).c does not compile (yet): \
	make practice EXERCISE=$(firstword $(subst -, ,$(1)))-$(number)" >&2;) }
# What is lost over an AWAIT is named by lost_locals.py, in one line before all else. The
# sanitizers see most with -O0, but gcc warns of what is not initialised from -Og on:
# what has no other warning is compiled again, for its warnings only.
more_warnings = if [ -e $@ ]; then /usr/bin/python3 -IS scripts/checking/lost_locals.py $< | \
	cat - $@.said >$@.lost && mv $@.lost $@.said; fi; \
	[ -s $@.said ] || $(call compile,$(1)) -Og -fno-sanitize=all -c -o /dev/null $< 2>$@.said
$(addprefix $(BUILD)/,$(PROGRAMS) $(EXERCISES) $(SOLUTIONS) $(WRONG) $(RIGHT)): $(BUILD)/%: \
		$$(call source,$$*) $$(call libraries,$$*) $(BUILD)/.flags
	@mkdir -p $(@D)
	@echo "cc $*"
	@$(call compile,$*) $(if $(call patched,$*),-Werror $(MOLD)) -MMD -MP -o $@ $< \
		$(filter %.a %.o,$^) $(LIBS) \
		$(if $(filter $*,$(EXERCISES) $(WRONG) $(RIGHT)),$(call attempt,$*))
	@$(if $(filter $*,$(EXERCISES)),$(call more_warnings,$*))

# A wrong answer is the solution with a mistake patched in; another right one, too,
# is a patch of it.
$(addprefix $(BUILD)/,$(addsuffix .c,$(WRONG) $(RIGHT))): $(BUILD)/%.c: %.patch $$(call solution,$$*)
	@mkdir -p $(@D)
	@patch --silent -o $@ $(call solution,$*) $< >$@.said 2>&1 || \
		sed 's/^/#error /' $@.said >$@

# Modules, and the scenes of exercises; exercise_clock and exercise_exit are linked
# into each exercise.
$(BUILD)/%.o: %.c $(BUILD)/.flags
	@mkdir -p $(@D)
	@echo "cc $*.o"
	@$(call compile,$*) -MMD -MP -c -o $@ $<
$(BUILD)/practised/%.o: %.c $(BUILD)/.flags
	@mkdir -p $(@D)
	@$(call compile,$(call chapter,$*)/exercises) -MMD -MP -c -o $@ $<
$(BUILD)/practised/exercise_%.o: scripts/checking/exercise_%.c $(BUILD)/.flags
	@mkdir -p $(@D)
	@$(CC) $(PRACTICE_CFLAGS) -c -o $@ $<

# A chapter's modules; and what an exercise is given: what bears its number in
# given/, and what bears none. The linker takes from an archive only what is still
# missing. In this way an answer may have a main, or any part of the scene, of its own.
archive = @mkdir -p $(@D) && rm -f $@ && ar rcs $@ $^
modules = $(addsuffix .o,$(filter $(1)/$(2)%,$(MODULES)))
given = $(patsubst %.c,%.o,$(wildcard $(addprefix $(1)/exercises/given/,$(2)_*.c [!0-9]*.c)))
$(BUILD)/%/modules.a: $$(addprefix $(BUILD)/,$$(call modules,$$*))
	$(archive)
$(BUILD)/practised/%_modules.a: $$(addprefix $(BUILD)/practised/,$$(call modules,$$*,modules/))
	$(archive)
$(BUILD)/practised/%_given.a: $$(addprefix $(BUILD)/practised/,$$(call given,$$(*D),$$(*F)))
	$(archive)

# Made anew when the compiler or the flags change, so that all else is, too;
# the first thing any build needs, so it also says what the machine lacks.
flags = $(CC) $(ALL_CFLAGS) $(PRACTICE_CFLAGS)
$(BUILD)/.flags: FORCE
	@scripts/setup --check build
	@mkdir -p $(@D)
	@echo '$(flags)' | cmp -s - $@ || echo '$(flags)' > $@
FORCE:

# What scripts/see preloads into the program that it shows.
TRACER := $(wildcard scripts/tracer/*.c)
$(BUILD)/tracer.so: $(TRACER) $(wildcard scripts/tracer/*.h) 03-tasks/modules/await.h \
		03-tasks/modules/task_loop.h 05-pitfalls/modules/job.h $(BUILD)/.flags
	@mkdir -p $(@D)
	@echo "cc tracer.so"
	@$(CC) $(filter-out -f%,$(ALL_CFLAGS)) -fPIC -shared -ftls-model=initial-exec -o $@ $(TRACER)

# What the pages of scripts/see are made with: d3 and esbuild, from npm.
PAGE := scripts/tracer/page
$(BUILD)/page/node_modules/.package-lock.json: $(PAGE)/package.json $(PAGE)/package-lock.json
	@command -v npm >/dev/null || \
		{ echo "page: npm is missing: scripts/setup --dev installs it" >&2; exit 1; }
	@mkdir -p $(BUILD)/page
	@cp $^ $(BUILD)/page
	@npm ci --prefix $(BUILD)/page --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@
$(BUILD)/page/page.js: $(wildcard $(PAGE)/*.js) $(BUILD)/page/node_modules/.package-lock.json
	@NODE_PATH=$(BUILD)/page/node_modules $(BUILD)/page/node_modules/.bin/esbuild $(PAGE)/main.js \
		--bundle --minify --format=iife --target=es2022 --log-level=warning --outfile=$@

# Those of patched answers only where these are built: they are nearly half of all.
-include $(shell find $(BUILD) -path '*/node_modules' -prune -o $(if $(filter variants \
	answers,$(MAKECMDGOALS)),,-path '*/exercises/*/*' -prune -o) -name '*.d' -print 2>/dev/null)

run-chapter: ## build and play a chapter: CHAPTER=01-loop (or 01, 1, loop)
	@scripts/run-chapter

test: ## the tests: CHAPTER= EXERCISE= SANITIZE=address VALGRIND=1
	@scripts/test

practice: ## check your exercises: CHAPTER=, or EXERCISE=01-2; STRICT=1
	@scripts/practice

watch: ## practice, again on every save
	@scripts/watch

try: ## run your program as it is checked: EXERCISE=01-2 ARGS='…'
	@scripts/try

see: ## what the loop did: PROGRAM=01-loop/loop or EXERCISE= ARGS= TWIN=1
	@scripts/tracer/make-see

page: $(BUILD)/page/page.js ## d3, with which make see draws its pages (npm)

pictures: ## draw the lessons' pictures again, from runs of the programs
	@scripts/tracer/make-pictures

hint: ## the next hint for the open exercise; EXERCISE=01-2
	@scripts/hint

reset: ## put an exercise back as it was handed out: EXERCISE=01-2
	@scripts/reset

# What scripts/grade builds other people's exercises with: a line for each, its
# path, the compiler's words before and after `-o program answer.c`.
exercise-commands:
	@$(foreach e,$(EXERCISES),echo '$(e)|$(call compile,$(e))|$(strip $(call \
		libraries,$(e)) $(LIBS))';)
grade: $(sort $(foreach e,$(EXERCISES),$(call libraries,$(e))))
grade: ## grade answers: SUBMISSION=class/ CLASS=list.csv DUE= HOSTS=
	@scripts/grade

new-exercise: ## a skeleton of an exercise: NAME=03-5_name
	@scripts/new-exercise

pack: ## pack the exercises as they are, for make reset; CHAPTER=
	@scripts/pack

handout: ## for students, without solutions: CHAPTER= EXERCISE=
	@scripts/handout

gradescope: ## for Gradescope: build/autograder.zip; CHAPTER= EXERCISE=
	@scripts/gradescope

quiz: ## interview drill: question, Enter, answer; CHAPTER=
	@scripts/quiz

prove: ## run what proves an answer, or all of them: CARD=01-04
	@scripts/prove

cards: ## the questions as a file that Anki imports: build/cards.txt
	@scripts/anki

index: ## write QUESTIONS.md, the list of all questions
	@scripts/index

compare: ## play a chapter in C and in Python, side by side: CHAPTER=
	@scripts/compare

soak: ## the long runs, which `make test` leaves out; CHAPTER=
	@SOAK=1 scripts/test

bench: ## measure against the peers, side by side: CHAPTER=
	@scripts/bench

check: ## what CI runs: set-up, lint, tests, sanitizers, valgrind
	@.ci/run

lint: ## formatters, compilers, analysers: a warning is an error
	@scripts/lint

format: ## let clang-format and shfmt lay out the sources
	@scripts/lint --format

clean: ## remove build/
	rm -rf build
