import pytest
from argon2 import PasswordHasher, extract_parameters
from werkzeug.security import generate_password_hash

from beastmode.accounts import passwords


def test_a_password_matches_its_own_hash_and_no_other():
    kept = passwords.hash_password("correct horse battery")

    assert passwords.match(kept, "correct horse battery") == passwords.Match(is_right=True, is_outdated=False)
    assert passwords.match(kept, "correct horse batterz") == passwords.Match(is_right=False)


def test_hashes_are_argon2id_with_owasps_parameters():
    kept = passwords.hash_password("correct horse battery")

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_password_never_gives_the_same_hash():
    assert passwords.hash_password("correct horse battery") != passwords.hash_password("correct horse battery")


@pytest.mark.parametrize("method", ["scrypt:1024:8:1", "pbkdf2:sha256:1000", "pbkdf2:sha1:1000"])
def test_a_hash_that_werkzeug_made_is_accepted_and_due_for_a_new_one(method):
    kept = generate_password_hash("correct horse battery", method)

    assert passwords.match(kept, "correct horse battery") == passwords.Match(is_right=True, is_outdated=True)
    assert not passwords.match(kept, "wrong horse battery").is_right


def test_an_argon2_hash_with_other_parameters_is_due_for_a_new_one():
    kept = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("correct horse battery")

    assert passwords.match(kept, "correct horse battery") == passwords.Match(is_right=True, is_outdated=True)


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "x",
        "$argon2",
        "$argon2id$v=19$m=19456",
        "$argon2id$v=19$m=a,t=2,p=1$YQ$YQ",
        "md5$salt$abc",
        "scrypt:x$s$h",
        "$$$",
    ],
)
def test_a_damaged_hash_belongs_to_no_password(damaged):
    assert not passwords.match(damaged, "").is_right
    assert not passwords.match(damaged, "correct horse battery").is_right


def test_a_password_that_is_no_unicode_text_matches_nothing():
    kept = generate_password_hash("correct horse battery", "scrypt:1024:8:1")

    assert not passwords.match(kept, "correct horse \ud800").is_right
    assert not passwords.match_nothing("\ud800").is_right


def test_comparing_with_nothing_costs_what_comparing_with_a_hash_costs():
    decoy = extract_parameters(passwords.DECOY)

    assert decoy == extract_parameters(passwords.hash_password("correct horse battery"))


def test_comparing_with_nothing_never_succeeds():
    assert passwords.match_nothing("correct horse battery") == passwords.Match(is_right=False)


@pytest.mark.parametrize("password", ["x" * 8, "x" * 256, "å" * 8, "🦁" * 256, "        "])
def test_eight_to_256_characters_of_any_kind_will_do(password):
    assert passwords.weaknesses(password) == []


def test_a_short_and_a_long_password_are_refused_in_words():
    assert passwords.weaknesses("1234567") == ["Password must be at least 8 characters long"]
    assert passwords.weaknesses("x" * 257) == ["Password must be at most 256 characters long"]
    assert passwords.weaknesses("half a pair \ud800") == ["Password must be valid Unicode text"]


def test_the_documents_rules_name_everything_that_is_missing():
    assert passwords.weaknesses("...", "document") == [
        "Password must be at least 8 characters long",
        "Password must contain at least one uppercase letter",
        "Password must contain at least one lowercase letter",
        "Password must contain at least one number",
    ]
    assert passwords.weaknesses("securepassword123", "document") == [
        "Password must contain at least one uppercase letter"
    ]
    assert passwords.weaknesses("Securepassword123", "document") == []
