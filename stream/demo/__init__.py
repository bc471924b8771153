"""A demonstration: three made-up brands, a crisis, and praise, which notifies nobody.

`texts` makes the tweets, `story` says how many of which kind each brand gets at which time, `play`
gives each its moment: a learned past at once, some hours at sixty times their pace, then real time.
"""
