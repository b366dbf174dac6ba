"""Stochastic descent as loops over tasks that numba compiles: same law as on arrays, many times as fast."""
