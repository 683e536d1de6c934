import pytest

from kg.namespaces import NAMES, Names
from kg.nearest import NearestIri, nearest_ending, nearest_name

BASE = NAMES.base
PATHS = (
    *(
        f"id/measure/ai2019-fu2020/{code}"
        for code in ("II-1-20-001", "II-1-20-907", "III-1-20-909")
    ),
    *("id/org/mext", "id/org/meti", "id/org/cas-it", "id/org/cao-ip", "id/org/cas-nisc"),
    *("vocab/field", "vocab/field/health", "def#responsibleOrganization", "def#Measure"),
)
SEARCH = NearestIri((BASE + path for path in PATHS), BASE)


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [
        # as a whole it resembles III-1-20-909 more
        ("id/measure/ai2019-fu2020/II-1-20-999", "id/measure/ai2019-fu2020/II-1-20-907"),
        ("id/measure/ai2019-fu2020/II-1-20-1", "id/measure/ai2019-fu2020/II-1-20-001"),
        ("id/measure/ai2019-fu2020/ii-1-20-001", "id/measure/ai2019-fu2020/II-1-20-001"),
        ("id/measure/II-1-20-001", "id/measure/ai2019-fu2020/II-1-20-001"),
        ("id/org/MEXT", "id/org/mext"),
        ("id/org/mex", "id/org/mext"),
        ("id/org/mxet", "id/org/mext"),
        ("id/org/mtei", "id/org/meti"),
        ("id/org/nisc", "id/org/cas-nisc"),
        ("id/orgs/mext", "id/org/mext"),
        ("ID/ORG/METI", "id/org/meti"),
        ("def#responsibleOrganisation", "def#responsibleOrganization"),
        ("def#measure", "def#Measure"),
        ("vocab/fields", "vocab/field"),
        ("id/org/zzz", None),
        ("", None),
        ("id/org/", None),
    ],
)
def test_neighbours_go_first(wanted: str, nearest: str | None) -> None:
    assert SEARCH.of(BASE + wanted) == (nearest and BASE + nearest)


def test_a_foreign_iri_is_near_to_its_like_under_the_same_host() -> None:
    search = NearestIri(["http://www.w3.org/ns/org#unitOf", f"{BASE}id/org/mext"], BASE)
    assert search.of("http://www.w3.org/ns/org#unitof") == "http://www.w3.org/ns/org#unitOf"
    assert search.of("http://www.w3.org/ns/orgs#unitOf") == "http://www.w3.org/ns/org#unitOf"
    assert search.of("http://www.w3.org/ns/org#mext") is None
    assert search.of("http://example.org/ns/org#unitOf") is None
    assert NearestIri([], BASE).of(f"{BASE}id/org/mext") is None


class Counting(NearestIri):
    """Counts the beginnings that it looks at."""

    tried = 0

    def _beginning_with(self, start: str, iri: str, near: int) -> str | None:
        self.tried += 1
        return super()._beginning_with(start, iri, near)


def test_an_endless_iri_takes_no_time() -> None:
    search = Counting((BASE + path for path in PATHS), BASE)
    assert search.of(f"{BASE}id/org/mext-" + "a-" * 30_000) is None
    assert 0 < search.tried < 40


def test_names_are_compared_in_whatever_case() -> None:
    assert nearest_name("FORMAT", ["lang", "format"]) == "format"
    assert nearest_name("qury", ["query", "format"]) == "query"
    assert nearest_name("zzz", ["query", "format"]) is None
    assert nearest_name("zzz", []) is None


def test_a_longer_name_must_begin_with_a_short_one() -> None:
    assert nearest_name("FOO", ["FLOOR"]) is None
    assert nearest_name("Floo", ["FLOOR"]) == "FLOOR"
    assert nearest_name("meas", ["measure"]) == "measure"
    assert nearest_name("easu", ["measure"]) is None


def test_elsewhere_the_ends_must_be_alike() -> None:
    """What is common in the middle makes no two things resemble each other."""
    known = f"{BASE}id/network/research-and-development/jp"
    search = NearestIri([known], BASE)
    wanted = f"{BASE}id/networks/research-and-development/"
    assert search.of(f"{wanted}jp") == known
    assert search.of(f"{wanted}us") is None


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        (f"{BASE}vocab/measure-status/new", "vstatus:new"),
        (f"{BASE}def#Measure", "jpstrat:Measure"),
        ("http://www.w3.org/ns/org#member", "org:member"),
        (f"{BASE}id/org/npa", "id/org/npa"),
        (f"{BASE}def#", "def#"),
        (f"{BASE}vocab/field/a(b)", "vocab/field/a(b)"),
        ("https://example.org/a", "https://example.org/a"),
    ],
)
def test_iris_are_short_for_people(iri: str, short: str) -> None:
    assert NAMES.short(iri) == short
    other = "https://example.org/other/"
    assert Names(other).short(iri.replace(BASE, other)) == short


@pytest.mark.parametrize(
    ("ending", "nearest"),
    [(".pdf", None), (".tll", None), (".tlt", ".ttl"), (".CVS", ".csv"), (".xls", ".xlsx")],
)
def test_of_endings_every_letter_counts(ending: str, nearest: str | None) -> None:
    assert nearest_ending(ending, (".ttl", ".rdf", ".csv", ".xlsx")) == nearest
