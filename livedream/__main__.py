"""`python -m livedream` is `livedream`."""

from livedream.cli import main

if __name__ == "__main__":
    main()
