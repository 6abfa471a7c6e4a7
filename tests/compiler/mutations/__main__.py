"""``python -m tests.compiler.mutations``: breaks right flows in all the ways it knows, and keeps score."""

from __future__ import annotations

import argparse
import sys

from tests.compiler.mutations.play import OPERATORS, play


def main() -> int:
    """Play the chosen operators; 0 if no mutant survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.compiler.mutations", description=__doc__)
    parser.add_argument("--flows", type=int, default=200, metavar="N", help="so many flows for each operator")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("-k", default="", metavar="WORD", help="only operators whose names have this in them")
    parser.add_argument("--show", type=int, default=1, metavar="N", help="print so many survivors of each operator")
    arguments = parser.parse_args()
    caught = made = 0
    for operator in OPERATORS:
        if arguments.k in operator.__name__:
            played = list(play(operator, arguments.seed, arguments.flows))
            survivors = [one for one in played if not one.caught]
            for one in survivors[: arguments.show]:
                print(one.shown())
            print(f"{len(played) - len(survivors):5} of {len(played):5}  {operator.__name__}", flush=True)
            made, caught = made + len(played), caught + len(played) - len(survivors)
    print(f"{caught} of {made} caught ({100 * caught / max(made, 1):.2f} %)")
    return 0 if caught == made else 1


if __name__ == "__main__":
    sys.exit(main())
