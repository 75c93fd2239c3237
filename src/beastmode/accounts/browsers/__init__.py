"""Sessions of browsers: cookies that scripts cannot read."""
