"""Claims in Coq: what is printed says what was claimed, coqc refuses what is false, and no axiom slips in.

Without coqc nothing is skipped: every answer must then say that coqc is missing, and how to get it.
"""

import json
import os
import signal
import stat
import threading
import time
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp
from click.testing import CliRunner

from proofs_check.cli import main
from proofs_check.coq import MISSING, WHITELIST, committed_file, prove_by_hand, prove_in_kernel
from proofs_check.coq.files import BEYOND_THE_LEDGER, Handwritten, paper_file
from proofs_check.coq.kernel import _judge_file, check_theorems
from proofs_check.coq.printing import Names, as_comment, identifier
from proofs_check.coq.session import assumptions_of, compile_source, find_coqc
from proofs_check.coq.theorems import Theorem, export
from proofs_check.rational import equal
from proofs_check.verdict import Outcome, Tier
from theory.claim import Claim, Layer, Source, Statement, builtin_claims
from theory.formula import And, Iff, Implies, Or, eq, ge, gt, integer, le, lt, ne

x, y, z, n = sp.symbols("x y z n")
HERE = Source("user", "tests")
CLAIMS = {claim.name: claim for claim in builtin_claims()}
INSTALLED = find_coqc() is not None


def claim(conclusion, hypotheses=(), layers=(), name="tests.claim"):
    return Claim(name, "A claim.", tuple(hypotheses), Statement(conclusion), HERE, layers=tuple(layers))


def outcome_of(claim_, refutation=None):
    """Return what the kernel says of one claim; without coqc, what it ought to say with it goes unseen."""
    given = {} if refutation is None else {claim_.name: refutation}
    evidence = prove_in_kernel([claim_], given)[claim_.name]
    if not INSTALLED:
        assert (evidence.outcome, evidence.detail) == (Outcome.NOT_RUN, MISSING)
        return None
    assert evidence.method == "coqc"
    assert evidence.tier is Tier.KERNEL
    return evidence


def run(*arguments):
    return CliRunner().invoke(main, ["prove", *arguments])


def paper_with(theorems):
    """Return a paper file with these theorems as its only ones."""
    (item,) = paper_file("tests", [claim(le(0, x**2))], {}).exports
    return replace(paper_file("tests", [], {}), exports=(replace(item, theorems=tuple(theorems)),))


@pytest.fixture(scope="module")
def committed():
    return committed_file("collins2022")


# Printing


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (x - 2 * y, "x - 2 * y"),
        (x / (y + z), "x / (y + z)"),
        (x**-2, "1 / x ^ 2"),
        (sp.Rational(-3, 7) * x, "(-3 / 7) * x"),
        ((x + y) ** 3 * z, "z * (x + y) ^ 3"),
        (1 / x / y, "1 / x / y"),
        (x / (y / z), "x * z / y"),
        ((x * y) ** 2 / (1 / x + y) ** 2, "x ^ 2 * y ^ 2 / (y + 1 / x) ^ 2"),
    ],
)
def test_expressions_are_printed_node_by_node(expression, text):
    printed = Names((x, y, z)).expression(expression)

    assert printed == text
    assert equal(sp.sympify(printed.replace("^", "**")), expression)


def test_relations_that_sympy_would_decide_reach_coq_undecided():
    names = Names((x, y))

    assert names.formula(gt(x, x)) == "x < x"
    assert names.formula(ge(x**2, 0)) == "0 <= x ^ 2"
    assert names.formula(Iff(eq(x, y), Or((ne(x, 0), lt(y, 1))))) == "x = y <-> (x <> 0 \\/ y < 1)"


def test_integers_are_dropped_from_proofs_and_kept_in_refutations():
    hypotheses = (gt(n, 0), integer(n))
    proved = export(claim(gt(n + 1, 0), hypotheses))
    refuted = export(claim(gt(n, 1), hypotheses), {"n": Fraction(1)})

    assert "IZR" not in proved.theorems[0].statement
    assert "(exists k : Z, n = IZR k)" in refuted.theorems[0].statement


def test_two_symbols_never_share_a_coq_name():
    odd, names = [sp.Symbol("a b"), sp.Symbol("a|b"), sp.Symbol("R"), sp.Symbol("2")], Names(())
    for symbol in odd:
        names.add(symbol)

    assert len({names[symbol] for symbol in odd}) == len(odd)
    assert "R" not in {names[symbol] for symbol in odd}


def test_every_hypothesis_of_every_claim_is_printed(committed):
    for item in committed.exports:
        for theorem in item.theorems:
            premises = theorem.statement.count("->") - theorem.statement.count("<->")
            stated = [h for h in item.claim.hypotheses if "is an integer" not in str(h)]
            assert premises >= len(stated), item.claim.name


@pytest.mark.parametrize(
    ("name", "written"),
    [("end", "x_end"), ("α", "alpha"), ("Δ_1", "Delta_1"), ("H1", "H1_"), ("C", "C_"), ("lt_by_diff", "x_lt_by_diff")],
)
def test_names_that_coq_or_its_proofs_need_are_changed(name, written):
    symbol = sp.Symbol(name)

    assert Names((symbol,))[symbol] == written


def test_a_hypothesis_that_is_an_implication_stays_one_premise():
    (theorem,) = export(claim(gt(x, 0), (gt(x, 0), Implies(gt(y, 0), gt(x, 1))))).theorems

    assert "(0 < y -> 1 < x) ->" in theorem.statement


def test_claims_whose_names_coq_cannot_tell_apart_get_theorems_of_their_own(tmp_path):
    alike = [claim(gt(x + 1, 0), (gt(x, 0),), name=f"tests.{name}") for name in ("a-b", "a_b")]
    alike += [replace(alike[0], name=name) for name in ("te-sts.c", "te_sts.c")]

    prove_in_kernel(alike, {}, keep=tmp_path)

    names = [theorem.name for theorem in paper_file("tests", alike[:2], {}).theorems]
    assert len(set(names)) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"Tests.v", "Te_sts.v", "Te_sts_.v"}


def test_comments_cannot_be_left():
    assert "*)" not in as_comment('gain *) Admitted. (* "open')
    assert identifier("collins2022.gain-isotropic") == "collins2022_gain_isotropic"


# Proofs


TRUE = (
    claim(eq((x + y) ** 2, x**2 + 2 * x * y + y**2)),
    claim(eq(x / y, 1 / (y / x)), (gt(x, 0), gt(y, 0))),
    claim(ge(x**2 + y**2, 2 * x * y)),
    claim(gt(x**2 + x + 1, 0)),
    claim(gt(x**4 + y**4 + 1, x * y)),
    claim(ge(x**4 * y**2 + x**2 * y**4 + 1, 3 * x**2 * y**2)),
    claim(ge(x**3 + y**3 + z**3, 3 * x * y * z), (gt(x, 0), gt(y, 0), gt(z, 0))),
    claim(lt(x / (x + y), 1), (gt(x, 0), gt(y, x))),
    claim(Iff(lt(1 / x, 1 / y), lt(y, x)), (gt(x, 0), gt(y, 0))),
    claim(Implies(ne(x, 1), gt(x**2 + 1, 2 * x))),
    claim(And((gt(y, 1), gt(y**2, y))), (gt(x, 0), gt(y, x + 1))),
    claim(gt(x + y, 0), (ge(x, 0), ge(y, 0), Or((gt(x, 0), gt(y, 0))))),
    claim(gt(z * y, x), (gt(x, 0), gt(y, x)), (Layer(z, 1 + x, positive=True),)),
    claim(lt(x**2, x), (gt(x, 0), lt(x, 1))),
)


def test_true_claims_of_every_shape_are_proved():
    named = [replace(item, name=f"tests.{number}") for number, item in enumerate(TRUE)]
    found = prove_in_kernel(named, {})

    for item in named:
        assert export(item).theorems, item.conclusion.formula
        expected = (Outcome.PROVED, found[item.name].detail) if INSTALLED else (Outcome.NOT_RUN, MISSING)
        assert (found[item.name].outcome, found[item.name].detail) == expected
        assert set(found[item.name].data.get("axioms", ())) <= WHITELIST


#: Each keeps the number of hypotheses, so that coqc has to refuse the substance and not the form.
BROKEN = {
    "wrong constant": ("< 2", "< 3"),
    "dropped hypothesis": ("  0 < p ->\n", "  0 < 1 ->\n"),
    "flipped inequality": ("omega_MAML < omega_NAL <->", "omega_NAL < omega_MAML <->"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_coqc_refuses_a_statement_that_is_not_the_one_proved(how):
    (theorem,) = export(CLAIMS["collins2022.hard-tilt-iff"]).theorems
    broken = replace(theorem, statement=theorem.statement.replace(*BROKEN[how]))
    assert broken != theorem
    paper = paper_with([broken])

    if INSTALLED:
        checked = check_theorems(paper, seconds=120)[theorem.name]
        assert not checked.accepted
        assert checked.complaint
    else:
        with pytest.raises(FileNotFoundError, match="apt-get install coq"):
            check_theorems(paper, seconds=120)


def test_a_wrong_layer_is_not_exported_as_derived():
    """A typed layer that is not what the library derives has no theorem that says it is."""
    true = CLAIMS["collins2022.population-curvature-singular-iff"]
    (layer,) = true.layers
    wrong = replace(true, layers=(replace(layer, definition=2 * layer.definition),))
    paper = paper_file("collins2022", [wrong], {})

    assert not paper.shared
    evidence = outcome_of(wrong)
    assert evidence is None or evidence.outcome is not Outcome.PROVED


def test_one_refused_theorem_leaves_the_others_proved():
    good, also = (
        export(claim(fact, name=f"tests.{name}")).theorems[0]
        for name, fact in (
            ("good", ge(x**2, 0)),
            ("also", eq(x + x, 2 * x)),
        )
    )
    bad = Theorem("bad", "  forall x : R, 0 <= x", "Proof.\n  intros; pos.\nQed.")
    paper = paper_with([good, bad, also])

    if INSTALLED:
        checked = check_theorems(paper, seconds=120, processes=1)
        assert {name: item.accepted for name, item in checked.items()} == {
            "tests_good": True,
            "bad": False,
            "tests_also": True,
        }
    else:
        with pytest.raises(FileNotFoundError, match="apt-get install coq"):
            check_theorems(paper, seconds=120, processes=1)


def test_refutations_need_a_point_that_refutes():
    false = claim(lt(x, 1), (gt(x, 0),))

    assert not export(false, {"x": Fraction(1, 2)}).theorems
    evidence = outcome_of(false, {"x": "3/2"})
    if evidence:
        assert evidence.outcome is Outcome.REFUTED
        assert evidence.counterexample == {"x": "3/2"}


# What is assumed


@pytest.mark.parametrize(
    ("proof", "assumed"),
    [
        ("Proof. Admitted.", "sneaked"),
        ("Proof. exact trust_me. Qed.", "trust_me"),
    ],
)
def test_an_axiom_or_an_admitted_proof_is_caught(proof, assumed):
    sneaked = Theorem("sneaked", "  forall x : R, 0 <= x", proof)
    if "trust_me" in proof:
        first = Theorem("harmless", "  True", "Proof. exact I. Qed.\nAxiom trust_me : forall x : R, 0 <= x.")
    else:
        first = Theorem("harmless", "  True", "Proof. exact I. Qed.")

    if INSTALLED:
        checked = check_theorems(paper_with([first, sneaked]), seconds=120, processes=1)
        assert checked["harmless"].accepted
        assert not checked["sneaked"].accepted
        assert assumed in checked["sneaked"].complaint
    else:
        with pytest.raises(FileNotFoundError, match="apt-get install coq"):
            check_theorems(paper_with([first, sneaked]), seconds=120, processes=1)


def test_an_axiom_in_a_file_written_by_hand_is_caught():
    source = "Axiom wish : 1 = 2.\nTheorem wished : 1 = 2. Proof. exact wish. Qed.\n"
    entries = {"tests.wish": Handwritten("Wish.v", ("wished",), "nothing")}

    if INSTALLED:
        assert _judge_file(source, entries, 60)["tests.wish"].outcome is Outcome.UNDECIDED
    else:
        with pytest.raises(FileNotFoundError, match="apt-get install coq"):
            _judge_file(source, entries, 60)


def test_what_cannot_be_read_counts_as_an_assumption():
    read = assumptions_of("ASSUMPTIONS OF a\nClosed under the global context\nASSUMPTIONS OF b\nAxioms:\nM.ax\n  : P\n")

    assert read == {"a": frozenset(), "b": frozenset({"M.ax"})}
    assert assumptions_of("ASSUMPTIONS OF c\nSomething new\n")["c"] - WHITELIST
    assert assumptions_of("ASSUMPTIONS OF d\n")["d"] - WHITELIST


# Running coqc


@pytest.fixture
def stubborn(tmp_path):
    """A stand-in for coqc that starts a child and outlives every limit."""
    script, note = tmp_path / "coqc", tmp_path / "child"
    script.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {note}\nwait\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script, note


def test_no_child_survives_a_limit(stubborn):
    script, note = stubborn
    result = compile_source("", seconds=0.5, coqc=str(script))

    assert result.timed_out
    assert result.error == "stopped after 0.5 s"
    assert _gone(int(note.read_text()))


def _gone(pid):
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if _state(pid) == "Z":  # killed, and not yet collected by whoever adopted it
            return True
        time.sleep(0.05)
    return False


def _state(pid):
    try:
        with open(f"/proc/{pid}/stat") as status:
            return status.read().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def test_without_coqc_every_claim_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    some = [CLAIMS[f"collins2022.{name}"] for name in ("best-step", "moment-second", "nal-descent")]
    found = prove_in_kernel(some, {}, keep=tmp_path / "kept")
    found |= prove_by_hand(BEYOND_THE_LEDGER)

    assert {(item.outcome, item.detail) for item in found.values()} == {
        (Outcome.NOT_RUN, "not run: coqc not found (apt-get install coq)")
    }
    assert (tmp_path / "kept" / "Collins2022.v").is_file()


def test_an_interruption_ends_coqc_at_once(monkeypatch, stubborn):
    script, note = stubborn
    monkeypatch.setattr("proofs_check.coq.session.find_coqc", lambda: str(script))
    main = threading.get_ident()

    def interrupt():
        while not note.exists() or not note.read_text():
            time.sleep(0.01)
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        check_theorems(paper_with([Theorem("t", "  True", "Proof. exact I. Qed.")]), seconds=300)

    assert _gone(int(note.read_text()))


# The command


def test_the_command_proves_and_says_what_it_rests_on(tmp_path):
    result = run("collins2022.moment-isotropic-2", "--kernel", "--keep", str(tmp_path), "--json", "-")
    (entry,) = json.loads(result.stdout)["claims"]

    assert (tmp_path / "Collins2022.v").read_text().count("Theorem ") == 1
    assert result.exit_code == (0 if INSTALLED else 1)
    assert entry["outcome"] == ("proved" if INSTALLED else "not run")
    assert set(entry["axioms"]) <= WHITELIST


def test_the_kernel_need_not_be_asked_for():
    plain, asked = run("collins2022.best-step", "--json", "-"), run("collins2022.best-step", "--kernel", "--json", "-")
    entries = [json.loads(result.stdout)["claims"][0] for result in (plain, asked)]

    assert entries[0]["outcome"] == entries[1]["outcome"] == ("proved" if INSTALLED else "not run")
    assert plain.exit_code == asked.exit_code
