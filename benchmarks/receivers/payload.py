"""A GitHub ``issues`` delivery of about 20.6 kB, made up after the documented shape."""

import hashlib
import hmac
import json
from typing import Any

SIZE = 20_600  # bytes; what recorded deliveries of real incidents come to


def a_delivery(secret: str) -> tuple[bytes, bytes]:
    """Return the request before and after its delivery id."""
    body = json.dumps(_payload(), indent=1).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    head = (
        "POST /webhooks/github HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: GitHub-Hookshot/044aadd\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nX-GitHub-Event: issues\r\n"
        "X-GitHub-Hook-ID: 292430182\r\nX-GitHub-Hook-Installation-Target-ID: 79929171\r\n"
        "X-GitHub-Hook-Installation-Target-Type: repository\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nX-GitHub-Delivery: "
    )
    return head.encode(), b"\r\n\r\n" + body


def _payload() -> dict[str, Any]:
    people = [_user(number) for number in range(1, 4)]
    issue = {
        "url": "https://api.github.com/repos/acme/shop/issues/20",
        "repository_url": "https://api.github.com/repos/acme/shop",
        "id": 3578496080,
        "number": 20,
        "title": "Assistant recommends recalled products",
        "user": people[0],
        "assignees": people,
        "labels": [{"id": n, "name": f"label-{n}", "color": "d73a4a", "default": False} for n in range(6)],
        "state": "open",
        "comments": 12,
        "body": "",
    }
    places = ("forks", "keys", "hooks", "events", "branches", "tags", "languages", "stargazers", "commits", "issues")
    repository: dict[str, Any] = {"id": 35129377, "name": "shop", "full_name": "acme/shop", "owner": people[1]}
    repository |= {f"{place}_url": f"https://api.github.com/repos/acme/shop/{place}{{/ref}}" for place in places}
    payload = {
        "action": "edited",
        "issue": issue,
        "changes": {"body": {"from": "It began at nine. " * 60}},
        "repository": repository,
        "organization": people[2],
        "sender": people[0],
    }
    missing = SIZE - len(json.dumps(payload, indent=1))
    issue["body"] = ("## Timeline\\n| 09:00 | release 41 went out |\\n" * (missing // 40))[:missing]
    return payload


def _user(number: int) -> dict[str, Any]:
    login = f"person-{number}"
    places = ("followers", "following", "gists", "starred", "subscriptions", "orgs", "repos", "events")
    return {"login": login, "id": number, "type": "User", "site_admin": False} | {
        f"{place}_url": f"https://api.github.com/users/{login}/{place}{{/other}}" for place in places
    }
