"""GitHub Apps of the stand-in GitHub: keys, signatures, installations, and the tokens that those are given.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/about-authentication-with-a-github-app
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integration.sandbox.deliveries import Hook
from integration.sandbox.github.model import App, Grant, Installation, Person, Repository
from integration.sandbox.github.refusals import Refused, not_found
from integration.sandbox.github.site import Site

TOKEN_LIFE = timedelta(hours=1)
LONGEST_SIGNATURE = timedelta(minutes=10)
PERMISSIONS = {"issues": "write", "metadata": "read"}
_LEVELS = ("read", "write", "admin")


@lru_cache
def a_key() -> tuple[str, str]:
    """Return a private and a public key in PEM, made once per process: making one takes a tenth of a second."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def register(site: Site, slug: str, owner: Person, hook_url: str | None, hook_secret: str | None) -> App:
    """Register an App; it writes as ``<slug>[bot]``."""
    private, public = a_key()
    bot = site.add_person(f"{slug}[bot]", "Bot", app=slug)
    app = bot.app
    if app is None:
        raise ValueError(f"{slug}[bot] exists already and is no App")
    app.owner, app.bot, app.private_key, app.public_key = owner, bot, private, public
    if hook_url is not None:
        app.hook = Hook(site.new_id("hook"), hook_url, hook_secret, frozenset({"*"}), f"app/{slug}")
    site.apps[app.id] = app
    return app


def install(
    site: Site, app: App, account: Person, repositories: Iterable[Repository], permissions: Mapping[str, str] | None
) -> Installation:
    """Install an App on an account, for some of its repositories."""
    chosen = list(repositories)
    if any(each.owner is not account for each in chosen):
        raise ValueError(f"an installation on {account.login} is for repositories of {account.login}")
    given = dict(PERMISSIONS if permissions is None else permissions)
    made = Installation(site.new_id("installation"), app, account, chosen, given, site.now())
    site.installations[made.id] = made
    return made


def signer_of(site: Site, token: str) -> App:
    """Return the App that signed; 401 in GitHub's words for a signature that does not hold."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        app = site.apps[int(claims["iss"])]
        # The sandbox has a clock of its own, so the times are checked below.
        options: Any = {"verify_exp": False, "verify_iat": False, "require": ["exp", "iat", "iss"]}
        claims = jwt.decode(token, app.public_key, algorithms=["RS256"], options=options)
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError):
        raise Refused(401, "A JSON web token could not be decoded") from None
    now = site.now().timestamp()
    if claims["exp"] <= now:
        raise Refused(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time")
    if claims["exp"] - claims["iat"] > LONGEST_SIGNATURE.total_seconds():
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")
    if claims["iat"] > now:
        raise Refused(401, "'Issued at' claim ('iat') must be an Integer representing the time that it was issued")
    return app


def installation_on(site: Site, app: App, repository: Repository) -> Installation:
    """Return the App's installation that has this repository; 404 for none."""
    for each in site.installations.values():
        if each.app is app and repository in each.repositories:
            return each
    raise not_found()


def give_token(
    site: Site, installation: Installation, repositories: Iterable[Repository] | None, permissions: Mapping[str, str]
) -> Grant:
    """Make a token for some of an installation's repositories (``None``: all) and permissions (empty: all)."""
    if installation.is_suspended:
        raise Refused(403, "This installation has been suspended")
    wanted = list(installation.repositories if repositories is None else repositories)
    if any(each not in installation.repositories for each in wanted):
        raise Refused(
            422, "There is at least one repository that does not exist or is not accessible to the parent installation."
        )
    for name, level in permissions.items():
        held = installation.permissions.get(name)
        if level not in _LEVELS or held is None or _LEVELS.index(level) > _LEVELS.index(held):
            raise Refused(422, "The permissions requested are not granted to this installation.")
    grant = Grant(
        token=f"ghs_{secrets.token_hex(18)}",
        installation=installation,
        repositories=frozenset(each.id for each in wanted),
        permissions=dict(permissions) or dict(installation.permissions),
        expires_at=site.now() + TOKEN_LIFE,
        takes_all=repositories is None,
    )
    site.grants[grant.token] = grant
    return grant


def grant_of(site: Site, token: str) -> Grant:
    """Return what an installation's token is good for; 401 where it was revoked or has ended."""
    grant = site.grants.get(token)
    if grant is None or grant.expires_at <= site.now() or grant.installation.id not in site.installations:
        raise Refused(401, "Bad credentials")
    return grant
