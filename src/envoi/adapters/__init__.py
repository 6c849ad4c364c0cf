"""The project's stores and the outside world: each adapter keeps one port's promise with one outside package."""
