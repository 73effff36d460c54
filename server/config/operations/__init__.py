"""What keeps a deployment safe: copies of everything it holds, their proof, the way back, and a look at its health.

Reads and writes whole databases and stores; must hold no rule of the trade.
"""
