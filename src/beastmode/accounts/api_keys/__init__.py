"""API keys: made by users for programs, limited to scopes."""
