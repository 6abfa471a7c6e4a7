"""Texts of all kinds against `flowc check`: quick, from a seed, as many as asked (``python -m tests.fuzz``)."""
