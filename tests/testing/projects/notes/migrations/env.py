from notes import create_app

from beastmode.db.migrations import run

run(create_app)
