"""Tests: compiler."""
