"""What people may ask of who holds their data: to see it, to have it erased or left unused; and the proof of it."""
