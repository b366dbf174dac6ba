"""Claims as theorems that Coq's kernel checks: printing them, proving them from certificates, running coqc."""

from proofs_check.coq.counterexamples import first_counterexample
from proofs_check.coq.files import BEYOND_THE_LEDGER, committed_file
from proofs_check.coq.kernel import prove_by_hand, prove_in_kernel
from proofs_check.coq.session import MISSING, WHITELIST, find_coqc

__all__ = [
    "BEYOND_THE_LEDGER",
    "MISSING",
    "WHITELIST",
    "committed_file",
    "find_coqc",
    "first_counterexample",
    "prove_by_hand",
    "prove_in_kernel",
]
