"""How good the project's data are: measured by field and source, told in words, ranked by what they touch."""
