"""People with a record, made by hand: diary, sessions, account, therapist, calendar address."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from argon2.profiles import CHEAPEST

from openlumbar.physique import Physique
from openlumbar.records.accounts import Account, Accounts
from openlumbar.records.diary import Diary, Draft
from openlumbar.records.feeds import open_feed
from openlumbar.records.passwords import Hasher
from openlumbar.records.store import Store
from records.made import NOON, begin, make_signals, repetition_event

PASSWORD = "four calm herons wade"  # noqa: S105 - of invented people
DAY = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))


@dataclass(frozen=True)
class Life:
    """One person and what there is of them."""

    account: Account
    person_id: str
    session_id: str
    feed: str


def make_accounts(store: Store) -> Accounts:
    """Make accounts whose passwords are hashed as cheaply as can be."""
    return Accounts(store, Hasher(CHEAPEST))


def live(store: Store, name: str = "Ana Quill") -> Life:
    """Let somebody begin, write into the diary, exercise and make a calendar address."""
    added = make_accounts(store).add(name, PASSWORD, "patient")
    person_id = added.person_id or ""
    Diary(store).write(
        person_id,
        Draft("pain", {"when": "now", "back": 6, "leg": 2, "sites": ["left_knee"], "session": None}, DAY, AT),
        Draft("note", {"text": f"=of {name}: sciatica"}, DAY, AT, by="a-1"),
        Draft("pain", {"when": "after", "back": 9, "leg": 2, "sites": None, "session": None}, DAY, AT),
    )
    Diary(store).withdraw(person_id, 3, AT + timedelta(hours=1))
    Diary(store).keep_summary(person_id, 3, {"zone": "amber"})
    body = Physique(height_cm=174, weight_kg=72, sex="female", age=45)
    row = begin(store, person_id=person_id, name=f"{name}.mp4", physique=body, plan={"sets": 2}, source="upload")
    store.append(row.id, [repetition_event(1), repetition_event(2)], [make_signals()])
    store.finish(row.id, {"judged": True, "reasons": []}, NOON, kept_file=f"{row.id}/clip.mp4")
    return Life(added, person_id, row.id, open_feed(store, person_id, datetime(2026, 3, 1, tzinfo=UTC)))
