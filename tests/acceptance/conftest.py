"""Makes the recomputation and this folder importable, as `oracle` and `acceptance`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
