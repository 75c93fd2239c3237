FLASK_APP=ledger
