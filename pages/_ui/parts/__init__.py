"""Pieces that several pages show: charts, galleries, canvas, fields, badges."""
