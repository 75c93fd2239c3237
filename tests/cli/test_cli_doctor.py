import json


def test_doctor_finds_nothing_wrong_where_nothing_is(project):
    said = project.run("beastmode", "doctor")

    assert said.stdout == "No problems.\n"
    assert said.returncode == 0


def test_doctor_says_every_problem_of_an_application_that_refuses_to_start(project):
    said = project.run("beastmode", "doctor", ENVIRONMENT="production", SECRET_KEY="short", DEBUG="1", THREADS="many")

    assert said.returncode == 1
    assert "- SECRET_KEY has 5 bytes; production needs at least 32 random bytes" in said.stdout
    assert "- DEBUG is on; in production it must be off" in said.stdout
    assert "- THREADS is 'many'; expected a number from 1 to 256." in said.stdout
    assert said.stdout.endswith("3 problems.\n")
    assert "Traceback" not in said.stderr


def test_doctor_speaks_json_to_another_program(project):
    said = project.run("beastmode", "doctor", "--json", PORT="1", WORKERS="-1")

    assert json.loads(said.stdout)["problems"] == ["WORKERS is '-1'; expected a number from 0 to 1024."]
    assert said.returncode == 1


def test_doctor_looks_at_the_environment_where_there_is_no_application(project):
    (project.folder / "shop.py").unlink()
    del project.environment["FLASK_APP"]

    said = project.run("beastmode", "doctor", ENVIRONMENT="production")

    assert "- SECRET_KEY is not set" in said.stdout
    assert "- No application was found, so the environment alone was looked at" in said.stdout


def test_doctor_says_why_an_application_does_not_load(project):
    project.write("import nowhere_to_be_found")

    said = project.run("beastmode", "doctor")

    assert said.returncode == 1
    assert "nowhere_to_be_found" in said.stdout
    assert "Traceback" not in said.stdout.splitlines()[0]


def test_doctor_shows_no_secret_that_an_error_repeats(project):
    project.write(
        'import os\nraise ValueError(f\'cannot parse {os.environ["DATABASE_URL"]}, nor {os.environ["SHOP_TOKEN"]}\')'
    )

    said = project.run("beastmode", "doctor", DATABASE_URL="mysql://me:hunter2@host/shop", SHOP_TOKEN="swordfish")

    assert "cannot parse ********, nor ********" in said.stdout
    assert not {"hunter2", "swordfish"} & set((said.stdout + said.stderr).split())


def test_doctor_says_that_the_database_does_not_answer(project):
    project.write(
        """
        from flask import Flask
        from beastmode import Beastmode, Database

        db = Database()

        def create_app():
            app = Flask(__name__)
            Beastmode(app, database=db)
            return app
        """
    )

    said = project.run("beastmode", "doctor", DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:1/nothing")

    assert said.returncode == 1
    assert "- database: " in said.stdout
    assert "hunter2" not in said.stdout + said.stderr
