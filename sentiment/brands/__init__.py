"""The brands that an installation watches: named in a file, on a topic, or on both.

`record` is the contract of the topic, `topic` reads and writes it, `change` makes what is written,
`file` reads the file, `catalogue` puts both together, `finder` finds the brands that a text names,
`past` is the record by which a brand gets its past.
"""
