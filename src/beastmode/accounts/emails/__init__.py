"""Email addresses: proved by mail, and told what happened to their account."""
