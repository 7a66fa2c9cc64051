from vaultra_core import errors
from vaultra_http.errors import STATUS


def test_every_error_that_can_be_raised_has_its_status() -> None:
    # LeaseLost never leaves the sync, and the root is raised for what only a command line meets.
    leaves = {
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.VaultraError)
    }
    assert leaves - {errors.VaultraError} == STATUS.keys()
