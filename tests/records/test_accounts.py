from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from argon2.profiles import CHEAPEST
from sqlalchemy import select

from openlumbar.records.account_error import AccountError
from openlumbar.records.accounts import Account, Accounts
from openlumbar.records.audit import Audit
from openlumbar.records.passwords import Hasher
from openlumbar.records.people import SELF, People
from openlumbar.records.store import Store
from openlumbar.records.tables import account, login

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSWORD = "four calm herons wade"  # noqa: S105 - of invented people
OTHER = "seven grey boats drift"


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store, Hasher(CHEAPEST))


@pytest.fixture
def maria(accounts: Accounts) -> Account:
    return accounts.add("Maria", PASSWORD, "administrator")


def code_of(error: pytest.ExceptionInfo[AccountError]) -> str:
    return error.value.code


def actions(store: Store) -> list[tuple[str, str | None, str | None]]:
    return [(entry.action, entry.actor, entry.subject) for entry in reversed(Audit(store).entries())]


def fail(accounts: Accounts, times: int, name: str = "maria", now: datetime = NOW) -> list[str]:
    return [accounts.check(name, "not it at all", None, now).outcome for _ in range(times)]


def test_at_first_there_are_none(accounts: Accounts) -> None:
    assert not accounts.any()
    assert accounts.all() == ()
    added = accounts.add("maria", PASSWORD, "administrator")
    assert accounts.any()
    assert accounts.all() == (added,)


@pytest.mark.usefixtures("maria")
def test_that_there_are_some_is_asked_once(accounts: Accounts) -> None:
    assert accounts.any()
    accounts._store.engine.dispose()
    accounts._store = None  # type: ignore[assignment]
    assert accounts.any()


def test_an_account_is_found_however_its_name_is_written(accounts: Accounts) -> None:
    added = accounts.add(" Mária  Straße ", PASSWORD, "administrator", at=NOW)
    assert added == Account(added.id, "mária strasse", "administrator", None, NOW, None, has_totp=False)
    assert accounts.find("MÁRIA STRASSE") == accounts.find("ma\u0301ria stra\u00dfe") == accounts.get(added.id) == added
    assert accounts.find("maria strasse") is None
    assert accounts.get("nobody") is None
    assert accounts.check("Ｍária strasse", PASSWORD, None, NOW).account == added


def test_a_name_is_taken_however_it_is_written(accounts: Accounts, maria: Account) -> None:
    for name in ("maria", "MARIA", "ｍaria"):
        with pytest.raises(AccountError) as error:
            accounts.add(name, PASSWORD, "therapist")
        assert code_of(error) == "name_taken"
    assert accounts.all() == (maria,)


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "a\0b", "a\u202eb", "\ud800\0"])
def test_a_name_that_nobody_could_type_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError) as error:
        accounts.add(name, PASSWORD, "administrator")
    assert code_of(error) == "name_unusable"
    assert accounts.all() == ()


def test_a_bad_password_is_refused_before_anything_is_made(store: Store, accounts: Accounts) -> None:
    for password, code in (("short", "password_short"), ("maria.lopez.2026", "password_common")):
        with pytest.raises(AccountError) as error:
            accounts.add("maria.lopez", password, "patient")
        assert code_of(error) == code
    assert [person.id for person in People(store).all()] == [SELF]
    assert accounts.all() == ()


@pytest.mark.usefixtures("maria")
def test_no_password_is_stored(store: Store) -> None:
    with store.transaction() as connection:
        (row,) = connection.execute(select(account)).all()
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in repr(tuple(row))


def test_a_patient_gets_a_record_and_no_one_elses(store: Store, accounts: Accounts) -> None:
    first = accounts.add("Ana", PASSWORD, "patient")
    assert first.person_id is not None
    assert {person.id: person.name for person in People(store).all()} == {SELF: "", first.person_id: "Ana"}
    second = accounts.add("Bo", PASSWORD, "patient", SELF)
    assert second.person_id == SELF
    for person_id, code in ((SELF, "person_taken"), (first.person_id, "person_taken"), ("p-0", "unknown_person")):
        with pytest.raises(AccountError) as error:
            accounts.add("Cy", PASSWORD, "patient", person_id)
        assert code_of(error) == code
    with pytest.raises(AccountError) as error:
        accounts.add("Cy", PASSWORD, "therapist", SELF)
    assert code_of(error) == "staff_has_no_person"
    assert [found.name for found in accounts.all()] == ["ana", "bo"]


@pytest.mark.usefixtures("maria")
def test_a_name_that_is_taken_leaves_no_record_behind(store: Store, accounts: Accounts) -> None:
    with pytest.raises(AccountError):
        accounts.add("maria", PASSWORD, "patient")
    assert [person.id for person in People(store).all()] == [SELF]


def test_only_the_right_password_lets_in(accounts: Accounts, maria: Account) -> None:
    assert accounts.check("maria", PASSWORD, None, NOW).account == maria
    for name, password in (("maria", OTHER), ("maria", ""), ("mario", PASSWORD), ("", ""), ("\ud800", "\ud800")):
        checked = accounts.check(name, password, None, NOW)
        assert (checked.outcome, checked.account, checked.locked_until) == ("wrong", None, None)


@pytest.mark.usefixtures("maria")
def test_guessing_makes_wait_ever_longer_but_never_for_good(accounts: Accounts) -> None:
    assert fail(accounts, 4) == ["wrong"] * 4
    fifth = accounts.check("maria", OTHER, None, NOW)
    assert (fifth.outcome, fifth.locked_until) == ("wrong", NOW + timedelta(seconds=30))
    locked = accounts.check("maria", PASSWORD, None, NOW + timedelta(seconds=29))
    assert (locked.outcome, locked.account, locked.locked_until) == ("locked", None, NOW + timedelta(seconds=30))
    now = NOW + timedelta(seconds=30)
    for wait_s in (60, 120, 240, 480, 900, 900, 900):
        checked = accounts.check("maria", OTHER, None, now)
        assert (checked.outcome, checked.locked_until) == ("wrong", now + timedelta(seconds=wait_s))
        now += timedelta(seconds=wait_s)
    assert accounts.check("maria", PASSWORD, None, now).outcome == "ok"
    assert fail(accounts, 4, now=now) == ["wrong"] * 4  # what was before counts no more
    assert accounts.check("maria", PASSWORD, None, now).outcome == "ok"


@pytest.mark.usefixtures("maria")
def test_waiting_does_not_lengthen_the_wait(accounts: Accounts) -> None:
    fail(accounts, 5)
    assert fail(accounts, 50) == ["locked"] * 50
    assert accounts.check("maria", PASSWORD, None, NOW + timedelta(seconds=30)).outcome == "ok"


@pytest.mark.usefixtures("maria")
def test_a_clock_that_was_wrong_locks_nobody_out(accounts: Accounts) -> None:
    fail(accounts, 5, now=NOW + timedelta(days=3650))
    assert accounts.check("maria", PASSWORD, None, NOW).outcome == "ok"


@pytest.mark.usefixtures("maria")
def test_a_name_that_nobody_has_is_answered_like_any_other(accounts: Accounts) -> None:
    for now in (NOW, NOW + timedelta(seconds=30), NOW + timedelta(seconds=45), NOW + timedelta(days=1)):
        known = [accounts.check("maria", OTHER, None, now) for _ in range(7)]
        unknown = [accounts.check("mario", OTHER, None, now) for _ in range(7)]
        assert known == unknown


def test_names_that_nobody_has_take_a_hash_each(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str | None] = []
    monkeypatch.setattr(accounts._hasher, "fits", lambda hashed, _: bool(checked.append(hashed)))
    assert fail(accounts, 3, "mario") == ["wrong"] * 3
    assert checked == [None] * 3


def test_only_so_many_names_that_nobody_has_are_remembered(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlumbar.records.login_checks._STRANGERS_KEPT", 3)
    for name in ("a", "b", "c", "d", "e"):
        fail(accounts, 1, name)
    assert list(accounts._strangers._tries) == ["c", "d", "e"]


@pytest.mark.usefixtures("maria")
def test_many_guesses_at_once_are_no_way_around_waiting(accounts: Accounts) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: fail(accounts, 1)[0], range(24)))
    assert sorted(outcomes) == ["locked"] * 19 + ["wrong"] * 5


def test_a_disabled_account_is_told_only_who_knows_its_password(accounts: Accounts, maria: Account) -> None:
    therapist = accounts.add("Ty", PASSWORD, "therapist")
    token = accounts.open_login(therapist.id, NOW, "")
    assert accounts.disable(therapist.id, by=maria.id, at=NOW)
    assert not accounts.disable(therapist.id)
    assert accounts.check("ty", OTHER, None, NOW).outcome == "wrong"
    assert accounts.check("ty", PASSWORD, None, NOW).outcome == "disabled"
    assert accounts.account_of(token, NOW) is None
    found = accounts.get(therapist.id)
    assert found is not None
    assert found.disabled_at == NOW
    with pytest.raises(AccountError):
        accounts.open_login(therapist.id, NOW, "")
    assert accounts.enable(therapist.id)
    assert not accounts.enable(therapist.id)
    assert accounts.check("ty", PASSWORD, None, NOW).outcome == "ok"
    assert accounts.account_of(token, NOW) is None


def test_a_right_password_of_a_disabled_account_does_not_count_as_wrong(accounts: Accounts) -> None:
    therapist = accounts.add("Ty", PASSWORD, "therapist")
    accounts.disable(therapist.id)
    assert {accounts.check("ty", PASSWORD, None, NOW).outcome for _ in range(9)} == {"disabled"}


def test_there_is_always_an_administrator(accounts: Accounts, maria: Account) -> None:
    accounts.add("Ty", PASSWORD, "therapist")
    with pytest.raises(AccountError) as error:
        accounts.disable(maria.id)
    assert code_of(error) == "last_administrator"
    second = accounts.add("Nadia", PASSWORD, "administrator")
    assert accounts.disable(maria.id)
    with pytest.raises(AccountError):
        accounts.disable(second.id)
    assert accounts.check("nadia", PASSWORD, None, NOW).outcome == "ok"


def test_two_who_disable_each_other_at_once_do_not_both_succeed(accounts: Accounts, maria: Account) -> None:
    def disable(account_id: str) -> bool:
        try:
            return accounts.disable(account_id)
        except AccountError:
            return False

    second = accounts.add("Nadia", PASSWORD, "administrator")
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(disable, [maria.id, second.id])) == [False, True]


def test_what_is_not_there_cannot_be_changed(accounts: Accounts) -> None:
    for change in (
        accounts.disable,
        accounts.enable,
        accounts.begin_totp,
        accounts.remove_totp,
        lambda id_: accounts.set_password(id_, PASSWORD),
        lambda id_: accounts.confirm_totp(id_, "000000", NOW),
        lambda id_: accounts.link(id_, SELF),
        lambda id_: accounts.open_login(id_, NOW, ""),
    ):
        with pytest.raises(AccountError) as error:
            change("nobody")
        assert code_of(error) == "unknown_account"


def test_a_new_password_takes_over_and_ends_waiting_and_other_logins(accounts: Accounts, maria: Account) -> None:
    mine, other = (accounts.open_login(maria.id, NOW, agent) for agent in ("mine", "other"))
    fail(accounts, 5)
    accounts.set_password(maria.id, OTHER, by=maria.id, keep=mine)
    assert accounts.check("maria", PASSWORD, None, NOW).outcome == "wrong"
    assert accounts.check("maria", OTHER, None, NOW).outcome == "ok"
    assert accounts.account_of(mine, NOW) == maria
    assert accounts.account_of(other, NOW) is None
    accounts.set_password(maria.id, PASSWORD)
    assert accounts.account_of(mine, NOW) is None


def test_a_bad_new_password_changes_nothing(accounts: Accounts, maria: Account) -> None:
    token = accounts.open_login(maria.id, NOW, "")
    with pytest.raises(AccountError):
        accounts.set_password(maria.id, "short")
    assert accounts.account_of(token, NOW) == maria
    assert accounts.check("maria", PASSWORD, None, NOW).outcome == "ok"


@pytest.mark.usefixtures("maria")
def test_a_hash_of_former_parameters_is_renewed_at_the_next_login(store: Store, accounts: Accounts) -> None:
    dearer = Hasher(CHEAPEST.__class__(**{**_fields(CHEAPEST), "time_cost": 2}))
    later = Accounts(store, dearer)
    assert later.check("maria", OTHER, None, NOW).outcome == "wrong"
    assert "t=1" in _hash(store)
    assert later.check("maria", PASSWORD, None, NOW).outcome == "ok"
    assert "t=2" in _hash(store)
    assert accounts.check("maria", PASSWORD, None, NOW).outcome == "ok"


def _fields(parameters: object) -> dict[str, object]:
    return {name: getattr(parameters, name) for name in parameters.__dataclass_fields__}  # type: ignore[attr-defined]


def _hash(store: Store) -> str:
    with store.transaction() as connection:
        return str(connection.execute(select(account.c.password_hash)).scalar())


def test_a_code_is_asked_for_once_it_is_confirmed(accounts: Accounts, maria: Account) -> None:
    begun = accounts.begin_totp(maria.id)
    app = pyotp.TOTP(begun.secret)
    assert accounts.check("maria", PASSWORD, None, NOW).outcome == "ok"
    assert not accounts.confirm_totp(maria.id, app.at(NOW + timedelta(minutes=5)), NOW)
    assert accounts.confirm_totp(maria.id, app.at(NOW), NOW)
    found = accounts.get(maria.id)
    assert found is not None
    assert found.has_totp
    assert accounts.check("maria", PASSWORD, None, NOW).outcome == "code_needed"
    assert accounts.check("maria", PASSWORD, " ", NOW).outcome == "code_needed"
    assert accounts.check("maria", PASSWORD, app.at(NOW), NOW).outcome == "code_wrong"  # used up by confirming
    later = NOW + timedelta(minutes=1)
    assert accounts.check("maria", OTHER, app.at(later), later).outcome == "wrong"
    assert accounts.check("maria", PASSWORD, app.at(later), later).outcome == "ok"
    assert accounts.check("maria", PASSWORD, app.at(later), later).outcome == "code_wrong"
    assert accounts.remove_totp(maria.id)
    assert not accounts.remove_totp(maria.id)
    assert accounts.check("maria", PASSWORD, None, later).outcome == "ok"


def test_codes_cannot_be_guessed_in_a_row(accounts: Accounts, maria: Account) -> None:
    begun = accounts.begin_totp(maria.id)
    accounts.confirm_totp(maria.id, pyotp.TOTP(begun.secret).at(NOW), NOW)
    for _ in range(5):
        assert accounts.check("maria", PASSWORD, None, NOW).outcome == "code_needed"  # does not begin the count anew
        checked = accounts.check("maria", PASSWORD, "000000", NOW)
        assert checked.outcome == "code_wrong"
    assert checked.locked_until == NOW + timedelta(seconds=30)
    assert accounts.check("maria", PASSWORD, "000000", NOW).outcome == "locked"


def test_a_code_lets_one_of_two_in_that_come_at_once(accounts: Accounts, maria: Account) -> None:
    app = pyotp.TOTP(accounts.begin_totp(maria.id).secret)
    accounts.confirm_totp(maria.id, app.at(NOW), NOW)
    later = NOW + timedelta(minutes=1)
    with ThreadPoolExecutor(3) as pool:
        outcomes = pool.map(lambda _: accounts.check("maria", PASSWORD, app.at(later), later).outcome, range(3))
    assert sorted(outcomes) == ["code_wrong", "code_wrong", "ok"]


def test_a_new_secret_takes_over_only_when_confirmed(accounts: Accounts, maria: Account) -> None:
    first = pyotp.TOTP(accounts.begin_totp(maria.id).secret)
    accounts.confirm_totp(maria.id, first.at(NOW), NOW)
    second = pyotp.TOTP(accounts.begin_totp(maria.id).secret)
    later = NOW + timedelta(minutes=1)
    assert accounts.check("maria", PASSWORD, first.at(later), later).outcome == "ok"
    assert accounts.confirm_totp(maria.id, second.at(later), later)
    latest = later + timedelta(minutes=1)
    assert accounts.check("maria", PASSWORD, first.at(latest), latest).outcome == "code_wrong"
    assert accounts.check("maria", PASSWORD, second.at(latest), latest).outcome == "ok"
    with pytest.raises(AccountError) as error:
        accounts.confirm_totp(maria.id, second.at(latest), latest)
    assert code_of(error) == "no_totp"


def test_the_secret_is_stored_sealed(store: Store, accounts: Accounts, maria: Account) -> None:
    secret = accounts.begin_totp(maria.id).secret
    with store.transaction() as connection:
        (row,) = connection.execute(select(account)).all()
    assert secret.encode() not in row.totp_sealed


def test_a_login_is_known_by_its_token_alone(store: Store, accounts: Accounts, maria: Account) -> None:
    token = accounts.open_login(maria.id, NOW, "Firefox\n\0 on a phone" + "x" * 300)
    assert len(token) == 43  # 256 bits
    assert accounts.account_of(token, NOW) == maria
    for wrong in ("", token[:-1], token.swapcase(), "\ud800"):
        assert accounts.account_of(wrong, NOW) is None
    with store.transaction() as connection:
        (row,) = connection.execute(select(login)).all()
    assert token not in repr(tuple(row))
    (shown,) = accounts.logins(maria.id)
    assert shown.agent.startswith("Firefox on a phonexx")
    assert len(shown.agent) == 200
    assert accounts.account_of(shown.id, NOW) is None


def test_staff_are_logged_out_after_an_hour_without_use_and_after_a_day(accounts: Accounts, maria: Account) -> None:
    token, hour = accounts.open_login(maria.id, NOW, ""), timedelta(hours=1)
    assert accounts.account_of(token, NOW + hour - timedelta(seconds=1)) == maria
    assert accounts.account_of(token, NOW + 2 * hour - timedelta(seconds=2)) == maria
    assert accounts.account_of(token, NOW + 3 * hour) is None
    token = accounts.open_login(maria.id, NOW, "")
    half_hours = [NOW + count * hour / 2 for count in range(1, 49)]
    assert [accounts.account_of(token, now) == maria for now in half_hours] == [True] * 47 + [False]


def test_patients_stay_logged_in_for_a_month_at_most(accounts: Accounts) -> None:
    ana = accounts.add("Ana", PASSWORD, "patient")
    token = accounts.open_login(ana.id, NOW, "")
    days = [NOW + timedelta(days=count) for count in (6, 12, 18, 24, 29, 30)]
    assert [accounts.account_of(token, now) == ana for now in days] == [True] * 5 + [False]
    token = accounts.open_login(ana.id, NOW, "")
    assert accounts.account_of(token, NOW + timedelta(days=7)) is None


def test_use_is_written_down_once_a_minute(accounts: Accounts, maria: Account) -> None:
    token = accounts.open_login(maria.id, NOW, "")
    accounts.account_of(token, NOW + timedelta(seconds=59))
    assert accounts.logins(maria.id)[0].seen_at == NOW
    accounts.account_of(token, NOW + timedelta(seconds=60))
    assert accounts.logins(maria.id)[0].seen_at == NOW + timedelta(seconds=60)


def test_logins_are_listed_and_closed_one_by_one_or_all(accounts: Accounts, maria: Account) -> None:
    other = accounts.add("Ty", PASSWORD, "therapist")
    tokens = [accounts.open_login(maria.id, NOW + timedelta(minutes=n), f"browser {n}") for n in range(4)]
    theirs = accounts.open_login(other.id, NOW, "theirs")
    shown = accounts.logins(maria.id)
    assert [found.agent for found in shown] == ["browser 3", "browser 2", "browser 1", "browser 0"]
    assert accounts.close_login(tokens[0])
    assert not accounts.close_login(tokens[0])
    assert not accounts.close_login_by_id(other.id, shown[0].id)
    assert accounts.close_login_by_id(maria.id, shown[0].id)
    assert [found.agent for found in accounts.logins(maria.id)] == ["browser 2", "browser 1"]
    assert accounts.close_logins(maria.id, keep=tokens[1]) == 1
    assert accounts.close_logins(maria.id) == 1
    assert accounts.logins(maria.id) == ()
    assert accounts.account_of(theirs, NOW) == other


def test_logins_that_expired_are_removed_by_the_next_one(accounts: Accounts, maria: Account) -> None:
    accounts.open_login(maria.id, NOW, "old")
    accounts.open_login(maria.id, NOW + timedelta(days=2), "new")
    assert [found.agent for found in accounts.logins(maria.id)] == ["new"]


def test_who_may_read_whom(accounts: Accounts, maria: Account) -> None:
    ana, bo = (accounts.add(name, PASSWORD, "patient") for name in ("Ana", "Bo"))
    ty, uma = (accounts.add(name, PASSWORD, "therapist") for name in ("Ty", "Uma"))
    assert ana.person_id is not None
    assert bo.person_id is not None
    assert accounts.link(ty.id, ana.person_id, by=maria.id)
    assert not accounts.link(ty.id, ana.person_id)
    may = {
        (who.name, whose): accounts.may_read(who, whose)
        for who in (maria, ana, bo, ty, uma)
        for whose in (ana.person_id, bo.person_id, SELF, "", ana.id)
    }
    assert {pair for pair, yes in may.items() if yes} == {
        ("ana", ana.person_id),
        ("bo", bo.person_id),
        ("ty", ana.person_id),
    }
    assert accounts.patients_of(ty.id) == (ana.person_id,)
    assert accounts.therapists_of(ana.person_id) == (ty.id,)
    assert accounts.patients_of(uma.id) == accounts.therapists_of(bo.person_id) == ()
    accounts.disable(ty.id)
    disabled = accounts.get(ty.id)
    assert disabled is not None
    assert not accounts.may_read(disabled, ana.person_id)
    assert accounts.unlink(ty.id, ana.person_id)
    assert not accounts.unlink(ty.id, ana.person_id)
    assert not accounts.may_read(ty, ana.person_id)


def test_only_therapists_are_linked_and_only_to_people_there_are(accounts: Accounts, maria: Account) -> None:
    ty = accounts.add("Ty", PASSWORD, "therapist")
    ana = accounts.add("Ana", PASSWORD, "patient")
    for therapist_id, person_id, code in (
        (maria.id, SELF, "not_a_therapist"),
        (ana.id, SELF, "not_a_therapist"),
        (ty.id, "p-0", "unknown_person"),
    ):
        with pytest.raises(AccountError) as error:
            accounts.link(therapist_id, person_id)
        assert code_of(error) == code


def test_patients_are_listed_in_the_order_in_which_they_came(accounts: Accounts) -> None:
    ty = accounts.add("Ty", PASSWORD, "therapist")
    people = [accounts.add(name, PASSWORD, "patient").person_id or "" for name in ("Cy", "Ana", "Bo")]
    for number, person_id in enumerate(people):
        accounts.link(ty.id, person_id, at=NOW + timedelta(minutes=number))
    assert accounts.patients_of(ty.id) == tuple(people)


def test_every_change_is_in_the_audit_with_who_did_it(store: Store, accounts: Accounts, maria: Account) -> None:
    ty = accounts.add("Ty", PASSWORD, "therapist", by=maria.id)
    accounts.link(ty.id, SELF, by=maria.id)
    accounts.check("ty", OTHER, None, NOW)
    accounts.check("ty", PASSWORD, None, NOW)
    token = accounts.open_login(ty.id, NOW, "")
    app = pyotp.TOTP(accounts.begin_totp(ty.id).secret)
    accounts.confirm_totp(ty.id, app.at(NOW), NOW)
    accounts.check("ty", PASSWORD, "000000", NOW)
    accounts.close_login(token)
    accounts.set_password(ty.id, OTHER, by=ty.id)
    accounts.remove_totp(ty.id, by=maria.id)
    accounts.unlink(ty.id, SELF, by=maria.id)
    accounts.disable(ty.id, by=maria.id)
    accounts.enable(ty.id, by=maria.id)
    assert actions(store) == [
        ("account_added", None, maria.id),
        ("account_added", maria.id, ty.id),
        ("linked", maria.id, SELF),
        ("login_failed", None, ty.id),
        ("logged_in", ty.id, ty.id),
        ("totp_confirmed", ty.id, ty.id),
        ("login_failed", None, ty.id),
        ("logged_out", ty.id, ty.id),
        ("password_changed", ty.id, ty.id),
        ("totp_removed", maria.id, ty.id),
        ("unlinked", maria.id, SELF),
        ("account_disabled", maria.id, ty.id),
        ("account_enabled", maria.id, ty.id),
    ]
    assert Audit(store).verify() is None


def test_guesses_under_names_that_nobody_has_are_told_together(store: Store, accounts: Accounts) -> None:
    for second in (0, 1, 2, 59, 60, 61):
        fail(accounts, 1, f"name {second}", NOW + timedelta(seconds=second))
    told = [(entry.details, entry.subject) for entry in reversed(Audit(store).entries())]
    assert told == [({"why": "name", "times": 1}, None), ({"why": "name", "times": 4}, None)]
