# The workbook's one entry point: `make` alone lists what it does.
#
# No program is listed here. In a chapter, a .c with a .h of its name is a
# module, any other .c is a program; each is linked with those modules of its
# chapter that it uses.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDEXPANSION:
export CARD EXERCISE SHIPPED SUBMISSION FORMAT UNSAFE
.PHONY: help all run-chapter test soak bench quiz prove cards index compare lint format \
	clean programs exercises variants practice watch hint \
	handout grade gradescope

ifeq ($(origin CC),default)
CC := gcc
endif

comma := ,
# A sanitizer's build has a tree of its own: build/sanitize-address-undefined.
export BUILD := build$(if $(SANITIZE),/sanitize-$(subst $(comma),-,$(SANITIZE)))
# `make run-chapter 01-loop` is meant as CHAPTER=01-loop.
CHAPTER ?= $(firstword $(filter $(CHAPTERS),$(MAKECMDGOALS)))
export CHAPTER SANITIZE VALGRIND

# -gdwarf-4: what Debian 12's valgrind can read of clang's output, too.
CFLAGS ?= -O2
override CFLAGS += -std=gnu11 -gdwarf-4 -Wall -Wextra -Wpedantic -Wshadow \
	-Wconversion $(if $(SANITIZE),-fsanitize=$(SANITIZE) \
	-fno-sanitize-recover=all -fno-omit-frame-pointer) \
	$(shell pkg-config --cflags libevent libmariadb 2>/dev/null)
# as-needed: a program is bound to those of the libraries that it uses.
LIBS = -Wl,--as-needed \
	$(shell pkg-config --libs libevent libevent_pthreads libmariadb 2>/dev/null) \
	-pthread

SOURCES := $(wildcard 0*/*.c 0*/proofs/*.c)
MODULES := $(patsubst %.h,%,$(wildcard $(SOURCES:.c=.h)))
PROGRAMS := $(filter-out $(MODULES),$(SOURCES:.c=))
CHAPTERS := $(sort $(foreach s,$(SOURCES),$(firstword $(subst /, ,$(s)))))
# What chapter 03-tasks has in modules: build/03-tasks/modules.a
archive = $(patsubst %,$(BUILD)/%/modules.a,$(firstword $(subst /, ,$(1))))

.PHONY: $(CHAPTERS)
$(CHAPTERS):
	@:

help: ## this list
	@scripts/help

# ONLY=01-loop: that chapter's, for those who are going to use one only.
only = $(addprefix $(BUILD)/,$(if $(ONLY),$(filter $(ONLY)/%,$(1)),$(1)))

all: programs exercises ## build everything into build/
programs: $(call only,$(PROGRAMS))

$(addprefix $(BUILD)/,$(PROGRAMS)): $(BUILD)/%: %.c $$(call archive,$$*) $(BUILD)/.flags
	@mkdir -p $(@D)
	@echo "cc $*"
	@$(CC) $(CFLAGS) -MMD -MP -I$(firstword $(subst /, ,$*)) -o $@ $< \
		$(call archive,$*) $(LIBS)

$(addprefix $(BUILD)/,$(addsuffix .o,$(MODULES))): $(BUILD)/%.o: %.c $(BUILD)/.flags
	@mkdir -p $(@D)
	@echo "cc $*.o"
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

define chapter_archive
$(BUILD)/$(1)/modules.a: $(addprefix $(BUILD)/,$(addsuffix .o,$(filter $(1)/%,$(MODULES))))
	@mkdir -p $$(@D)
	@rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach c,$(CHAPTERS),$(eval $(call chapter_archive,$(c))))

# Made anew when the compiler or the flags change, so that all else is, too;
# the first thing any build needs, so it also says what the machine lacks.
$(BUILD)/.flags: FORCE
	@scripts/setup --check build
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CFLAGS)' > $@
FORCE:

-include $(addprefix $(BUILD)/,$(addsuffix .d,$(PROGRAMS) $(MODULES)))

# Practice: exercises, their solutions and (for make test alone) the wrong
# answers, made by patching the solution. All are built with sanitizers, and
# with modules that are; so in the plain tree only. What the compiler said is
# beside the program, in N_name.said. A learner's exercise that does not
# compile says so and stops nothing else: then there is no program.
PRACTICE_CFLAGS := -O0 -std=gnu11 -g -Wall -Wextra -Wpedantic -Wshadow \
	-Wconversion -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer $(shell pkg-config --cflags libevent libmariadb 2>/dev/null)
ifeq ($(SANITIZE),)
EXERCISES := $(patsubst %.c,%,$(wildcard 0*/exercises/*.c))
SOLUTIONS := $(patsubst %.c,%,$(wildcard 0*/solutions/*.c))
WRONG := $(patsubst %.patch,%,$(wildcard 0*/exercises/wrong/*.patch))
endif
practice_chapters := $(sort $(foreach e,$(EXERCISES),$(firstword $(subst /, ,$(e)))))
practice_archive = $(BUILD)/$(firstword $(subst /, ,$(1)))/exercises/modules.a
practice_link = -I$(firstword $(subst /, ,$(1))) $(call practice_archive,$(1)) \
	$(BUILD)/exercise_exit.o $(LIBS)

exercises: $(call only,$(EXERCISES) $(SOLUTIONS))
variants: exercises $(call only,$(WRONG))

$(addprefix $(BUILD)/,$(EXERCISES)): $(BUILD)/%: %.c $$(call practice_archive,$$*) $(BUILD)/exercise_exit.o
	@mkdir -p $(@D)
	@echo "cc $*"
	@$(CC) $(PRACTICE_CFLAGS) -MMD -MP -o $@ $< $(call practice_link,$*) 2>$@.said || { \
		rm -f $@; \
		echo "$< does not compile (yet): make practice EXERCISE=$(firstword \
		$(subst -, ,$*))-$(firstword $(subst _, ,$(@F)))" >&2; }

$(addprefix $(BUILD)/,$(SOLUTIONS)): $(BUILD)/%: %.c $$(call practice_archive,$$*) $(BUILD)/exercise_exit.o
	@mkdir -p $(@D)
	@echo "cc $*"
	@$(CC) $(PRACTICE_CFLAGS) -MMD -MP -o $@ $< $(call practice_link,$*)

define wrong_answer
$(BUILD)/$(1): $(1).patch $(BUILD)/$(2) $(BUILD)/exercise_exit.o
	@mkdir -p $$(@D)
	@echo "cc $(1)"
	@patch --silent -o $$@.c $(2).c $$< >$$@.said 2>&1 && $$(CC) $$(PRACTICE_CFLAGS) -Werror \
		-o $$@ $$@.c $$(call practice_link,$(1)) >>$$@.said 2>&1 || rm -f $$@
endef
chapter_of = $(firstword $(subst /, ,$(1)))
$(foreach w,$(WRONG),$(eval $(call wrong_answer,$(w),$(call \
	chapter_of,$(w))/solutions/$(firstword $(subst -, ,$(notdir $(w)))))))

define practice_modules
$(BUILD)/$(1)/exercises/modules.a: $(patsubst $(1)/%,$(BUILD)/$(1)/exercises/modules/%.o,$(filter $(1)/%,$(MODULES)))
	@mkdir -p $$(@D)
	@rm -f $$@ && ar rcs $$@ $$^
$(BUILD)/$(1)/exercises/modules/%.o: $(1)/%.c $(BUILD)/.flags
	@mkdir -p $$(@D)
	@$$(CC) $$(PRACTICE_CFLAGS) -MMD -MP -c -o $$@ $$<
endef
$(foreach c,$(practice_chapters),$(eval $(call practice_modules,$(c))))

$(BUILD)/exercise_exit.o: scripts/exercise_exit.c $(BUILD)/.flags
	@$(CC) $(PRACTICE_CFLAGS) -c -o $@ $<

-include $(addprefix $(BUILD)/,$(addsuffix .d,$(EXERCISES) $(SOLUTIONS)))
-include $(wildcard $(BUILD)/0*/exercises/modules/*.d)

run-chapter: ## build and play a chapter: CHAPTER=01-loop (or 01, 1, loop)
	@scripts/run-chapter

test: ## the tests: CHAPTER=, SANITIZE=address,undefined (or thread), VALGRIND=1
	@scripts/test

practice: ## check your exercises: CHAPTER=, or one of them: EXERCISE=01-2
	@scripts/practice

watch: ## practice, again on every save
	@scripts/watch

hint: ## the next hint for the exercise that is open: CHAPTER=, or EXERCISE=01-2
	@scripts/hint

# What scripts/grade builds other people's exercises with.
grade: export GRADE_CC = $(CC) $(PRACTICE_CFLAGS)
grade: export GRADE_LIBS = $(LIBS)
grade: $(foreach c,$(practice_chapters),$(BUILD)/$(c)/exercises/modules.a) $(BUILD)/exercise_exit.o
grade: ## grade a student or a class: SUBMISSION=directory, FORMAT=text,junit,gradescope
	@scripts/grade

handout: ## the workbook for students, without solutions: build/handout; CHAPTER=
	@scripts/handout

gradescope: ## an autograder for Gradescope: build/autograder.zip; CHAPTER=
	@scripts/gradescope

quiz: ## interview drill, in any order: question, Enter, answer; CHAPTER=
	@scripts/quiz

prove: ## run what proves an answer, or all of them: CARD=01-04
	@scripts/prove

cards: ## the questions as a file that Anki imports: build/cards.txt
	@scripts/anki

index: ## write the list of all questions into README.md
	@scripts/index

compare: ## play a chapter in C and in Python, side by side: CHAPTER=
	@scripts/compare

soak: ## the long runs, which `make test` leaves out; CHAPTER=
	@SOAK=1 scripts/test

bench: ## measure against the peers, side by side: CHAPTER=
	@scripts/bench

lint: ## formatters, compilers, analysers: a warning is an error
	@scripts/lint

format: ## let clang-format and shfmt lay out the sources
	@scripts/lint --format

clean: ## remove build/
	rm -rf build
