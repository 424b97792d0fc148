"""`python -m project.bench`."""

import sys

from project.bench.command import main

if __name__ == "__main__":  # also imported by each process of the load generator
    sys.exit(main())
