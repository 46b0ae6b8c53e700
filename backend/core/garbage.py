"""How often Python looks for objects that refer to each other in a circle, which reference counting never frees."""

import gc

OBJECTS_BEFORE_COLLECTION = 20_000


def collect_garbage_rarely() -> None:
    """Leave what exists now alone for ever, and look through new objects more rarely than by default.

    The default is 700 new objects, which is about one answer, and time and again Python then looks through all of the
    service's code and models. That took a quarter of the time of a request. Only faults leave circles behind.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION, 10, 10)
