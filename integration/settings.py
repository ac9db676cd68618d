"""What an installation is told from outside: environment variables, a ``.env`` file, and files that hold secrets.

Nothing is read at import. :meth:`Settings.load` reads once and checks everything, so that a wrong value stops the start
with the variable's name and a remedy instead of surfacing later in a job. Secrets never show in ``repr``;
:meth:`Settings.secret_values` lists them for redaction. Plain pydantic, because the receiver imports this module and
pydantic-settings would cost it 9 MB and 0.2 s.
"""

import base64
import fnmatch
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from integration import datadir
from integration.environment import (
    DATABASE_KINDS,
    REDIS_KINDS,
    Address,
    check_store_url,
    parse_address,
    parse_loopback,
    parse_scope,
    parse_tracker_url,
    parse_webhook_secrets,
    read_environment,
)
from integration.errors import ConfigError
from integration.keeping import Keeping
from integration.timings import Timings

ADMIN_TOKEN_LENGTH = 24
Mode = Literal["observe", "advise", "enforce"]
SOCKET_PATH_LIMIT = 100  # bytes; the system's own limit is 107, and a server adds a little while it starts


class Settings(BaseModel):
    """Everything an installation is told. Build it with :meth:`load`; properties give the values as the rest of the
    service uses them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data_dir: Annotated[Path, AfterValidator(Path.absolute)] = Field(
        default=Path("var"), alias="FOLLOWTHROUGH_DATA_DIR", validate_default=True
    )
    redis: SecretStr | None = Field(default=None, alias="FOLLOWTHROUGH_REDIS_URL")
    database: SecretStr | None = Field(default=None, alias="FOLLOWTHROUGH_DATABASE_URL")
    mappings: Path | None = Field(default=None, alias="FOLLOWTHROUGH_MAPPINGS_DIR")
    bind: Annotated[Address, BeforeValidator(parse_address)] = Field(
        default=Address("127.0.0.1", 8080), alias="FOLLOWTHROUGH_BIND"
    )
    metrics_bind: Annotated[
        Address | None, BeforeValidator(lambda text: None if text == "off" else parse_address(text))
    ] = Field(default=Address("127.0.0.1", 9108), alias="FOLLOWTHROUGH_METRICS_BIND")
    scheduler_metrics_bind: Annotated[
        Address | None, BeforeValidator(lambda text: None if text == "off" else parse_address(text))
    ] = Field(default=Address("127.0.0.1", 9109), alias="FOLLOWTHROUGH_SCHEDULER_METRICS_BIND")
    admin_bind: Annotated[Address, BeforeValidator(parse_loopback)] = Field(
        default=Address("127.0.0.1", 8090), alias="FOLLOWTHROUGH_ADMIN_BIND"
    )
    admin_token: SecretStr | None = Field(default=None, alias="FOLLOWTHROUGH_ADMIN_TOKEN")
    mode: Mode = Field(default="enforce", alias="FOLLOWTHROUGH_MODE")
    scope: Annotated[tuple[str, ...] | None, BeforeValidator(parse_scope)] = Field(
        default=None, alias="FOLLOWTHROUGH_SCOPE"
    )
    key: SecretStr | None = Field(default=None, alias="FOLLOWTHROUGH_KEY")
    github_api_url: Annotated[str, AfterValidator(parse_tracker_url)] = Field(
        default="https://api.github.com", alias="GITHUB_API_URL"
    )
    github_token: SecretStr | None = Field(default=None, alias="GITHUB_TOKEN")
    github_app_id: int | None = Field(default=None, alias="GITHUB_APP_ID", gt=0)
    github_app_private_key: SecretStr | None = Field(default=None, alias="GITHUB_APP_PRIVATE_KEY")
    github_webhook_secret: SecretStr | None = Field(default=None, alias="GITHUB_WEBHOOK_SECRET")
    jira_url: Annotated[str, AfterValidator(parse_tracker_url)] | None = Field(default=None, alias="JIRA_URL")
    jira_user: str | None = Field(default=None, alias="JIRA_USER")
    jira_token: SecretStr | None = Field(default=None, alias="JIRA_TOKEN")
    jira_webhook_secret: SecretStr | None = Field(default=None, alias="JIRA_WEBHOOK_SECRET")
    jira_token_expires: date | None = Field(default=None, alias="JIRA_TOKEN_EXPIRES")
    timings: Timings = Timings()
    keeping: Keeping = Keeping()

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, env_file: str | Path | None = ".env") -> Self:
        """Read and check all settings. ``environ`` defaults to the process's own; ``env_file=None`` reads no file.

        Raises :class:`ConfigError` that names the variable and the remedy, and never shows a value.
        """
        values: dict[str, Any] = dict(read_environment(environ, env_file, cls.variables(), cls.secret_variables()))
        timings = {name: values.pop(name) for name in _aliases(Timings) & values.keys()}
        try:
            keeping = {name: values.pop(name) for name in _aliases(Keeping) & values.keys()}
            grouped = {"timings": Timings.model_validate(timings), "keeping": Keeping.model_validate(keeping)}
            return cls.model_validate(values | grouped)
        except ValidationError as error:
            raise _explain(error) from None

    @classmethod
    def variables(cls) -> frozenset[str]:
        """Return the names of all variables that are read, without the ``*_FILE`` variants."""
        return _aliases(cls) | _aliases(Timings) | _aliases(Keeping)

    @classmethod
    def secret_variables(cls) -> frozenset[str]:
        """Return the names of the variables that may also come as ``*_FILE`` and are redacted wherever they show up."""
        return frozenset(
            str(field.alias) for field in cls.model_fields.values() if "SecretStr" in str(field.annotation)
        )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.redis is None and len(bytes(self.valkey_socket)) > SOCKET_PATH_LIMIT:
            raise ConfigError(
                f"The socket {self.valkey_socket} has a longer path than a socket may have.",
                where="FOLLOWTHROUGH_DATA_DIR",
                remedy="Choose a shorter directory, or set FOLLOWTHROUGH_REDIS_URL.",
            )
        if self.mappings is not None and not self.mappings.is_dir():
            raise ConfigError(
                f"{self.mappings} is no directory.",
                where="FOLLOWTHROUGH_MAPPINGS_DIR",
                remedy="Name the folder with the YAML files.",
            )
        if self.github_token is not None and self.github_app_id is not None:
            raise ConfigError(
                "GITHUB_TOKEN and GITHUB_APP_ID are both set.", where="GITHUB_TOKEN", remedy="Keep one of the two."
            )
        if (self.github_app_id is None) != (self.github_app_private_key is None):
            raise ConfigError(
                "Only one of GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY is set.",
                where="GITHUB_APP_ID",
                remedy="Set both.",
            )
        if self.jira_token is not None and self.jira_url is None:
            raise ConfigError(
                "JIRA_TOKEN is set, but no Jira to use it on.", where="JIRA_URL", remedy="Set the address of your Jira."
            )
        return self

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        """Check what each value is by itself, the addresses of the stores first."""
        for name, url, kinds in (
            ("FOLLOWTHROUGH_REDIS_URL", self.redis, REDIS_KINDS),
            ("FOLLOWTHROUGH_DATABASE_URL", self.database, DATABASE_KINDS),
        ):
            if url is not None:
                check_store_url(name, url.get_secret_value(), kinds)
        if self.key is not None and len(self.key.get_secret_value()) < datadir.KEY_BYTES:
            raise ConfigError("The key is too short.", where="FOLLOWTHROUGH_KEY", remedy="Use at least 32 characters.")
        if self.admin_token is not None and len(self.admin_token.get_secret_value()) < ADMIN_TOKEN_LENGTH:
            raise ConfigError(
                "The token is too short.",
                where="FOLLOWTHROUGH_ADMIN_TOKEN",
                remedy=f"Use at least {ADMIN_TOKEN_LENGTH} random characters.",
            )
        _ = self.github_webhook_secrets, self.jira_webhook_secrets
        return self

    @property
    def valkey_socket(self) -> Path:
        """Where the embedded Valkey listens."""
        return self.data_dir / "valkey.sock"

    @property
    def is_redis_embedded(self) -> bool:
        """Whether no Redis is named, so that ``up`` and ``demo`` start a Valkey of their own."""
        return self.redis is None

    @property
    def redis_url(self) -> str:
        """What redis-py connects to; contains a password where the setting does."""
        return self.redis.get_secret_value() if self.redis else f"unix://{quote(str(self.valkey_socket))}"

    @property
    def database_url(self) -> str:
        """What SQLAlchemy connects to; contains a password where the setting does."""
        return self.database.get_secret_value() if self.database else f"sqlite:///{self.data_dir / 'ledger.db'}"

    @property
    def mappings_dir(self) -> Path:
        """The admins' YAML: the folder that was named, else ``./mappings`` if there, else the packaged one."""
        # Imported here: it costs the receiver, which needs no mappings, two megabytes.
        from importlib.resources import files  # noqa: PLC0415

        local = Path("mappings").absolute()
        return self.mappings or (local if local.is_dir() else Path(str(files("mappings"))))

    @property
    def is_github_configured(self) -> bool:
        """Whether the service can speak to GitHub."""
        return self.github_token is not None or self.github_app_id is not None

    @property
    def is_jira_configured(self) -> bool:
        """Whether the service can speak to a Jira."""
        return self.jira_url is not None and self.jira_token is not None

    @property
    def github_webhook_secrets(self) -> tuple[bytes, ...]:
        """The secrets that GitHub's deliveries may be signed with; empty means that they are refused."""
        return _webhook_secrets("GITHUB_WEBHOOK_SECRET", self.github_webhook_secret)

    @property
    def jira_webhook_secrets(self) -> tuple[bytes, ...]:
        """The secrets that Jira's deliveries may be signed with; empty means that they are refused."""
        return _webhook_secrets("JIRA_WEBHOOK_SECRET", self.jira_webhook_secret)

    def scope_allows(self, site: str, place: str) -> bool | None:
        """Return whether ``place`` (``owner/repo`` or a project key) may be governed, or None where no scope is set and
        rights decide (S5)."""
        if self.scope is None:
            return None
        wanted = f"{site}:{place.lower() if site == 'github' else place.upper()}"
        return any(fnmatch.fnmatchcase(wanted, glob) for glob in self.scope)

    def prepare_data_dir(self) -> None:
        """Create the data directory as 0700, or refuse one that others can reach (S21). Raises :class:`ConfigError`."""
        datadir.prepare(self.data_dir)

    def signing_key(self) -> bytes:
        """Return the installation's key: ``FOLLOWTHROUGH_KEY``, else 32 random bytes kept in the data directory."""
        return self.key.get_secret_value().encode() if self.key else datadir.read_or_make_key(self.data_dir / "key")

    def secret_values(self) -> frozenset[str]:
        """Return every text that must not be seen: secrets, their parts, and the forms in which clients send them."""
        found = {value.get_secret_value() for value in dict(self).values() if isinstance(value, SecretStr)}
        for url in (self.redis, self.database):
            # The address itself is worth reading in a log; its password is not.
            if url is not None:
                found.discard(url.get_secret_value())
                password = urlsplit(url.get_secret_value()).password
                found |= {password, unquote(password)} if password else set()
        found |= {secret.decode() for secret in self.github_webhook_secrets + self.jira_webhook_secrets}
        if self.github_app_private_key is not None:
            found |= _lines_of_key(self.github_app_private_key.get_secret_value())
        if self.jira_token is not None and self.jira_user is not None:
            pair = f"{self.jira_user}:{self.jira_token.get_secret_value()}"
            found.add(base64.b64encode(pair.encode()).decode())
        return frozenset(found | {quote(secret, safe="") for secret in found})


def _aliases(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(str(field.alias) for field in model.model_fields.values() if field.alias)


def _lines_of_key(pem: str) -> set[str]:
    """Return the lines of a PEM file that carry the key; the first and last are the same in every file."""
    lines = {line.strip() for line in pem.replace("\\n", "\n").splitlines()}
    return {line for line in lines if line and not line.startswith("-----")} | {pem.replace("\n", "\\n")}


def _webhook_secrets(variable: str, value: SecretStr | None) -> tuple[bytes, ...]:
    try:
        return parse_webhook_secrets(value.get_secret_value()) if value else ()
    except ValueError as error:
        raise ConfigError("The webhook secret cannot be used.", where=variable, remedy=str(error)) from None


def _explain(error: ValidationError) -> ConfigError:
    first = error.errors(include_input=False, include_url=False)[0]
    message = str(first["msg"]).removeprefix("Value error, ")
    return ConfigError("The value cannot be used.", where=str(first["loc"][-1]), remedy=message)
