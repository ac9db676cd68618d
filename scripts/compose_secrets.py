"""Makes the secrets that ``docker-compose.yml`` reads: ``python3 -m scripts.compose_secrets [FOLDER]``, by default ``./secrets``.

Passwords, the key and the addresses that contain passwords are made up; what trackers give out is left for you to add. Nothing that is there is
changed, so running it again is safe. The folder is 0700; the files in it are 0444, because Compose mounts them as they are, and the processes inside
the containers are other users than you. Needs nothing but Python.
"""

import secrets
import sys
from pathlib import Path

YOURS = ("github_token", "github_webhook_secret", "jira_token", "jira_webhook_secret")


def make(folder: Path) -> tuple[str, ...]:
    """Make what is missing in ``folder``; return the names of the files that were made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made: list[str] = []

    def put(name: str, value: str) -> str:
        file = folder / name
        if not file.exists():
            file.write_text(value + "\n", encoding="utf-8")
            file.chmod(0o444)
            made.append(name)
        return file.read_text(encoding="utf-8").strip()

    database = put("database_password", secrets.token_hex(32))
    queue = put("redis_password", secrets.token_hex(32))
    put("database_url", f"postgresql://followthrough:{database}@postgres/followthrough")
    put("redis_url", f"redis://:{queue}@redis:6379/0")
    put("key", secrets.token_hex(32))
    return tuple(made)


def main(arguments: list[str]) -> int:
    """Make the secrets and say what is still to do."""
    folder = Path(arguments[0] if arguments else "secrets")
    made = make(folder)
    print(f"{folder}: made {', '.join(made)}." if made else f"{folder}: everything was there.")  # noqa: T201
    missing = [name for name in YOURS if not (folder / name).is_file()]
    if missing:
        print(f"Still to add, mode 0444: {', '.join(missing)}. Of a tracker that you do not use, take the lines out.")  # noqa: T201
    print("Keep a copy of `key` apart from the backups of the database.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
