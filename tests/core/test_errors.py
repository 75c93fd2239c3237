import pytest
from werkzeug.exceptions import HTTPException

from beastmode.core.errors import BeastmodeError, ConfigurationError, LazyLoadError, Problem, SettingsError


@pytest.mark.parametrize("error", [SettingsError(["A is wrong."]), ConfigurationError("x"), LazyLoadError("y")])
def test_every_error_outside_of_answers_is_caught_as_one(error):
    assert isinstance(error, BeastmodeError)


def test_the_settings_error_lists_every_problem_and_keeps_them_apart():
    error = SettingsError(["A is wrong.", "B is missing."])

    assert str(error) == "Invalid settings:\n  - A is wrong.\n  - B is missing."
    assert error.problems == ["A is wrong.", "B is missing."]


def test_a_problem_is_an_http_answer_with_its_own_headers():
    problem = Problem(429, "Too many", headers={"Retry-After": "7"})

    response = problem.get_response()

    assert isinstance(problem, HTTPException)
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "7"
    assert problem.description == "Too many"


def test_a_problem_without_a_message_says_what_its_status_means():
    assert Problem(409).description == "Conflict"


def test_a_problem_keeps_no_hold_of_the_headers_it_was_given():
    headers = {"Retry-After": "7"}
    problem = Problem(429, headers=headers)

    headers["Retry-After"] = "8"

    assert problem.headers == {"Retry-After": "7"}
