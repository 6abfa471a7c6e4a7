"""Rules on credentials."""
