"""`Idempotency-Key` as clients meet it: one effect, and the same response again."""

import pytest
from sqlalchemy import select

from beastmode.idempotency.models import IdempotentRequest

WAYS = ["/commit", "/transaction", "/begin", "/statement", "/twice"]


def test_a_repeated_request_takes_effect_once_and_gets_the_same_response(send, texts):
    """Status, headers and bytes are those of the first response."""
    first, again = send("/commit"), send("/commit")

    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, again.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Content-Type"] == "application/json"
    assert again.headers["Content-Length"] == first.headers["Content-Length"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "no-store"
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert texts() == ["first"]


@pytest.mark.parametrize("path", WAYS)
def test_however_a_view_commits_it_takes_effect_once(send, texts, path):
    """What the view does is the same with a key as without one."""
    without = send(path, text="without", key=None)
    first, again = send(path), send(path)

    assert (without.status_code, first.status_code, again.status_code) == (without.status_code,) * 3
    expected = ["first", "without"]
    assert texts() == sorted([*expected, *(f"before {text}" for text in expected if path == "/transaction")])


def test_functions_after_the_commit_run_once(app, send):
    """A repetition sends no second mail."""
    send("/transaction")
    send("/transaction")

    assert app.hooks.ran == ["first"]


def test_a_change_takes_effect_once(send, texts):
    """PATCH heeds the key as POST does; a later change is not undone by a repetition."""
    number = send("/commit", key="key-0").json["data"]["id"]
    first = send(f"/{number}", text="second", method="PATCH")
    send(f"/{number}", text="third", key="key-2", method="PATCH")

    again = send(f"/{number}", text="second", method="PATCH")

    assert (again.status_code, again.data) == (200, first.data)
    assert texts() == ["third"]


@pytest.mark.parametrize(
    ("path", "text", "method"),
    [("/commit", "second", "POST"), ("/commit?page=1", "first", "POST")],
)
def test_the_same_key_with_another_request_is_refused(send, texts, path, text, method):
    """422, and nothing happens."""
    send("/commit")

    refused = send(path, text=text, method=method)

    assert refused.status_code == 422
    if "?" not in path:
        assert refused.json == {
            "success": False,
            "message": "This Idempotency-Key was used for another request; send a new one with each new request",
        }
    assert texts() == ["first"]


def test_the_path_is_part_of_the_request(send):
    """A key of a change of one note is not that of another note."""
    numbers = [send("/commit", text=text, key=text).json["data"]["id"] for text in "ab"]
    send(f"/{numbers[0]}", text="c", method="PATCH")

    assert send(f"/{numbers[1]}", text="c", method="PATCH").status_code == 422


def test_a_key_belongs_to_a_caller_and_a_route(send, texts):
    """The same key of somebody else, or for another route, is another request."""
    assert send("/commit", text="of ada").status_code == 201
    assert send("/commit", text="of eve", X_User="eve").status_code == 201
    assert send("/statement", text="elsewhere").status_code == 200

    assert texts() == ["elsewhere", "of ada", "of eve"]


@pytest.mark.parametrize(
    "key", ["8e03978e-40d5-43dd-bc93-6894a57f9324", '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "a" * 255]
)
def test_a_key_may_be_quoted_as_in_the_draft_or_not(send, texts, key):
    """Both spellings are one key."""
    assert send("/commit", key=key).status_code == 201
    assert send("/commit", key=f'"{key}"' if key[0] != '"' else key[1:-1]).headers["Idempotent-Replayed"] == "true"
    assert texts() == ["first"]


@pytest.mark.parametrize("key", ["", " ", "a b", "a,b", '"a', '"a" b', "a" * 256, "é", '"\\a"'])
def test_a_key_that_is_not_valid_is_refused(send, texts, key):
    """An unreadable key is never no key: the client relies on it."""
    refused = send("/commit", key=key)

    assert refused.status_code == 400
    assert refused.json["message"] == (
        "The Idempotency-Key is not valid; expected one string of 1 to 255 characters, such as a UUID."
    )
    assert texts() == []


def test_a_route_may_require_a_key(send, texts):
    """Without one the request is refused, and the document says so."""
    refused = send("/required", key=None)

    assert refused.status_code == 400
    assert refused.json["message"] == (
        "The Idempotency-Key is missing; send a new one, such as a UUID, with each new request."
    )
    assert send("/required").status_code == 200
    assert texts() == ["first"]


def test_a_route_may_ignore_keys(send):
    """`enabled=False` switches the default of the blueprint off."""
    assert send("/off").status_code == 200
    assert send("/off").status_code == 409  # the text is taken: the view ran again


def test_the_document_names_the_header(app):
    """In the description, and as a parameter where it is required."""
    paths = app.test_client().get("/api/v1/openapi.json").json["paths"]

    assert (
        "With `Idempotency-Key`, the request takes effect once" in paths["/api/v1/notes/commit"]["post"]["description"]
    )
    [parameter] = paths["/api/v1/notes/required"]["post"]["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("Idempotency-Key", "header", True)
    assert "Idempotency-Key" not in str(paths["/api/v1/notes"])
    assert "Idempotency-Key" not in str(paths["/api/v1/notes/off"])


def test_a_default_does_not_read_uploads_into_memory(app):
    """A route whose view reads the body itself heeds keys only if it declares that."""
    paths = app.test_client().get("/api/v1/openapi.json").json["paths"]

    assert "Idempotency-Key" not in str(paths["/api/v1/notes/upload"])


def test_a_key_is_forgotten_after_a_day(send, texts, clock):
    """IDEMPOTENCY_HOURS is 24; after that the key is as good as new."""
    send("/commit")
    clock.advance(hours=23, minutes=59)
    assert send("/commit").headers["Idempotent-Replayed"] == "true"

    clock.advance(minutes=1)

    assert send("/commit", text="second").status_code == 201
    assert texts() == ["first", "second"]


def test_forgotten_keys_are_deleted_now_and_then(app, send, clock):
    """Every hundredth request deletes what has expired."""
    send("/commit", key="old", text="old")
    clock.advance(hours=25)

    for number in range(99):
        send("/commit", key=f"new-{number}", text=f"{number}")

    with app.app_context():
        assert len(app.db.execute(select(IdempotentRequest.id)).all()) == 99


def test_neither_keys_nor_bodies_are_stored_in_clear(app, send):
    """The table has hashes of them, and the response."""
    send("/statement", text="a private text", key="a-private-key")

    with app.app_context():
        [row] = app.db.execute(select(IdempotentRequest.__table__)).all()
    assert not [value for value in row if "private" in str(value)]


class TestWhatIsStored:
    """Refusals that will not change are stored; those of the moment, and failures, are not."""

    @pytest.mark.parametrize("status", [400, 402, 403, 404, 410, 422])
    def test_a_refusal_is_given_again_and_its_changes_are_undone(self, send, texts, status):
        """The view does not run again, and nothing of it is stored."""
        first = send(f"/refuse/{status}")
        again = send(f"/refuse/{status}")

        assert (first.status_code, again.status_code, again.json) == (status, status, first.json)
        assert again.json["message"] == "Refused first"
        assert (again.headers["X-Why"], again.headers["Idempotent-Replayed"]) == ("so", "true")
        assert texts() == []

    def test_a_refusal_is_given_again_in_the_format_that_the_client_accepts(self, send):
        """The same problem, as RFC 9457 says."""
        send("/refuse/422")

        again = send("/refuse/422", Accept="application/problem+json")

        assert again.headers["Content-Type"] == "application/problem+json"
        assert (again.json["detail"], again.json["errors"]) == ("Refused first", {"why": ["so"]})

    @pytest.mark.parametrize("status", [401, 409, 412, 423, 425, 429, 500, 503])
    def test_a_refusal_of_the_moment_is_not_stored(self, app, send, texts, status):
        """The same request with the same key is processed again."""
        calls = []
        app.hooks.inside = lambda: calls.append(1)

        answers = [send(f"/refuse/{status}") for _ in range(2)]

        assert [answer.status_code for answer in answers] == [status] * 2
        assert len(calls) == 2
        assert texts() == []

    @pytest.mark.parametrize(
        ("status", "expected"), [(200, ["first"]), (202, ["first"]), (409, ["first"]), (500, []), (429, [])]
    )
    def test_a_returned_failure_undoes_its_changes(self, send, texts, status, expected):
        """What is returned is stored with its changes; a failure leaves neither, so that a repetition is safe."""
        expected = ["first"] if status in {200, 202, 409} else []
        first, again = send(f"/return/{status}"), send(f"/return/{status}")

        assert (first.status_code, again.status_code) == (status, status)
        assert ("Idempotent-Replayed" in again.headers) is bool(expected)
        assert texts() == expected

    def test_an_error_leaves_nothing_behind(self, app, send, texts):
        """A request that failed can be sent again with the same key."""
        app.config["PROPAGATE_EXCEPTIONS"] = False

        assert [send("/fail").status_code for _ in range(2)] == [500, 500]
        assert texts() == []

    def test_a_conflict_that_the_view_catches_is_part_of_its_response(self, send, texts):
        """The rolled back savepoint does not undo the claim of the key."""
        send("/commit", key="key-0")

        for path in ("/taken", "/taken-statement"):
            answers = [send(path) for _ in range(2)]
            assert [answer.json["data"] for answer in answers] == [{"taken": True}] * 2
            assert answers[1].headers["Idempotent-Replayed"] == "true"
        assert texts() == ["first"]

    def test_changes_that_are_not_committed_are_an_error_with_a_key_too(self, app, send, texts):
        """A forgotten commit is found, not made good."""
        app.config["PROPAGATE_EXCEPTIONS"] = False

        assert [send("/forget", key=key).status_code for key in (None, "key-1")] == [500, 500]
        assert texts() == []

    def test_an_invalid_body_does_not_use_up_the_key(self, app, send):
        """What is refused before the view runs is not stored; the client corrects it and sends the same key."""
        client = app.test_client()
        wrong = client.post("/api/v1/notes/commit", json={}, headers={"Idempotency-Key": "key-1"})

        assert (wrong.status_code, send("/commit").status_code) == (422, 201)

    def test_a_response_that_says_no_store_is_not_stored(self, app, send, texts):
        """The request takes effect once, and a repetition is told that its response cannot be sent again."""
        assert send("/secret").json["data"] == {"token": "s3cret"}
        again = send("/secret")

        assert (again.status_code, again.json["message"]) == (
            409,
            "This request has been processed; its response was not stored, and cannot be sent again",
        )
        assert texts() == ["first"]
        with app.app_context():
            assert app.db.execute(select(IdempotentRequest.body)).scalar() is None

    def test_a_cookie_is_not_stored(self, send):
        """It belongs to the first response."""
        assert send("/cookie").headers["Set-Cookie"] == "session=s3cret"
        assert "Set-Cookie" not in send("/cookie").headers

    def test_a_stream_takes_effect_once(self, send, texts):
        """It is sent as it is made, and not kept."""
        first, again = send("/stream"), send("/stream")

        assert (first.data, again.status_code) == (b"ab", 409)
        assert texts() == ["first"]

    def test_a_response_that_is_too_large_takes_effect_once(self, start):
        """IDEMPOTENCY_MAX_BYTES bounds what a client can make the table hold."""
        client = start(IDEMPOTENCY_MAX_BYTES=2000).test_client()
        answers = [
            client.post("/api/v1/notes/large", json={"text": "a"}, headers={"Idempotency-Key": "k"}) for _ in range(2)
        ]

        assert [answer.status_code for answer in answers] == [200, 409]

    def test_a_response_of_the_views_own_is_given_again_byte_by_byte(self, send):
        """Whatever its media type and its encoding."""
        first, again = send("/csv", text="café"), send("/csv", text="café")

        assert again.data == first.data == "café\n".encode("latin-1")
        assert again.headers["Content-Type"] == "text/csv; charset=latin-1"


class TestTransactions:
    """A request with a key is one transaction."""

    def test_a_view_with_an_isolation_level_declares_it(self, send, texts):
        """`idempotent(isolation=...)` sets the level of the whole request."""
        assert [send("/serializable").status_code for _ in range(2)] == [200, 200]
        assert texts() == ["first"]

    def test_an_isolation_level_that_is_not_declared_is_an_error_that_says_what_to_write(self, app, send, backend):
        """The level cannot be changed once the transaction has begun."""
        with pytest.raises(Exception, match=r'declare that on the route: @idempotent\(isolation="SERIALIZABLE"\)'):
            send("/undeclared-isolation")

    def test_if_match_is_compared_in_the_transaction(self, send, app):
        """412 is not stored, and the right ETag works with the same key."""
        number = send("/commit", key="key-0").json["data"]["id"]
        etag = app.test_client().get(f"/api/v1/notes/{number}").headers["ETag"]

        wrong = send(f"/{number}", text="second", method="PATCH", If_Match='"wrong"')
        right = send(f"/{number}", text="second", method="PATCH", If_Match=etag)
        again = send(f"/{number}", text="second", method="PATCH", If_Match=etag)

        assert (wrong.status_code, right.status_code, again.data) == (412, 200, right.data)
