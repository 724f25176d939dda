"""Every panel of every role."""
import pytest
pytestmark = pytest.mark.browser

def test_try(window):
    v = window()
    v.open_as("jonas_peeters", "running")
    print(v.menu, v.violations())
    v.go("Sessions")
    v.page.go_back()
    v.page.wait_for_timeout(500)
    print(v.address)
    v.open_as("jonas_peeters", "running", panel="results")
    print(v.address)
    v.assert_sound("x")
