"""`python -m monitoring.generate`: regenerate every file."""

from monitoring.generate.files import generated, here


def main() -> None:
    """Write the files below `monitoring/`."""
    for name, content in generated().items():
        (here() / name).write_text(content, "utf-8")


if __name__ == "__main__":
    main()
