"""What a process that works on claims has to have: imported once, before the first such process is forked from it."""

import proofs_check.fuzz
import proofs_check.judging  # noqa: F401 - for its own sake
from proofs_check.errands import own_claims

__all__: list[str] = []

own_claims()
