"""The incremental judge: a few bytes for each person, in which an event touches only the conditions that ask for it."""

from envoi.segments.live.crowd import LiveJudge
from envoi.segments.live.network import Network, network
from envoi.segments.live.step import Step, step

__all__ = ["LiveJudge", "Network", "Step", "network", "step"]
