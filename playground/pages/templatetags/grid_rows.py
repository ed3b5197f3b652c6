"""The rows of a grid as blocks: the first ones drawn, the others when they come near."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from playground.forms.grid import Grid, draw_rows

register = template.Library()

# Rows that are drawn with the page.
DRAWN = 100


@register.simple_tag
def draw_blocks(grid: Grid) -> SafeString:
    """Every block of the grid; `draw_rows` escapes what people typed."""
    return mark_safe("".join(_block(grid, start, count) for start, count in grid.blocks()))


def _block(grid: Grid, start: int, count: int) -> str:
    if start < DRAWN:
        rows = draw_rows(grid, start, count)
        return f'<div class="grid-rows" role="rowgroup" data-block>{rows}</div>'
    return f'<div class="grid-rows far" role="rowgroup" data-block data-count="{count}"></div>'
