#!/usr/bin/env bats
load ../../scripts/checking/exercise_helper

@test "the desk of a reader that leaves goes to the next one" {
    run_exercise 1 enter:ABC leave:A count leave:B leave:C count
    expect_output "A reads
A has read it all
B reads
1 read
B has read it all
C reads
C has read it all
0 read"
    expect_nothing_left
}

@test "so does that of a reader whose book falls apart, or that is called away" {
    run_exercise 2 enter:AB enter:XY tear:A cancel:B count
    expect_output "A reads
B reads
A has half a book
X reads
B cancelled
Y reads
2 read"
    expect_nothing_left
}

@test "a reader that gives up in the queue gives back no desk" {
    run_exercise 1 enter:AB sleep:150 enter:CDE cancel:C count leave:A count
    expect_output "A reads
B timed out
C cancelled
1 read
A has read it all
D reads
1 read"
    expect_nothing_left
}
