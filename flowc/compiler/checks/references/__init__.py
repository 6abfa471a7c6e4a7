"""Rules on what a flow names: steps, inputs, handlers."""
