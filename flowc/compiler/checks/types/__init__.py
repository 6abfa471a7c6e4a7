"""Rules on what values are: of arguments, references and schemas."""
