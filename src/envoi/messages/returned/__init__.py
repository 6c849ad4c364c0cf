"""What mail servers and readers send back: bounces, complaints and automatic answers, told apart and understood."""

from envoi.messages.returned.read import read
from envoi.messages.returned.returned import Bounce, Original, Returned, What

__all__ = ["Bounce", "Original", "Returned", "What", "read"]
