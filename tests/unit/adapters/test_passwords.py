from swipesavvy.adapters.passwords import Argon2Hasher

QUICK = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1)


def test_only_the_password_matches_its_hash() -> None:
    stored = QUICK.hash("correct horse")
    assert stored.startswith("$argon2id$")
    assert QUICK.matches(stored, "correct horse")
    assert not QUICK.matches(stored, "correct horsE")
    assert QUICK.hash("correct horse") != stored


def test_nobody_matches_nothing() -> None:
    assert not QUICK.matches(None, "the password of nobody")
    assert not QUICK.matches("not a hash", "x")


def test_the_default_is_the_recommended_profile_and_older_hashes_are_outdated() -> None:
    strong = Argon2Hasher()
    stored = strong.hash("x")
    assert "$m=65536,t=3,p=4$" in stored
    assert not strong.is_outdated(stored)
    assert strong.is_outdated(QUICK.hash("x"))
