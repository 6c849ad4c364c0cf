"""Templates in the pages: a text with what is wrong in it, or blocks as forms; either beside the mail it makes."""
