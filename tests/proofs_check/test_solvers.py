"""Solver processes: asked together, limited, ended, started again, and never left behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from fractions import Fraction

import pytest

from proofs_check.solvers import BACKENDS, Backend, Solvers, Value

TWO_VARIABLES = "(set-logic QF_NRA)(declare-const x0 Real)(declare-const x1 Real)"
IRRATIONAL = TWO_VARIABLES + "(assert (< 0 x0))(assert (= (* x0 x0) 2))(assert (= (* 3 x1) 2))"
IMPOSSIBLE = TWO_VARIABLES + "(assert (< (* x0 x0) 0))"


def hard_question():
    """Neither solver decides this within seconds: a sum of squares, three times over, equals something positive."""
    names = [f"x{i}" for i in range(14)]
    declarations = "".join(f"(declare-const {name} Real)" for name in names)
    terms = " ".join(
        f"(* {names[i]} {names[(i + a) % 14]} {names[(i + b) % 14]} {names[(i + c) % 14]})"
        for i in range(14)
        for a, b, c in ((1, 3, 7), (2, 5, 6), (4, 8, 9))
    )
    squares = " ".join(f"(* {name} {name})" for name in names)
    return f"(set-logic QF_NRA){declarations}(assert (= (+ {terms}) (+ 1000 {squares})))(assert (= (+ {squares}) 31))"


def alive(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_both_solvers_answer_with_models_exact_where_they_can_be(solvers):
    for answer in solvers.ask(IRRATIONAL, 10).values():
        assert answer.status == "sat"
        assert answer.model["x1"] == Value(Fraction(2, 3), True)
        assert not answer.model["x0"].exact
        assert Fraction(6, 5) < answer.model["x0"].near < Fraction(8, 5)


def test_both_solvers_prove(solvers):
    assert {name: answer.status for name, answer in solvers.ask(IMPOSSIBLE, 10).items()} == {
        "z3": "unsat",
        "cvc5": "unsat",
    }


def test_only_those_named_are_asked(solvers):
    assert list(solvers.ask(IMPOSSIBLE, 10, only=["cvc5"])) == ["cvc5"]


def test_a_question_that_cannot_be_read_is_an_answer_that_says_so(solvers):
    for answer in solvers.ask(TWO_VARIABLES + "(assert (<< x0 0))", 10).values():
        assert answer.status == "unknown"
        assert "<<" in answer.reason
    assert all(answer.status == "unsat" for answer in solvers.ask(IMPOSSIBLE, 10).values())


def test_the_limit_is_kept_and_the_next_question_is_answered():
    with Solvers() as own:
        answers = own.ask(hard_question(), 0.3)
        assert {answer.status for answer in answers.values()} == {"unknown"}
        assert all(answer.reason for answer in answers.values())
        assert all(answer.status == "unsat" for answer in own.ask(IMPOSSIBLE, 10).values())


def test_a_solver_that_is_killed_from_outside_is_started_again():
    with Solvers() as own:
        own.ask(IMPOSSIBLE, 10)
        first = own.process_ids
        os.kill(first["z3"], signal.SIGKILL)
        answers = own.ask(IMPOSSIBLE, 10)
        assert answers["cvc5"].status == "unsat"
        assert own.ask(IMPOSSIBLE, 10)["z3"].status == "unsat"
        assert own.process_ids["z3"] != first["z3"]
        assert own.process_ids["cvc5"] == first["cvc5"]


def test_no_process_outlives_the_context():
    with Solvers() as own:
        own.ask(IMPOSSIBLE, 10)
        started = own.process_ids
        assert all(alive(process_id) for process_id in started.values())
    assert not any(alive(process_id) for process_id in started.values())


def test_no_process_outlives_an_error_or_a_timeout():
    started = {}

    def interrupted():
        with Solvers() as own:
            own.ask(hard_question(), 0.2)
            own.ask(IMPOSSIBLE, 10)
            started.update(own.process_ids)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert started
    assert not any(alive(process_id) for process_id in started.values())


def test_workers_end_by_themselves_when_their_owner_is_killed():
    program = textwrap.dedent(
        """
        import os, signal
        from proofs_check.solvers import Solvers
        solvers = Solvers()
        solvers.ask("(set-logic QF_NRA)(declare-const x0 Real)(assert (< (* x0 x0) 0))", 10)
        print(*solvers.process_ids.values(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    started = [int(word) for word in run.stdout.split()]
    assert len(started) == len(BACKENDS)
    for _ in range(100):
        if not any(map(alive, started)):
            break
        time.sleep(0.1)
    assert not any(map(alive, started))


def test_a_missing_solver_is_named_with_the_remedy():
    absent = Backend("oracle", "no_such_module_anywhere", "no-such-distribution")
    with Solvers((BACKENDS[0], absent)) as own:
        assert own.names == ("z3",)
        assert own.missing == {"oracle": "oracle is not installed (pip install no-such-distribution)"}
        assert list(own.ask(IMPOSSIBLE, 10)) == ["z3"]


def test_without_solvers_there_are_no_answers():
    with Solvers(()) as own:
        assert own.ask(IMPOSSIBLE, 10) == {}
