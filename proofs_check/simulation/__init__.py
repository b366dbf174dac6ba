"""The parts of the simulation rung: points to measure at, measurements on raw data, comparisons with honest errors."""
