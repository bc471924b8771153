"""What was said of each brand: counts by minute and hour, and the newest tweets.

`read` takes a record of `brand.mentions`, `store` keeps them in a temporary file, `keeper` follows
the topics, `series` makes what a chart shows, `views` are the contract.
"""
