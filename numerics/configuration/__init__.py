"""The TOML configuration: read, validate, refuse with a clear message.

One story per file: ``tables`` says which keys there are and what each may hold, ``values`` reads numbers and arrays
exactly, ``definiteness`` decides whether a matrix is a covariance, ``messages`` turns what was refused into one clear
message, ``toml_text`` writes values the way TOML does, ``document`` is the :class:`Configuration` users hold.
"""

from numerics.configuration.document import Configuration, load

__all__ = ["Configuration", "load"]
