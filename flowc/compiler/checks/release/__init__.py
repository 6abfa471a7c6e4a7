"""Rules of what is released: `flowc.lock` and the flows, held against each other where a project is checked (FL9xx)."""
