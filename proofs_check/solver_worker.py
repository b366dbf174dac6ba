"""A process that asks one SMT solver, one question per line, until its input ends.

Started by :mod:`proofs_check.solvers` as ``python -m proofs_check.solver_worker NAME``. Questions and answers are JSON,
one object per line; the first line says only that the solver is loaded. Limits are of this process's own computing, so
that an answer does not depend on what else the machine does. Solvers do not keep such limits, so each question arms the
operating system's alarm, which ends this process even while the solver is deep in native code and even when nobody is
left to kill it.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

#: Why there is no answer, where time ran out: whether the solver noticed by itself or had to be ended is all the same.
TIMEOUT = "timeout"
READY = "{}"
#: Beyond the limit, before the alarm ends the process.
GRACE_SECONDS = 1.0
#: By how much the time that passes may exceed the time that the solver computes, while others have the cores.
WAITING = 8

Values = dict[str, list[Any]]
Reply = tuple[str, str, Values]
"""``sat``, ``unsat`` or ``unknown``; why unknown; the model: [rational value, whether it is exact] by name."""


def ask_z3(text: str, seconds: float) -> Reply:
    """Ask z3."""
    import z3

    # z3's tactic for real arithmetic refuses integers, and its general solver is worse at real arithmetic.
    solver = z3.SolverFor("QF_NRA") if "(set-logic QF_NRA)" in text else z3.Solver()
    solver.set("timeout", max(1, int(1000 * WAITING * seconds)))
    solver.from_string(text)
    answer = str(solver.check())
    if answer != "sat":
        reason = solver.reason_unknown() if answer == "unknown" else ""
        return answer, TIMEOUT if reason == "canceled" else reason, {}  # z3 cancels itself when its time is over
    model, values = solver.model(), {}
    for declaration in model.decls():
        value = model[declaration]
        if z3.is_int_value(value):
            values[declaration.name()] = [f"{value.as_long()}/1", True]
        elif z3.is_real(value):
            exact = z3.is_rational_value(value)
            rational = value if exact else value.approx(20)
            values[declaration.name()] = [f"{rational.numerator()}/{rational.denominator()}", exact]
    return answer, "", values


def ask_cvc5(text: str, seconds: float) -> Reply:
    """Ask cvc5."""
    import cvc5

    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("produce-models", "true")
    solver.setOption("tlimit-per", str(max(1, int(1000 * WAITING * seconds))))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    symbols = parser.getSymbolManager()
    while not (command := parser.nextCommand()).isNull():
        reply = command.invoke(solver, symbols)
        if "error" in reply:
            raise ValueError(reply)
    result = solver.checkSat()
    if not result.isSat():
        if result.isUnsat():
            return "unsat", "", {}
        explanation = result.getUnknownExplanation()
        return "unknown", TIMEOUT if explanation == cvc5.UnknownExplanation.TIMEOUT else str(explanation), {}
    values = {}
    for term in symbols.getDeclaredTerms():
        value = solver.getValue(term)
        if value.isIntegerValue():
            values[term.getSymbol()] = [f"{value.getIntegerValue()}/1", True]
            continue
        exact = value.isRealValue()
        if not exact:
            value = value.getRealAlgebraicNumberLowerBound()
        rational = value.getRealValue()
        values[term.getSymbol()] = [f"{rational.numerator}/{rational.denominator}", exact]
    return "sat", "", values


SOLVERS: dict[str, Callable[[str, float], Reply]] = {"z3": ask_z3, "cvc5": ask_cvc5}


def _end_with_owner() -> None:
    """Have Linux kill this process when the thread that started it ends, in whatever way; a solver may be deep in work.

    Elsewhere the alarm does it, somewhat later.
    """
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def main(name: str) -> None:
    """Answer questions until the input ends."""
    _end_with_owner()
    # What a native library prints must not end up among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    ask = SOLVERS[name]
    importlib.import_module(name)
    print(READY, file=answers, flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        seconds = float(question["seconds"])
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, seconds + GRACE_SECONDS)
        try:
            answer, reason, model = ask(question["text"], seconds)
        except Exception as error:  # a question that a solver cannot read is an answer too, not the end of the worker
            answer, reason, model = "unknown", f"{type(error).__name__}: {error}", {}
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps({"answer": answer, "reason": reason, "model": model}), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
