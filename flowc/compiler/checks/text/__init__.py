"""Mistakes in the text itself, before it means anything: FL1xx, found by `parse`."""
