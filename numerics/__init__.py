"""What happens: the claims' quantities computed in floating point and measured by simulation."""

import theory  # noqa: F401 - fixes SymPy's arithmetic before a module of this package imports SymPy
