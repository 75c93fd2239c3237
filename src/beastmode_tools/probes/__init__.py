"""Scripts that the project's own interpreter runs; they import nothing of beastmode.

`run.py` makes a package named `beast_probes` of this folder, so that probes import each other:
`from ..start import loading`. `start/` finds and starts an application, `migrate/` runs its migrations, `call/` calls
its routes, and `confine/` keeps all of that to a scratch folder and a scratch database.
They run on Python 3.8, Flask 2.1 and SQLAlchemy 1.4, and on all that came since.
"""
