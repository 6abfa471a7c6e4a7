"""Benchmarks: run by hand, they print figures and decide nothing."""
