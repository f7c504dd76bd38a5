// One tile a pupil. What is there is changed in place, so that nothing blinks and a link keeps the focus.
const SVG = 'http://www.w3.org/2000/svg';

function made(parent, name, kind) {
  const found = parent.querySelector(`:scope > .${kind}`);
  if (found) return found;
  const element = Object.assign(document.createElement(name), { className: kind });
  parent.append(element);
  return element;
}

function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
  element.hidden = !words;
}

// The accuracy from left to right; its height is from the least to 1.
function draw(tile, values) {
  let svg = tile.querySelector('svg');
  if (!svg) {
    svg = document.createElementNS(SVG, 'svg');
    for (const [name, value] of [['viewBox', '0 0 100 30'], ['preserveAspectRatio', 'none'], ['aria-hidden', 'true']])
      svg.setAttribute(name, value);
    svg.append(document.createElementNS(SVG, 'polyline'));
    tile.append(svg);
  }
  const low = Math.min(...values, 0.999);
  const at = (value, place) => `${(100 * place) / (values.length - 1)},${29 - (28 * (value - low)) / (1 - low)}`;
  svg.firstChild.setAttribute('points', values.length > 1 ? values.map(at).join(' ') : '');
}

function show(tile, data) {
  if (tile.className !== data.kind) tile.className = data.kind;
  say(made(tile, 'b', 'name'), data.name);
  say(made(tile, 'span', 'state'), data.state);
  draw(tile, data.curve);
  say(made(tile, 'span', 'accuracy'), data.accuracy);
  const link = made(tile, 'a', 'link');
  say(link, data.link ? data.run : '');
  if (data.link && link.getAttribute('href') !== data.link) link.setAttribute('href', data.link);
  Object.assign(link, { target: '_blank', rel: 'noopener' }); // the wall stays
  say(made(tile, 'i', 'run'), data.link ? '' : data.run);
  say(made(tile, 'span', 'step'), data.step);
}

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector('.lab-wall');
  if (list.ariaLabel !== data.name) list.ariaLabel = data.name;
  const there = new Map([...list.children].map((tile) => [tile.dataset.number, tile]));
  data.tiles.forEach((tile, place) => {
    const number = String(tile.number);
    const element = there.get(number) ?? document.createElement('li');
    element.dataset.number = number;
    there.delete(number);
    // Moved only where it has to: a link that has the focus keeps it.
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
    show(element, tile);
  });
  for (const gone of there.values()) gone.remove();
}
