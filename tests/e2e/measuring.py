"""What a page is like for eyes, keyboard and screen reader, measured in the browser."""

from contextlib import suppress
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

# Layout shifts that no click or key caused, from the first moment of a page on.
WATCH_SHIFTS = """
window.labShifts = [];
const placed = (rect) => [rect.x, rect.y, rect.width, rect.height].map(Math.round).join(' ');
const named = ({ node, previousRect, currentRect }) =>
  `${(node?.nodeType === 1 ? node : node?.parentElement)?.textContent.slice(0, 40)} ` +
  `[${placed(previousRect)} -> ${placed(currentRect)}]`;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput) window.labShifts.push([entry.value, entry.sources.map(named)]);
}).observe({ type: 'layout-shift', buffered: true });
"""

# The contrast of every text against what is really behind it: WCAG's ratio, 1 to 21. Colours are painted from the
# page's root upwards, with what is see-through and the opacity of all that is around. What is disabled, hidden for
# eyes, or lies on a picture is left out.
_CONTRAST = """() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const known = new Map();
  const parse = (color) => {
    if (!known.has(color)) {
      pen.clearRect(0, 0, 1, 1); pen.fillStyle = color; pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(color, [r, g, b, a / 255]);
    }
    return known.get(color);
  };
  const over = (below, [r, g, b, a], opacity) =>
    below.map((value, i) => value + ([r, g, b][i] - value) * a * opacity);
  const luminance = (color) => {
    const [r, g, b] = color.map((v) => (v / 255 <= 0.04045 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const measure = (element, words, colour) => {
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) return null;
    const chain = [];
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) chain.unshift(at);
    let below = [255, 255, 255], opacity = 1;
    for (const at of chain) {
      const style = getComputedStyle(at);
      if (style.visibility === 'hidden' || style.clipPath === 'inset(50%)' || at.ariaDisabled === 'true' ||
          at.disabled || at.dataset?.disabled === 'true' || at.hasAttribute('disabled')) return null;
      if (style.backgroundImage.includes('url')) return null;
      // What hangs outside of what it belongs to, such as the value above a slider's handle, has other ground.
      const around = at.getBoundingClientRect();
      const outside = around.right <= box.left || around.left >= box.right || around.bottom <= box.top ||
        around.top >= box.bottom;
      if (outside && around.width && style.overflow === 'visible' && at !== document.body) continue;
      opacity *= Number(style.opacity);
      below = over(below, parse(style.backgroundColor), opacity);
    }
    if (opacity < 0.05) return null;
    const style = getComputedStyle(element);
    const svg = element instanceof SVGElement;
    const ink = parse(colour ?? (svg ? style.fill : style.color));
    const text = over(below, ink, opacity * (svg ? Number(style.fillOpacity) : 1));
    return { ratio: ratio(text, below), words: words.slice(0, 50), kind: element.tagName + '.' +
      (element.className.baseVal ?? element.className), size: style.fontSize, color: style.color,
      below: below.map(Math.round).join(',') };
  };
  const found = [];
  const look = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === 1) {
        if (node.shadowRoot) look(node.shadowRoot);
        if (node.placeholder && !node.value)
          found.push(measure(node, node.placeholder, getComputedStyle(node, '::placeholder').color));
        continue;
      }
      const parent = node.parentElement;
      if (!node.textContent.trim() || !parent || ['STYLE', 'SCRIPT', 'NOSCRIPT', 'TITLE'].includes(parent.tagName))
        continue;
      // A heatmap's words lie on its picture: tests of the figures know the colours.
      if (parent.closest('.annotation') && parent.closest('.js-plotly-plot').querySelector('.hm')) continue;
      found.push(measure(parent, node.textContent.trim()));
    }
  };
  look(document.body);
  return found.filter(Boolean);
}"""

_HEADINGS = """() => [...document.querySelectorAll('[data-testid=stMain] :is(h1,h2,h3,h4,h5,h6)')]
  .filter((heading) => heading.getClientRects().length).map((heading) => [Number(heading.tagName[1]),
  heading.textContent.trim()])"""


@dataclass(frozen=True)
class Contrast:
    """How far a text stands out."""

    ratio: float
    words: str
    kind: str
    size: str
    color: str
    below: str


def watch_shifts(context: BrowserContext) -> None:
    """Let every page of a browser count its layout shifts."""
    context.add_init_script(WATCH_SHIFTS)


def shifts(page: Page) -> tuple[float, list[str]]:
    """Return the sum of all layout shifts since the page was opened, and what moved."""
    entries = page.evaluate("window.labShifts")
    return sum(value for value, _ in entries), [f"{value:.3f} {sources}" for value, sources in entries]


def faint(page: Page, least: float = 4.5) -> list[Contrast]:
    """Return the texts whose contrast is below a ratio."""
    return [found for found in (Contrast(**item) for item in page.evaluate(_CONTRAST)) if found.ratio < least]


def headings(page: Page) -> list[tuple[int, str]]:
    """Return level and words of the visible headings, in order."""
    return [(level, words) for level, words in page.evaluate(_HEADINGS)]


def names(page: Page, role: str) -> list[str]:
    """Return the accessible names of all that have a role, as the browser tells them to a screen reader."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        node.get("name", {}).get("value", "")
        for node in nodes
        if not node["ignored"] and node.get("role", {}).get("value") == role
    ]


def too_wide(page: Page, width: int) -> int:
    """Return by how many pixels a page is wider than a window of some width, once its charts have followed."""
    main = "document.querySelector('[data-testid=stMain]')"
    page.set_viewport_size({"width": width, "height": 1000})
    with suppress(PlaywrightTimeoutError):
        page.wait_for_function(f"{main}.scrollWidth <= {main}.clientWidth", timeout=5_000)
    return int(page.evaluate(f"{main}.scrollWidth - {main}.clientWidth"))
