"""Rules on what is allowed and hardly meant."""
