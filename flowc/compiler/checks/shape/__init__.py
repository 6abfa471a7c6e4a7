"""Mistakes in the shape of a flow: keys, kinds and values that the format does not know: FL2xx, found by `validate`."""
