"""How many of the faults that a machine plants in the code that guards do the tests find? `make mutants` asks.

The share stands in docs/assurance.md. Ends with 1 where it is below what is promised there, or where one was not tried.
"""

import json
import subprocess
import sys
from pathlib import Path

PROMISED = 0.90
_STATS = Path("mutants/mutmut-cicd-stats.json")
# Those that ran for so long that they were stopped are found, too.
_FOUND = ("killed", "timeout", "segfault")


def main() -> int:
    """Plant every fault, print what became of them, and say whether enough were found."""
    subprocess.run([_mutmut(), "run", "--max-children", "2"], check=False, stdout=subprocess.DEVNULL)
    subprocess.run([_mutmut(), "export-cicd-stats"], check=True, stdout=subprocess.DEVNULL)
    sys.stdout.write(subprocess.run([_mutmut(), "results"], check=True, capture_output=True, text=True).stdout)
    stats: dict[str, int] = json.loads(_STATS.read_text(encoding="utf-8"))
    found, tried = sum(stats[kind] for kind in _FOUND), sum(stats[kind] for kind in (*_FOUND, "survived", "no_tests"))
    left = stats["total"] - tried
    sys.stdout.write(f"{found} of {tried} planted faults found ({found / max(tried, 1):.1%}); {left} not tried\n")
    return int(tried < stats["total"] or found < PROMISED * tried)


def _mutmut() -> str:
    return str(Path(sys.executable).with_name("mutmut"))


if __name__ == "__main__":
    sys.exit(main())
