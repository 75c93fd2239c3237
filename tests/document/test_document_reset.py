"""The reset of a password, as in the document: its own test, whose import path alone is another."""

from unittest.mock import patch

import pytest

from beastmode.testing import ApiClient as APITestHelper
from blog.models import User, db


@pytest.fixture
def sample_user(app):
    with app.app_context():
        user = User(email="test@example.com")
        db.session.add(user)
        db.session.commit()
        return user


@patch("blog.email_service.send_email")
def test_a_password_reset_calls_the_function_that_sends_email(mock_send_email, client, sample_user):
    """Test password reset functionality"""
    api = APITestHelper(client)

    response = api.post("/api/auth/reset-password", {"email": sample_user.email})

    assert response.status_code == 200
    assert mock_send_email.called
    assert response.json["success"] is True


def test_whoever_asks_gets_a_link_in_the_inbox(api, factory, inbox):
    """The same without a patch, as a person sees it: they choose a new password and log in with it."""
    factory.account("test@example.com", "password123")

    api.post("/api/auth/reset-password", {"email": "test@example.com"})
    token = inbox[-1].text.partition("minutes:\n\n")[2].split()[0]
    confirmed = api.post("/api/auth/reset-password/confirm", {"token": token, "password": "entirely different"})

    assert confirmed.status_code == 200
    assert api.login("test@example.com", "password123").status_code == 401
    assert api.login("test@example.com", "entirely different").status_code == 200
