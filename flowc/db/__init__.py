"""The room of the database: connecting, installing, deploying, and every query that Python sends."""
