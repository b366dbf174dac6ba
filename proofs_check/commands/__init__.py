"""The subcommands of `landscape`, one per module, each a click command called ``command``."""
