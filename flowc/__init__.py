"""flowc: flows in YAML, checked before they run, compiled to SQL, run on PostgreSQL."""

__version__ = "0.1.0"
