"""Whether it holds: provers, counterexample search and simulation set against each claim, and the verdicts."""

import theory  # noqa: F401 - fixes SymPy's arithmetic before a module of this package imports SymPy
