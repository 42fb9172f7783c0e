"""Which therapist treats whom, and so may read whose record."""

from datetime import UTC, datetime

from sqlalchemy import delete, select

from openlumbar.records.account_error import AccountError
from openlumbar.records.account_rows import Account, AccountReader, row_for_update
from openlumbar.records.audit import record
from openlumbar.records.database import WRITING
from openlumbar.records.people import hold
from openlumbar.records.store import insert_for
from openlumbar.records.tables import therapist_patient

_link = therapist_patient.c


class Links(AccountReader):
    """Links therapists and their patients."""

    def link(self, therapist_id: str, person_id: str, *, by: str | None = None, at: datetime | None = None) -> bool:
        """Let a therapist read and treat a person; tell whether that is new.

        Raises:
            AccountError: when it is no therapist's account, or there is no such person.
        """
        moment = at or datetime.now(UTC)
        with self._store.transaction(WRITING) as connection:
            if row_for_update(connection, therapist_id).role != "therapist":
                raise AccountError(f"account {therapist_id}", "not_a_therapist")
            if not hold(connection, person_id):
                raise AccountError(f"person {person_id}", "unknown_person")
            values = {"therapist_id": therapist_id, "person_id": person_id, "since": moment}
            made = connection.execute(insert_for(connection, therapist_patient).values(values).on_conflict_do_nothing())
            if made.rowcount != 1:
                return False
            details = {"therapist": therapist_id}
            record(connection, "linked", actor=by, subject=person_id, details=details, at=moment)
        return True

    def unlink(self, therapist_id: str, person_id: str, *, by: str | None = None, at: datetime | None = None) -> bool:
        """Take that away again; tell whether there was a link."""
        with self._store.transaction(WRITING) as connection:
            done = connection.execute(
                delete(therapist_patient).where(_link.therapist_id == therapist_id, _link.person_id == person_id)
            )
            if done.rowcount != 1:
                return False
            details = {"therapist": therapist_id}
            record(connection, "unlinked", actor=by, subject=person_id, details=details, at=at)
        return True

    def patients_of(self, therapist_id: str) -> tuple[str, ...]:
        """Return the ids of a therapist's people, in the order in which they were linked."""
        query = select(_link.person_id).where(_link.therapist_id == therapist_id).order_by(_link.since, _link.person_id)
        with self._store.transaction() as connection:
            return tuple(connection.execute(query).scalars())

    def therapists_of(self, person_id: str) -> tuple[str, ...]:
        """Return the ids of the accounts of a person's therapists, likewise."""
        query = select(_link.therapist_id).where(_link.person_id == person_id).order_by(_link.since, _link.therapist_id)
        with self._store.transaction() as connection:
            return tuple(connection.execute(query).scalars())

    def may_read(self, account: Account, person_id: str) -> bool:
        """Tell whether an account may read a person's record: one's own, or one's patients'; administrators none."""
        if account.disabled_at is not None:
            return False
        if account.role == "patient":
            return account.person_id is not None and account.person_id == person_id
        if account.role != "therapist":
            return False
        query = select(_link.person_id).where(_link.therapist_id == account.id, _link.person_id == person_id)
        with self._store.transaction() as connection:
            return connection.execute(query).first() is not None
