"""What a network reads in a drawing or picture, for Draw, photos and Explain: asked in one place, said in one way.

It knows neither where the picture comes from nor what a page does with the answer.
"""
