"""Data to try Nguva with: a small believable market, and as much as measuring needs.

`blueprint` is the vocabulary in which `zimbabwe` and `kenya` describe businesses, `build` turns
those into rows, `diary` and `visits` fill their calendars. `scale` loads rows by the million.
"""
