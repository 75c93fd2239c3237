from beastmode.db.migrations import run

run()
