"""The live host: takes events over HTTP, judges the segments at once, and answers when all of it is kept."""
