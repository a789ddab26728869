"""Rules made wrong on purpose: the tests of the settlement must notice each (`make mutants`)."""
