from beastmode.db.migrations import run
from blog import create_app

run(create_app)
