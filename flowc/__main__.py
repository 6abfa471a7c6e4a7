"""``python -m flowc``: the same as the command ``flowc``."""

import sys

from flowc.cli import main

sys.exit(main())
