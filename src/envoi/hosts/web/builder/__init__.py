"""The builder: a condition as a nested form and as text, each following the other; the parser judges both."""
