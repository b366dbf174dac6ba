"""Checks again what a ledger says was proved or refuted, without searching and without the code that found it."""

from proofs_check.replay.ledger import Replay, Replayed, load, replay

__all__ = ["Replay", "Replayed", "load", "replay"]
