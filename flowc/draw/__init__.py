"""A flow as a picture: one model of what is drawn, and a renderer for each format."""
