from sqlalchemy import select, update

from openlumbar.records.database import WRITING
from openlumbar.records.feeds import close_feeds, has_feed, open_feed, person_of_feed
from openlumbar.records.people import SELF, People, Person
from openlumbar.records.store import Store
from openlumbar.records.tables import feed, person
from records.made import NOON, begin


def test_there_is_one_person_from_the_beginning(store: Store) -> None:
    (found,) = People(store).all()
    assert (found.id, found.name) == (SELF, "")
    assert People(store).get(SELF) == found
    assert begin(store).person_id == SELF


def test_people_are_added_and_renamed_and_their_names_are_sealed(store: Store) -> None:
    people = People(store)
    added = people.add("Lin 林", NOON)
    assert added == Person(added.id, "Lin 林", NOON) == people.get(added.id)
    assert {found.id for found in people.all()} == {SELF, added.id}
    assert people.rename(added.id, "Chen 陈")
    assert people.get(added.id) == Person(added.id, "Chen 陈", NOON)
    assert people.rename(SELF, "me")
    assert not people.rename("nobody", "x")
    assert people.get("nobody") is None
    with store.transaction() as connection:
        told = repr(connection.execute(select(person)).all())
    assert "Lin" not in told
    assert "Chen" not in told


def test_who_was_erased_is_not_there_any_more(store: Store) -> None:
    people = People(store)
    gone = people.add("a").id
    with store.transaction(WRITING) as connection:
        connection.execute(update(person).where(person.c.id == gone).values(erased_at=NOON, sealed=None))
    assert people.get(gone) is None
    assert [found.id for found in people.all()] == [SELF]
    assert not people.rename(gone, "b")


def test_sessions_are_those_of_one_person(store: Store) -> None:
    other = People(store).add("a").id
    mine, theirs = begin(store, 0), begin(store, 1, person_id=other)
    assert store.sessions() == (mine,)
    assert store.sessions(person_id=other) == (theirs,)
    assert store.sessions(person_id=None) == (theirs, mine)
    assert store.session(theirs.id) == theirs


def test_a_calendar_address_leads_to_its_person_until_it_is_closed(store: Store) -> None:
    other = People(store).add("a").id
    mine, mine_too, theirs = open_feed(store, SELF), open_feed(store, SELF), open_feed(store, other)
    assert len({mine, mine_too, theirs}) == 3
    assert [person_of_feed(store, token) for token in (mine, mine_too, theirs)] == [SELF, SELF, other]
    assert has_feed(store, SELF)
    assert close_feeds(store, SELF) == 2
    assert [has_feed(store, person) for person in (SELF, other, "x")] == [False, True, False]
    assert [person_of_feed(store, token) for token in (mine, mine_too, theirs, "", "x")] == [
        None,
        None,
        other,
        None,
        None,
    ]
    with store.transaction() as connection:
        assert theirs not in repr(connection.execute(select(feed)).all())
