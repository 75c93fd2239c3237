"""Jobs on Celery: a relay hands rows to its broker, its workers run them, and the rows get the outcomes."""
