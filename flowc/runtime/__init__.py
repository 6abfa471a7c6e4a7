"""The runtime: polls tasks, calls the handlers, settles what came of them."""
