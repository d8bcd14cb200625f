"""`python -m workshop_tui`."""

from workshop_tui.cli import main

if __name__ == "__main__":
    main()
