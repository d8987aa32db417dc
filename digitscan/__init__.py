"""Read handwritten digits off scanned forms into a table.

>>> import digitscan  # doctest: +SKIP
>>> reader = digitscan.Reader()  # doctest: +SKIP
>>> for record in reader.read_file("form.png").records:  # doctest: +SKIP
...     print(record.field.name, record.reading.value, record.reading.status)
"""

__version__ = "0.1.0"
