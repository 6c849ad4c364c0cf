"""Does what people may ask: export, erasure, restriction; and what a project promises by itself: retention."""
