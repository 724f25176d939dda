"""The page about who may do what is the one of the table that is tested."""

from scripts.access_matrix import PAGE, page


def test_the_page_is_written_from_the_table_as_it_is():
    assert PAGE.read_text() == page(), "run: make access-matrix"
