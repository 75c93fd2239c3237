"""Code that changed is judged by the answers that requests get from both sides, not by its text."""

from pathlib import Path

LEDGER = Path(__file__).parent.parent / "apps" / "ledger"
ROUNDED = "\n\ndef rounded(amount):\n    return amount // {} * {}\n"
CHANGED = {
    # The same, written in another way:
    "label = Label(name=request.get_json()": "body = request.get_json()\n        label = Label(name=body",
    # An order that clients see:
    "order_by(Account.id)": "order_by(Account.id.desc())",
    # An account that does not exist:
    "db.get_or_404(Account, account_id)": "db.session.get(Account, account_id)",
    # No request leads here:
    ROUNDED.format(5, 5): ROUNDED.format(10, 10),
}


def test_changed_code_is_judged_by_what_requests_are_answered(new_project):
    source = (LEDGER / "ledger.py").read_text(encoding="utf-8") + ROUNDED.format(5, 5)
    ledger = new_project(LEDGER, {".gitignore": "__pycache__/\n", "ledger.py": source})
    for old, new in CHANGED.items():
        assert old in source
        source = source.replace(old, new)
    (ledger.folder / "ledger.py").write_text(source, encoding="utf-8")

    findings = [each for each in ledger.check("--on", "sqlite")["findings"] if each["rule"] == "behavior-changed"]

    assert {each["message"]: (each["verdict"], each["problem"]) for each in findings} == {
        "same": (
            "SAFE",
            "create_app.add_label changed, and requests or tests that run it get the same on both sides",
        ),
        "answer": ("CAUTIOUS", "a request that runs create_app.accounts (query) is answered differently"),
        "fails": (
            "DANGEROUS",
            "a request that runs create_app.account (query) fails now, and did not before",
        ),
        "not-run": ("CAUTIOUS", "rounded changed and was not run on both sides"),
    }
    evidence = {each["message"]: each["evidence"]["detail"] for each in findings}
    assert "GET /accounts/2000000011: before 404" in evidence["fails"]
    assert "now 500 (AttributeError: 'NoneType' object has no attribute 'id')" in evidence["fails"]
    assert evidence["answer"].startswith('GET /accounts: before 200 "[{')
    assert "POST /labels" in evidence["same"]
    assert len(findings) == 4, findings
