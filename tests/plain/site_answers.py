"""An answer as far as it must be the same with and without beastmode."""

import re
from collections import Counter

ADDED = {"referrer-policy", "x-content-type-options", "x-request-id"}
OF_JSON_UNDER_API = {"x-frame-options", "x-xss-protection"}
OF_THE_MOMENT = re.compile(r"; Expires=[^;]+|(?<=\.)[\w-]+\.[\w-]+(?=;)")
"""When a cookie ends, and the time and signature behind what Flask signs."""


def answer_of(response):
    """Status, headers and body, without what differs from second to second."""
    headers = [(name.lower(), OF_THE_MOMENT.sub("", value)) for name, value in response.headers if name != "Date"]
    return response.status, Counter(headers), response.get_data()


def without_what_is_added(answer, path="/"):
    """An answer of the site with beastmode, as it would have been without."""
    status, headers, body = answer
    added = ADDED | OF_JSON_UNDER_API if path.startswith("/api/") else ADDED
    kept = {header: times for header, times in headers.items() if header[0] not in added}
    if headers["vary", "Origin"]:
        del kept["vary", "Origin"]
    return status, Counter(kept), body
