"""What every implementation of a port has to do, as plain classes of `async def test_…` methods.

Subclass one in a pytest module and provide the fixture it names in its arguments: `uow`, a `UnitOfWorkFactory` over
empty storage.
"""
