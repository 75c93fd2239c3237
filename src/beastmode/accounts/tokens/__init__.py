"""Tokens: signed or random, each for one purpose."""
