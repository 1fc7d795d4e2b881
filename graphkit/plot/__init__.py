"""Pictures of answers: an ECharts option for each, drawn as SVG, PNG or HTML without a browser."""

from graphkit.plot.canvas import Picture
from graphkit.plot.draw import html_page, png, svg
from graphkit.plot.pictures import picture

__all__ = ["Picture", "html_page", "picture", "png", "svg"]
