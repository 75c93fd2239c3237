"""`python -m beastmode_tools.cli`: the command, for whoever has its interpreter and not its script."""

from beastmode_tools.cli.group import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
