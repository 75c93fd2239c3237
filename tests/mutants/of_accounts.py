# ruff: noqa: E501 - each change quotes the source as it is
"""Defences of accounts: tokens, sessions, passwords, CSRF, keys and links."""

from defence import Defence

TOKENS, REFRESH = "accounts/test_tokens.py", "accounts/test_refresh_tokens.py"
BROWSERS, RESETS = "accounts/test_browsers.py", "accounts/test_resets.py"

DEFENCES = (
    Defence("expired access token", "accounts/tokens/access.py", 'if claims["exp"] <= moment:', "if False:", TOKENS),
    Defence("access token of the future", "accounts/tokens/access.py", "> moment + _LEEWAY_SECONDS", "> moment + 1e12", TOKENS),
    Defence("token of another kind", "accounts/tokens/access.py", 'header.get("typ") != self.kind', "False", TOKENS),
    # Not here: extensions in `crit`, which PyJWT refuses too since 2.12, so that no test can fail.
    Defence("token of another issuer", "accounts/tokens/access.py", "issuer=self.issuer, options", "options", TOKENS),
    Defence(
        "token for another audience", "accounts/tokens/access.py", "audience=self.audience, issuer=self.issuer, options=_CHECKS",
        'issuer=self.issuer, options={**_CHECKS, "verify_aud": False, "strict_aud": False}', TOKENS,
    ),
    Defence("token without signature", "accounts/tokens/access.py", "options=_CHECKS", 'options={**_CHECKS, "verify_signature": False, "require": []}', TOKENS),
    Defence("other algorithms", "accounts/tokens/access.py", "algorithms=[_ALGORITHM]", 'algorithms=["HS256", "HS384", "HS512"]', TOKENS),
    Defence("token without a claim", "accounts/tokens/access.py", '"require": list(_REQUIRED)', '"require": []', TOKENS),
    Defence("text that is no token", "accounts/tokens/access.py", "if len(token) > _LONGEST or _COMPACT.fullmatch(token) is None:", "if False:", TOKENS),
    Defence("key pair as a secret", "accounts/tokens/access.py", "        _refuse_key_pair(secret)\n", "        pass\n", TOKENS),
    Defence("times that are no numbers", "accounts/tokens/access.py", "if any(type(claims[name]) is not int", "if False and any(type(claims[name]) is not int", TOKENS),
    Defence("forged refresh token", "accounts/tokens/refresh.py", "if not any(genuine):", "if False:", REFRESH),
    Defence("one key for both kinds of token", "accounts/tokens/refresh.py", "derive(secret, _PURPOSE) for", "secret.encode() for", REFRESH),
    Defence("remembered token after its end", "accounts/verifier.py", "known is not None and now().timestamp() < known[0]", "known is not None", "accounts/test_verifier.py"),
    Defence("token of an ended session", "accounts/verifier.py", "if holds is not None and not holds(identity, request):", "if False:", "accounts/test_revocation.py attacks/test_authorisation.py"),
    Defence("tokens remembered without end", "accounts/verifier.py", "if len(passed) >= remembered:", "if False:", "accounts/test_verifier.py"),
    Defence("CSRF", "accounts/browsers/cookie_sessions.py", "if request.method not in _SAFE:", "if False:", BROWSERS),
    Defence("CSRF token of another session", "accounts/browsers/cookie_sessions.py", 'self.csrf_token(identity.session_id or "")', 'self.csrf_token("")', BROWSERS),
    Defence("cookie in scripts", "accounts/browsers/cookie_sessions.py", "httponly=True", "httponly=False", BROWSERS),
    Defence("cookie sent by other sites", "accounts/browsers/cookie_sessions.py", "samesite=self.cookies.same_site,", 'samesite="None",', BROWSERS),
    Defence("cookie over HTTP", "accounts/browsers/cookie_sessions.py", '"secure": self.is_secure or', '"secure": False and', BROWSERS),
    Defence("cookie of another host", "accounts/browsers/cookie_sessions.py", 'return f"__Host-{self.cookies.name}" if self.is_secure else self.cookies.name', "return self.cookies.name", BROWSERS),
    Defence("cookie of an ended session", "accounts/browsers/cookie_sessions.py", "if not self.holds(identity, request):", "if False:", BROWSERS),
    Defence("wrong password", "accounts/sign_in.py", "not match.is_right or", "False or", "accounts/test_sign_in.py"),
    Defence("inactive user", "accounts/sign_in.py", "or not account.is_active:", "or False:", "accounts/test_sign_in.py"),
    Defence("time of an unknown address", "accounts/sign_in.py", "match = hashing.match_nothing(password)", "match = hashing.Match(is_right=False)", "accounts/test_sign_in.py"),
    Defence("common passwords", "accounts/passwords/hashing.py", "not may_be_common and _is_common(password)", "False", "accounts/test_passwords.py"),
    Defence("short passwords", "accounts/passwords/hashing.py", "if len(_normal(password)) < SHORTEST:", "if False:", "accounts/test_passwords.py"),
    Defence("long passwords", "accounts/passwords/hashing.py", "if len(password) > LONGEST:", "if False:", "accounts/test_passwords.py"),
    Defence("password that is the address", "accounts/passwords/hashing.py", "if not problems and folded(password) in", "if False and folded(password) in", "accounts/test_passwords.py"),
    Defence("forged reset link", "accounts/tokens/reset.py", "return genuine and claimed", "return claimed", RESETS),
    Defence("expired reset link", "accounts/tokens/reset.py", " and now() < datetime.fromtimestamp(expires, now().tzinfo)", "", RESETS),
    Defence("used reset link", "accounts/passwords/resets.py", 'return f"{account.email}\\0{account.password_hash}"', "return account.email", RESETS),
    Defence("reset of an inactive user", "accounts/passwords/resets.py", "statement.where(condition, user.is_active)", "statement.where(condition)", RESETS),
    Defence("expired email token", "accounts/tokens/email.py", "delete(EmailToken).where(EmailToken.token_hash == _hash(token), EmailToken.expires_at > now())", "delete(EmailToken).where(EmailToken.token_hash == _hash(token))", "accounts/test_account_mails.py accounts/test_own_account.py"),
)  # fmt: skip
