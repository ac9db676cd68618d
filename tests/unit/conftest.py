"""For all unit tests: examples may come as slowly as the machine is busy, since nothing here is timed."""

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
