"""Scripts that the project's own interpreter runs; they import nothing of beastmode.

`run.py` makes a package named `beast_probes` of this folder, so that probes import each other: `from . import loading`.
They run on Python 3.8, Flask 2.1 and SQLAlchemy 1.4, and on all that came since.
"""
