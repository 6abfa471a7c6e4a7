"""Right flows with one thing broken, which the checker has to report there (``python -m tests.compiler.mutations``)."""
