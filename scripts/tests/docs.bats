#!/usr/bin/env bats
# Lessons and answers: what they quote and where they point.

load ../lib/test_helper

plain_build_only=yes

@test "docs: every excerpt stands in its file, every relative link has a target" {
    run scripts/checking/check-docs ./*.md [0-9][0-9]-*/*.md [0-9][0-9]-*/{exercises,exercises/hints,what_is_wrong}/*.md
    assert_success
    assert_output ""
}

@test "docs: an excerpt that is not to the letter is found" {
    cd "$BATS_TEST_TMPDIR"
    printf 'int one;\nint two;\n' >a.c
    printf '# T\n\n```c a.c\nint one;\nint two;\n```\n' >good.md
    printf '# T\n\n```c a.c\nint one;\nint  two;\n```\n' >bad.md
    printf '# T\n\n```c b.c\nint one;\n```\n' >none.md
    printf '# T\n\n```c a.c\nnt one;\n```\n' >part.md
    run "$root/scripts/checking/check-docs" good.md
    assert_success
    run "$root/scripts/checking/check-docs" bad.md
    assert_failure
    assert_output "bad.md:3: excerpt: not to the letter in ./a.c"
    run "$root/scripts/checking/check-docs" none.md
    assert_output "none.md:3: excerpt: there is no ./b.c"
    run "$root/scripts/checking/check-docs" part.md
    assert_failure
}

@test "docs: a link without a target is found" {
    cd "$BATS_TEST_TMPDIR"
    printf '# The Title, here\n\n[a](other.md) [b](#the-title-here) [c](#none) [d](x.md)\n' >a.md
    touch other.md
    run "$root/scripts/checking/check-docs" a.md
    assert_failure
    assert_output "a.md: link: no such heading: #none
a.md: link: there is no x.md"
}

@test "docs: every chapter's README has a title and its asyncio names" {
    for chapter in [0-9][0-9]-*; do
        run head -n 3 "$chapter/README.md"
        assert_line --index 0 --partial "# $chapter — "
        assert_output --partial "asyncio: "
    done
}

@test "docs: QUESTIONS.md is what make index writes" {
    run scripts/index --print
    assert_success
    assert_equal "$(<QUESTIONS.md)" "$output"
}
