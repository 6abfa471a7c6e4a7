"""Rules on `run_if` and `run_unless`."""
