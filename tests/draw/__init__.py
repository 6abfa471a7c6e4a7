"""Flows as pictures."""
