"""A process of its own that changes keys and is killed half-way."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openlumbar.records import rotation
from openlumbar.records.store import Store
from openlumbar.records.vault import Cipher, Vault

ROTATIONS = {"master": rotation.rotate_master_key, "all": rotation.renew_data_keys}


def die_in(path: Path, what: str, step: int) -> None:
    """Change the keys; be killed before the step with that number: a sealing, or a writing of the key file."""
    store, steps = Store.open(path), []

    def or_die(do: Callable[..., Any]) -> Callable[..., Any]:
        def done(*given: Any) -> Any:
            steps.append(do)
            if len(steps) > step:
                os.kill(os.getpid(), signal.SIGKILL)
            return do(*given)

        return done

    Cipher.seal = or_die(Cipher.seal)  # type: ignore[method-assign]
    Vault.renew = or_die(Vault.renew)  # type: ignore[method-assign]
    ROTATIONS[what](store)
