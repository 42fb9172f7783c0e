"""Compile all that is compiled, and keep it for later processes: `python -m openlumbar.mechanics.warm`."""

from openlumbar.kinematics.stream import prepare
from openlumbar.mechanics.loads import standing_loads
from openlumbar.physique import Physique


def main() -> None:
    """Compile once, so that nobody waits for it later."""
    prepare()
    standing_loads(Physique())


if __name__ == "__main__":
    main()
