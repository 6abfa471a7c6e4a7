"""Diagnostics as text: one format a file, each with a `render`."""
