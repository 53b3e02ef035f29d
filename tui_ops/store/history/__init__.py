"""History: what becomes of packed rows once nobody waits for them.

A row is written for every poll (:mod:`tui_ops.store.samples`). Two hours of a host's rows become *chunks*: the times
once, and beside them each series compressed, counters as the integers they are. A day of chunks becomes *minutes* and
*hours*: of rates and gauges the lowest, the average, the highest and how many. Each step reads and computes off the
store's thread and takes effect in one transaction, so a crash leaves the state before or after it, never between.

NumPy and pcodec are loaded when the first number is packed or read, not with these modules.
"""
