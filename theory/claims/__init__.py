"""What is claimed, typed by hand: one module or package per paper, none of it computed from what it tests."""
