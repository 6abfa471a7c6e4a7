"""What is true of a folder of flows: its settings, and the files in it."""
