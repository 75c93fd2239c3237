"""Sessions: opened, continued, listed and ended."""
