"""From the bytes of a flow file to data with places, and everything that is wrong with the text itself."""
