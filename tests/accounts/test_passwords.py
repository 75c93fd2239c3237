import pytest
from argon2 import PasswordHasher, extract_parameters
from werkzeug.security import generate_password_hash

from beastmode.accounts.passwords import hashing


def test_a_password_matches_its_own_hash_and_no_other():
    kept = hashing.hash_password("correct horse battery")

    assert hashing.match(kept, "correct horse battery") == hashing.Match(is_right=True, is_outdated=False)
    assert hashing.match(kept, "correct horse batterz") == hashing.Match(is_right=False)


def test_hashes_are_argon2id_with_owasps_parameters():
    kept = hashing.hash_password("correct horse battery")

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_password_never_gives_the_same_hash():
    assert hashing.hash_password("correct horse battery") != hashing.hash_password("correct horse battery")


@pytest.mark.parametrize("method", ["scrypt:1024:8:1", "pbkdf2:sha256:1000", "pbkdf2:sha1:1000"])
def test_a_hash_that_werkzeug_made_is_accepted_and_due_for_a_new_one(method):
    kept = generate_password_hash("correct horse battery", method)

    assert hashing.match(kept, "correct horse battery") == hashing.Match(is_right=True, is_outdated=True)
    assert not hashing.match(kept, "wrong horse battery").is_right


def test_an_argon2_hash_with_other_parameters_is_due_for_a_new_one():
    kept = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("correct horse battery")

    assert hashing.match(kept, "correct horse battery") == hashing.Match(is_right=True, is_outdated=True)


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
    assert not hashing.match(damaged, "").is_right
    assert not hashing.match(damaged, "correct horse battery").is_right


def test_a_password_that_is_no_unicode_text_matches_nothing():
    kept = generate_password_hash("correct horse battery", "scrypt:1024:8:1")

    assert not hashing.match(kept, "correct horse \ud800").is_right
    assert not hashing.match_nothing("\ud800").is_right


def test_comparing_with_nothing_costs_what_comparing_with_a_hash_costs():
    decoy = extract_parameters(hashing.DECOY)

    assert decoy == extract_parameters(hashing.hash_password("correct horse battery"))


def test_comparing_with_nothing_never_succeeds():
    assert hashing.match_nothing("correct horse battery") == hashing.Match(is_right=False)


@pytest.mark.parametrize("password", ["x" * 9, "x" * 256, "å" * 8, "🦁" * 256, "        ", "e\u0301" * 128])
def test_eight_to_256_characters_of_any_kind_will_do(password):
    assert hashing.weaknesses(password) == []


def test_a_short_and_a_long_password_are_refused_in_words():
    assert hashing.weaknesses("1234567") == ["Password must be at least 8 characters long"]
    assert hashing.weaknesses("x" * 257) == ["Password must be at most 256 characters long"]
    assert hashing.weaknesses("half a pair \ud800") == ["Password must be valid Unicode text"]


def test_the_rules_of_composition_name_everything_that_is_missing():
    assert hashing.weaknesses("...", "composition") == [
        "Password must be at least 8 characters long",
        "Password must contain at least one uppercase letter",
        "Password must contain at least one lowercase letter",
        "Password must contain at least one number",
    ]
    assert hashing.weaknesses("securepassword123", "composition") == [
        "Password must contain at least one uppercase letter"
    ]
    assert hashing.weaknesses("Securepassword123", "composition") == []


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password1",
        "PASSWORD123",
        "12345678",
        "qwertyuiop",
        "iloveyou",
        "P@ssw0rd",
        "letmein123",
        "trustno1",
    ],
)
def test_a_password_that_everybody_tries_first_is_refused_whatever_its_case(password):
    assert hashing.weaknesses(password) == ["Password is too common; choose one that others do not use"]
    assert hashing.weaknesses(password, may_be_common=True) == []


def test_the_common_passwords_are_those_that_could_be_chosen():
    common = hashing.common_passwords()

    assert len(common) > 16_000
    assert min(map(len, common)) == hashing.SHORTEST
    assert all(hashing.folded(password) == password for password in common)


def test_what_everybody_knows_of_somebody_is_no_password():
    about = ("ada.lovelace@example.com", "ada.lovelace", "Ada King")

    for password in ("Ada.Lovelace@example.com", "ADA.LOVELACE", "ada king"):
        assert hashing.weaknesses(password, about=about) == ["Password must not be your email address or name"]
    assert hashing.weaknesses("ada.lovelace 1843", about=about) == []


TWO_FORMS = [
    ("caf\u00e9 au lait", "cafe\u0301 au lait"),
    ("\u00c5ngstr\u00f6m", "A\u030angstro\u0308m"),
    ("\u1e69 and more", "s\u0323\u0307 and more"),
]


@pytest.mark.parametrize(("composed", "decomposed"), TWO_FORMS)
def test_a_password_is_the_same_however_a_keyboard_writes_its_letters(composed, decomposed):
    assert composed != decomposed

    for chosen, typed in ((composed, decomposed), (decomposed, composed)):
        assert hashing.match(hashing.hash_password(chosen), typed) == hashing.Match(is_right=True)


@pytest.mark.parametrize("make", [hashing.hasher.hash, lambda text: generate_password_hash(text, "scrypt:1024:8:1")])
def test_a_hash_from_before_is_right_for_what_it_was_made_of_and_due_for_a_new_one(make):
    for _, decomposed in TWO_FORMS:
        kept = make(decomposed)

        assert hashing.match(kept, decomposed) == hashing.Match(is_right=True, is_outdated=True)
        assert not hashing.match(kept, decomposed + "!").is_right


def test_letters_that_only_look_alike_stay_apart():
    kept = hashing.hash_password("\ufb01ne and dandy")

    assert not hashing.match(kept, "fine and dandy").is_right


def test_the_least_length_counts_letters_as_they_are_hashed():
    assert hashing.weaknesses("e\u0301" * 7) == ["Password must be at least 8 characters long"]
