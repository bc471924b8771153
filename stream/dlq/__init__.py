"""Dead letters: written by the worker, and in the hands of a person.

`dead_letter` and `history` are what is written. `read_letter` and `box` read the topic, `marks` say
what was done with each, `selection` chooses. `desk` decides, `redrive` makes what is sent again,
`handling` carries it out; `view` shows letters.
"""
