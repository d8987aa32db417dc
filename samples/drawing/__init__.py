"""Pen, hands, paper and scanner: what `samples/draw.py` draws its forms with."""
