import click


@click.group()
def main() -> None:
    """Post-mortem governance on GitHub Issues and Jira."""
