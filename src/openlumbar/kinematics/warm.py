"""Compile all that kinematics compiles, and keep it for later processes: `python -m openlumbar.kinematics.warm`."""

from openlumbar.kinematics.stream import prepare


def main() -> None:
    """Compile once, so that nobody waits for it later."""
    prepare()


if __name__ == "__main__":
    main()
