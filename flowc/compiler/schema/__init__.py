"""What a JSON Schema says of a value: types, paths, words, references to files."""
