"""The pages of `envoi serve`: what a project knows and does, for people to look at, on this machine only."""
