"""Passwords: hashed, changed and reset."""
