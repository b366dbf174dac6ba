"""`landscape verify` and `landscape show`: what they print of a ledger, and how they end."""

import json

import pytest
from click.testing import CliRunner

import numerics.scheduling
import proofs_check.verify
from proofs_check.cli import main
from proofs_check.commands.options import DEFAULT_SEED
from proofs_check.commands.verify import settled_by, tiers_of
from proofs_check.coq import MISSING
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier, Verdict, conclude
from proofs_check.verify import Ledger
from theory.claim import builtin_claims

CLAIMS = {claim.name: claim for claim in builtin_claims()}
TRUE, FALSE = "collins2022.gain-isotropic", "collins2022.false-always-harder"


def run(*arguments):
    return CliRunner().invoke(main, arguments)


def evidence(method, outcome, **fields):
    return Evidence(method, Obligation.CONCLUSION, outcome, Tier.EXACT, 0.25, f"what {method} did", **fields)


PROVED = Verdict(TRUE, "proved", (evidence("flint", Outcome.PROVED), evidence("points", Outcome.PASSED)), "flint")
REFUTED = Verdict(
    FALSE,
    "refuted",
    (
        evidence("z3", Outcome.UNDECIDED),
        evidence("hypothesis", Outcome.REFUTED, counterexample={"alpha": "3/2", "m": "1"}),
    ),
    "hypothesis: it found a point",
)
UNDECIDED = Verdict(TRUE, "undecided", (evidence("z3", Outcome.UNDECIDED),), "z3: the limit of 10 s ran out")


@pytest.fixture
def found(monkeypatch):
    """Let the ladder find given verdicts, and record what it was asked."""
    asked = {}

    def set_verdicts(*verdicts, interrupted=False):
        def verify(
            claims, *, budget, seed, kernel=False, scheduler, workers, on_start=None, on_verdict=None, on_kernel=None
        ):
            asked.update(claims=[claim.name for claim in claims], budget=budget, seed=seed, kernel=kernel)
            asked.update(crew=(scheduler, workers))
            for claim, verdict in zip(claims, verdicts, strict=False):
                on_start(claim)
                on_verdict(claim, verdict)
            return Ledger(seed, budget, tuple((CLAIMS[v.claim], v) for v in verdicts), interrupted)

        monkeypatch.setattr(proofs_check.verify, "verify", verify)
        return asked

    return set_verdicts


def test_the_table_names_claim_verdict_method_and_seconds(found):
    found(PROVED, REFUTED)

    result = run("verify", TRUE, FALSE)

    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["claim", "verdict", "tiers", "settled", "by", "seconds"]
    assert [line.split() for line in lines if line.startswith((TRUE + " ", FALSE + " "))] == [
        [TRUE, "proved", "exact", "flint", "0.50"],
        [FALSE, "refuted", "exact", "hypothesis", "0.50"],
    ]
    assert (
        f"\n{FALSE}: {CLAIMS[FALSE].sentence}\n  refuted by hypothesis: it found a point: alpha = 3/2, m = 1\n"
        in result.stdout
    )
    assert lines[-3] == "best tier of each verdict: 1 proved (1 by exact); 1 refuted (1 by exact)"
    assert lines[-2] == "kernel: not asked (--kernel)"
    assert lines[-1].startswith("2 of 2 verdicts as expected in ")
    assert f"(seed {DEFAULT_SEED}, budget normal; " in lines[-1]
    assert "false alarm in the whole run at most 1e-06" in lines[-1]


def test_a_point_that_the_reason_names_is_not_repeated(found):
    because = "hypothesis: fails at alpha = 3/2, m = 1, where 1 > 0"
    found(Verdict(FALSE, "refuted", REFUTED.evidence, because))

    text = run("verify", FALSE).stdout

    assert f"  refuted by {because}\n" in text
    assert text.count("alpha = 3/2") == 1


def test_seed_budget_and_selection_reach_the_ladder(found):
    asked = found(PROVED)

    run("verify", "collins2022.false-*", TRUE, "--seed", "7", "--budget", "small")

    assert (asked["seed"], asked["budget"]) == (7, "small")
    assert asked["claims"] == [name for name in CLAIMS if name == TRUE or name.startswith("collins2022.false-")]


def test_without_a_selector_every_claim_is_judged(found):
    asked = found()

    run("verify", "--workers", "1")

    assert asked["claims"] == list(CLAIMS)


@pytest.mark.parametrize(
    ("cores", "arguments", "crew", "early"),
    [
        (2, [], ("processes", None), True),
        (1, [], ("threads", 1), False),
        (2, [TRUE], ("threads", 1), False),
        (2, ["collins2022.*"], ("processes", None), False),
        (2, [TRUE, "--workers", "3"], ("processes", 3), True),
        (2, ["--workers", "1"], ("threads", 1), False),
        (2, ["--scheduler", "threads"], ("threads", None), False),
        (1, [TRUE, "--scheduler", "processes"], ("processes", None), True),
    ],
)
def test_many_claims_are_shared_among_processes_that_get_ready_early(cores, arguments, crew, early, found, monkeypatch):
    prepared = []
    monkeypatch.setattr(numerics.scheduling, "cores", lambda: cores)
    monkeypatch.setattr(numerics.scheduling, "prepare_processes", prepared.append)
    asked = found()

    run("verify", *arguments)

    assert asked["crew"] == crew
    assert prepared == (["proofs_check.worker"] if early else [])


@pytest.mark.parametrize(
    "verdict", [UNDECIDED, Verdict(FALSE, "proved", (), "an error of ours")], ids=["undecided", "wrong"]
)
def test_an_unexpected_verdict_ends_with_1_and_says_why(found, verdict):
    found(verdict)

    result = run("verify", verdict.claim)

    assert result.exit_code == 1
    expected = CLAIMS[verdict.claim].expected
    assert f"{verdict.claim}: expected {expected}, got {verdict.outcome}: {verdict.because}" in result.stdout
    assert "0 of 1 verdict as expected" in result.stdout


def test_ctrl_c_prints_the_partial_ledger_and_ends_with_130(found):
    found(PROVED, interrupted=True)

    result = run("verify", TRUE, FALSE)

    assert result.exit_code == 130
    assert "1 of 1 verdict as expected" in result.stdout
    assert "stopped after 1 of 2 claims" in result.stdout
    assert "stopped by Ctrl-C" in result.stderr


def test_ctrl_c_writes_the_partial_ledger(found, tmp_path):
    found(PROVED, interrupted=True)

    result = run("verify", TRUE, FALSE, "--json", str(tmp_path / "ledger.json"))

    report = json.loads((tmp_path / "ledger.json").read_text(encoding="utf-8"))
    assert result.exit_code == 130
    assert (report["interrupted"], [entry["name"] for entry in report["claims"]]) == (True, [TRUE])


def test_json_on_stdout_is_alone_there_and_has_the_documented_keys(found):
    found(PROVED, REFUTED)

    result = run("verify", TRUE, FALSE, "--json", "-")

    report = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert {"schema": "landscape.verify/1", "seed": DEFAULT_SEED, "as_expected": True}.items() <= report.items()
    true, false = report["claims"]
    for entry in (true, false):
        assert {"name", "statement", "expected", "verdict", "evidence"} <= set(entry)
        assert all({"method", "outcome", "seconds"} <= set(item) for item in entry["evidence"])
    assert (true["verdict"], false["verdict"]) == ("proved", "refuted")
    assert "counterexample" not in true
    assert false["counterexample"] == {"alpha": "3/2", "m": "1"}


@pytest.mark.parametrize(
    ("verdict", "methods"),
    [(PROVED, "flint"), (REFUTED, "hypothesis"), (UNDECIDED, "z3: the limit of 10 s ran out")],
    ids=lambda value: str(getattr(value, "outcome", "")),
)
def test_what_settled_a_verdict(verdict, methods):
    assert settled_by(verdict) == methods


def kernel_says(outcome, detail="theorem", **fields):
    return Evidence("coqc", Obligation.CONCLUSION, outcome, Tier.KERNEL, 1.0, detail, **fields)


def test_tiers_name_what_holds_what_is_open_and_what_objects():
    tested = Evidence("simulation", Obligation.CONCLUSION, Outcome.PASSED, Tier.TESTED, 0.1, "agrees")
    exact = evidence("flint", Outcome.PROVED)
    proved = Verdict(TRUE, "proved", (exact, tested, kernel_says(Outcome.PROVED)), "coqc")
    refused = Verdict(TRUE, "proved", (exact, kernel_says(Outcome.UNDECIDED, "coqc refused: no")), "flint")
    conflict = Verdict(TRUE, "undecided", (exact, kernel_says(Outcome.REFUTED)), "conflict: flint proves it")

    assert (tiers_of(proved), settled_by(proved)) == ("kernel exact tested", "coqc")
    assert (tiers_of(refused), settled_by(refused)) == ("kernel? exact", "flint")
    assert tiers_of(conflict) == "kernel: refuted exact: proved"
    assert proved.tiers[Tier.SOLVERS] == "not asked"
    assert refused.tiers[Tier.KERNEL] == "undecided: coqc refused: no"


def test_a_kernel_refutation_beside_a_proof_is_a_conflict():
    beside = (evidence("flint", Outcome.PROVED), kernel_says(Outcome.REFUTED, counterexample={"x": "1"}))

    verdict = conclude(TRUE, beside, [Obligation.CONCLUSION])

    assert (verdict.outcome, verdict.because) == ("undecided", "conflict: flint proves what coqc refutes")


@pytest.mark.parametrize(
    ("options", "installed", "kernel"),
    [
        ((), True, False),
        (("--kernel",), True, True),
        (("--budget", "large"), True, True),
        (("--budget", "large"), False, False),
        (("--budget", "large", "--no-kernel"), True, False),
    ],
)
def test_the_kernel_is_asked_on_request_and_with_the_large_budget(found, monkeypatch, options, installed, kernel):
    asked = found(PROVED)
    monkeypatch.setattr("proofs_check.coq.find_coqc", lambda: "/bin/coqc" if installed else None)

    run("verify", TRUE, *options)

    assert asked["kernel"] is kernel


def test_the_kernel_line_says_why_claims_are_open(found):
    found(
        Verdict(TRUE, "proved", (*PROVED.evidence, kernel_says(Outcome.PROVED)), "coqc"),
        Verdict(FALSE, "refuted", (*REFUTED.evidence, kernel_says(Outcome.NOT_RUN, MISSING)), "hypothesis: a point"),
    )

    text = run("verify", TRUE, FALSE, "--kernel").stdout

    assert "kernel: 1 of 2 settled\n  1 not run: coqc not found (apt-get install coq)\n" in text


def test_the_ladder_judges_a_true_and_a_false_claim_for_real():
    result = run("verify", TRUE, FALSE, "--budget", "small", "--json", "-")

    report = json.loads(result.stdout)
    assert result.exit_code == 0, result.output
    assert [entry["verdict"] for entry in report["claims"]] == ["proved", "refuted"]
    assert all(isinstance(value, str) for value in report["claims"][1]["counterexample"].values())
