import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from proofs_check import mutation_bench, mutation_rungs, mutation_slices
from proofs_check.mutants import Mutant, mutants
from proofs_check.mutation import ClaimScore, Finding, MutationReport, chosen, examine, measure
from proofs_check.mutation_bench import BUDGET, Bench, Reaction
from proofs_check.mutation_question import Question, same_claim
from proofs_check.mutation_report import noticed_changes, to_json, to_markdown
from proofs_check.mutation_rungs import RUNGS
from proofs_check.solvers import Answer, Solvers
from theory.claim import Claim, Layer, Source, Statement, builtin_claims
from theory.errors import ClaimError
from theory.formula import Implies, ge, gt, lt
from theory.gain import PairQuantity
from theory.symbols import alpha, m, p

CLAIMS = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}
#: One for each way in which claims are judged, and few of their mutants.
SAMPLE = ("curvature-one-step", "small-steps-optimum", "gain-isotropic", "hard-tilt-iff", "ratio-population")


@pytest.fixture(scope="module")
def bench():
    with Solvers() as solvers:
        # The measurements need not be good for what is tested here.
        yield Bench(solvers, replace(BUDGET, tasks=5_000), seed=3)


def found(name, operator, text, bench):
    """Examine the first mutant of a kind whose description contains a text."""
    claim = CLAIMS[name]
    mutant = next(item for item in mutants(claim) if item.operator == operator and text in item.where)
    return examine(claim, mutant, bench)


@pytest.mark.parametrize("name", SAMPLE)
def test_what_is_sampled_of_a_claim_is_noticed_by_two_rungs(name, bench):
    claim = CLAIMS[name]
    broken = list(mutants(claim))
    findings = [examine(claim, broken[index], bench) for index in chosen(broken, 4, 5)]
    score = ClaimScore(claim.name, len(broken), tuple(findings))

    assert score.counted
    assert score.killed(2) == len(score.counted)


def test_a_mutant_that_says_the_same_is_recognised_exactly(bench):
    finding = found("gain-zero-iff", "swapped symbols", "omega_MAML - omega_NAL", bench)
    assert (finding.category, finding.counted, finding.reactions) == ("equivalent", False, {})


def test_two_ways_to_write_one_function_are_the_same_claim():
    claim = CLAIMS["gain-nonnegative"]
    layers = [replace(layer, definition=layer.definition.expand()) for layer in claim.layers if layer.definition]

    assert same_claim(claim, replace(claim, layers=tuple(layers)))
    assert not same_claim(claim, replace(claim, layers=(*layers[:-1], replace(layers[-1], definition=alpha))))
    assert not same_claim(claim, replace(claim, hypotheses=claim.hypotheses[1:]))


def test_a_weaker_bound_is_still_true(bench):
    finding = found("hard-tilt-impossible", "moved boundary", "omega_MAML >= omega_NAL", bench)
    assert finding.category == "still true"
    assert "flint" in finding.why


def test_a_hypothesis_on_what_does_not_occur_changes_nothing(bench):
    finding = found("hard-tilt-iff", "dropped hypothesis", "without V_E >= 0", bench)
    assert (finding.category, finding.reactions) == ("still true", {})


def test_a_boundary_that_is_off_by_a_hair_is_noticed_exactly(bench):
    """Both sides of the equivalence hold or fail together but for one surface, which no random point meets."""
    finding = found("hard-tilt-iff", "moved boundary", "<= 2", bench)
    assert set(finding.killers) >= {"search", "solvers"}


def test_a_hypothesis_that_keeps_denominators_away_from_zero_is_missed_by_its_loss(bench):
    finding = found("moment-isotropic-2", "dropped hypothesis", "without m >= 1", bench)
    assert finding.category == "killed"
    assert set(finding.killers) == {"search", "solvers"}
    assert "divides by zero" in finding.why


def test_what_is_false_to_begin_with_counts_only_where_a_definition_is_broken(bench):
    conclusion = found("false-always-harder", "flipped relation", "conclusion", bench)
    definition = found("false-always-harder", "dropped term", "definition of kappa", bench)

    assert conclusion.category == "still false"
    assert definition.category == "killed"
    assert "as typed and as derived" in definition.why


def test_a_wrong_optimum_is_noticed_on_mixtures_and_by_descent(bench):
    finding = found("nal-descent", "constant", "twice the optimum", bench)
    assert set(finding.killers) == {"search", "instances", "simulation"}


def test_a_rung_that_lets_everything_pass_lowers_the_score(bench, monkeypatch):
    claim = CLAIMS["curvature-one-step"]
    broken = next(mutants(claim))
    before = examine(claim, broken, bench)
    monkeypatch.setitem(RUNGS, "exact", lambda question, bench: Reaction("missed", "asleep"))
    after = examine(claim, broken, bench)

    assert set(before.killers) - set(after.killers) == {"exact"}


def asleep(question, bench):
    return Reaction("missed", "asleep")


def test_a_breakage_that_nobody_notices_is_a_survivor(bench, monkeypatch):
    for name in RUNGS:
        monkeypatch.setitem(RUNGS, name, asleep)
    claim = CLAIMS["curvature-one-step"]
    report = measure([claim], limit=2, seed=1)

    assert [finding.category for finding in report.survivors] == ["survived", "survived"]
    assert report.total.killed() == 0
    assert "asleep" in report.survivors[0].why


def test_a_rung_that_proves_what_another_one_refutes_is_a_conflict(bench, monkeypatch):
    monkeypatch.setitem(RUNGS, "solvers", lambda question, bench: Reaction("proved", "convinced"))
    finding = found("moment-isotropic-2", "constant", "conclusion", bench)

    assert finding.category == "conflict"
    assert finding.why.startswith("solvers against exact")


def test_a_rung_that_cannot_confirm_what_it_found_is_a_conflict(bench, monkeypatch):
    def confused(question, bench):
        raise AssertionError("no counterexample on re-checking")

    monkeypatch.setitem(RUNGS, "search", confused)
    assert found("moment-isotropic-2", "constant", "conclusion", bench).category == "conflict"


SMALL = Claim(
    name="test.small",
    sentence="A claim whose condition most points fail.",
    hypotheses=(gt(alpha, 0), gt(p, 0)),
    conclusion=Statement(Implies(gt(alpha, 10), gt(alpha * p + 1, p * 2))),
    source=Source("user", "a test"),
)


def test_solvers_look_on_slices_where_they_cannot_read_the_whole(bench, monkeypatch):
    """A question that mentions too many variables is not put to them, and they say so."""

    def refuse(most):
        def ask(text, *arguments, **options):
            if text.count("declare-const") > most:
                return {name: Answer(name, "unknown", "not asked: too long") for name in bench.solvers.names}
            return Solvers.ask(bench.solvers, text, *arguments, **options)

        monkeypatch.setattr(bench.solvers, "ask", ask)

    monkeypatch.setattr(mutation_slices, "_FREE", 2)
    wide = replace(SMALL, hypotheses=(*SMALL.hypotheses, gt(m, 0)))
    broken = replace(wide, conclusion=Statement(Implies(gt(alpha, 10), gt(alpha * p + m, p * 20))))
    question = Question(wide, Mutant(broken, "constant", "by hand"))

    refuse(1)
    reaction = mutation_rungs.solvers(question, bench)
    assert (reaction.kind, reaction.detail) == ("missed", "the conclusion: not asked: too long")
    refuse(2)
    assert mutation_rungs.solvers(question, bench).kind == "refuted"


def test_a_claim_that_cannot_be_read_is_refused_and_so_noticed(bench):
    claim = replace(SMALL, layers=(Layer(m, alpha * 2),))
    twice = replace(claim, layers=(Layer(m, alpha * 2), Layer(m, alpha)))

    assert examine(claim, Mutant(twice, "sign", "by hand"), bench).why.startswith("refused")


def test_a_rung_that_refuses_a_broken_claim_notices_it(bench, monkeypatch):
    def refuse(question, bench):
        raise ClaimError("division by an expression that is zero for all values")

    monkeypatch.setitem(RUNGS, "search", refuse)
    assert "search" in found("moment-isotropic-2", "constant", "conclusion", bench).killers


def test_goals_keep_only_the_hypotheses_that_matter():
    claim = CLAIMS["hard-tilt-iff"]
    mutant = next(item for item in mutants(claim) if item.where.startswith("definition of s_E"))
    (goal, *_) = Question(claim, mutant).goals

    assert goal.label.startswith("omega_MAML")
    assert "V_E" not in {symbol.name for hypothesis in goal.hypotheses for symbol in hypothesis.symbols}
    assert "rho_E" in {symbol.name for hypothesis in goal.hypotheses for symbol in hypothesis.symbols}


def test_a_choice_takes_every_kind_in_turn_and_repeats():
    broken = list(mutants(CLAIMS["ratio-bound"]))
    picked = chosen(broken, 9, "a seed")

    assert picked == chosen(broken, 9, "a seed") != chosen(broken, 9, "another seed")
    assert len(set(picked)) == 9
    assert len({broken[index].operator for index in picked}) == len({item.operator for item in broken})
    assert chosen(broken, None, 0) == list(range(len(broken))) == chosen(broken, 10**6, 0)


def descendants(mark):
    """Return the command lines of the other processes that carry a mark in their environment."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and int(process.name) != os.getpid() and mark in read(process / "environ"):
                found.append(read(process / "cmdline"))
        except OSError:
            continue  # it has ended, or is somebody else's
    return [line for line in found if "resource_tracker" not in line]


def read(path):
    return path.read_bytes().decode(errors="replace")


def test_several_processes_find_what_one_finds_and_leave_none_behind(monkeypatch):
    mark = f"MUTATION_TEST={os.getpid()}"
    monkeypatch.setenv(*mark.split("="))
    claims = [CLAIMS["noise-floor-one-step"], CLAIMS["moment-isotropic-2"]]
    seen = []
    there = measure(claims, limit=1, seed=4, jobs=2, on_progress=lambda *_: seen.append(len(descendants(mark))))
    here = measure(claims, limit=1, seed=4)

    assert max(seen) >= 2
    assert [(f.claim, f.where, f.killers) for f in here.findings] == [
        (f.claim, f.where, f.killers) for f in there.findings
    ]
    assert descendants(mark) == []


def test_an_interruption_keeps_what_was_found():
    def stop(done, total):
        raise KeyboardInterrupt

    claims = [CLAIMS["noise-floor-one-step"], CLAIMS["adapted-error-1"]]
    report = measure(claims, limit=1, seed=0, on_progress=stop)

    assert report.interrupted
    assert len(report.findings) == 1


def finding(category, killers=(), change=None, **further):
    reactions = {name: Reaction("refuted" if name in killers else "missed", f"{name} says so") for name in RUNGS}
    return Finding("a.claim", "sign", "a | b", category, reactions, "because", change, **further)


REPORT = MutationReport(
    7,
    4,
    (
        ClaimScore(
            "a.claim",
            10,
            (
                finding("killed", ("exact", "search"), 0.5),
                finding("killed", ("simulation",), 0.1),
                finding("survived", change=0.001),
                finding("equivalent"),
            ),
        ),
    ),
)


def test_the_report_counts_what_ought_to_be_noticed():
    content = to_json(REPORT)

    assert content["schema"] == "landscape.mutate/1"
    assert content["total"] | {"by_rung": None} == {
        "available": 10,
        "examined": 4,
        "equivalent": 1,
        "still_true": 0,
        "still_false": 0,
        "counted": 3,
        "killed": 2,
        "killed_by_two": 1,
        "survived": 1,
        "conflicts": 0,
        "by_rung": None,
    }
    assert content["total"]["by_rung"]["exact"]["refuted"] == 1
    assert content["changes_of_2_percent"] == {"mutants": 2, "refuted_by_simulation": 1}
    assert noticed_changes(REPORT.findings) == (2, 1)
    assert json.loads(json.dumps(content, allow_nan=False)) == content


def test_the_page_lists_what_survived_and_what_one_rung_alone_noticed():
    page = to_markdown(REPORT, "landscape mutate")
    survivors, once = page.partition("## Survivors")[2].split("## Refuted by one rung only")

    assert "**2 of 3** others were refuted by some rung (66.7 %)" in page
    assert "| a.claim | 4/10 | 1 | 2/3 | 1/3 | 1 | 1 | 0 + 3 | 0 | 1 |" in page
    assert survivors.count("`a.claim`") == 1
    assert "by simulation only" in once
    assert "Every breakage was refuted by two rungs" in to_markdown(replace(REPORT, scores=()), "landscape mutate")


def test_a_layer_of_the_ledger_that_is_wrong_is_compared_with_its_derivation(bench):
    """The rungs are asked of the definition alone, not of all that is concluded from it."""
    right = Layer(m, p, PairQuantity("share_nal"))
    claim = replace(SMALL, layers=(right,), conclusion=Statement(ge(alpha, 0)), hypotheses=(gt(alpha, 0), lt(p, 1)))
    broken = replace(claim, layers=(replace(right, definition=2 * p),))
    (goal,) = Question(claim, Mutant(broken, "constant", "by hand")).goals

    assert goal.label == "m as typed and as derived"


@pytest.mark.parametrize(("longer", "noticed"), [(64, True), (1, False)])
def test_measurements_are_prolonged_where_a_stated_number_changes_noticeably(bench, monkeypatch, longer, noticed):
    monkeypatch.setattr(mutation_bench, "_PROLONGED", longer)

    finding = found("noise-floor-reused-2-one-sample", "sign", "(d - 4)", bench)

    assert finding.change == pytest.approx(0.0424, abs=1e-4)
    assert ("simulation" in finding.killers) is noticed
