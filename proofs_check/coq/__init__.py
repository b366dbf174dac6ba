"""Claims as theorems that Coq's kernel checks: printing them, proving them from certificates, running coqc."""

from proofs_check.coq.kernel import prove_in_kernel
from proofs_check.coq.session import MISSING, WHITELIST, find_coqc

__all__ = ["MISSING", "WHITELIST", "find_coqc", "prove_in_kernel"]
