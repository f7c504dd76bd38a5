// Images that change while one looks: each keeps its element, so that nothing blinks and nothing jumps.
const make = () => {
  const figure = document.createElement('figure');
  const [image, words, title, detail, way] = ['img', 'figcaption', 'b', 'span', 'div'].map((name) =>
    document.createElement(name));
  way.className = 'way';
  way.setAttribute('aria-hidden', 'true');
  words.append(title, detail, way);
  figure.append(image, words);
  return Object.assign(figure, { parts: { image, words, title, detail, way } });
};

const put = (element, name, value) => {
  if (element[name] !== value) element[name] = value;
};

const bars = (way, shares) => {
  while (way.children.length > shares.length) way.lastChild.remove();
  while (way.children.length < shares.length) way.append(document.createElement('i'));
  shares.forEach((share, place) => way.children[place].style.setProperty('--share', share));
};

export default function ({ data, parentElement }) {
  const gallery = parentElement.querySelector('.lab-gallery');
  put(gallery, 'className', `lab-gallery lab-${data.size}`);
  put(gallery.style, 'cssText', data.columns);
  while (gallery.children.length > data.tiles.length) gallery.lastChild.remove();
  data.tiles.forEach((tile, place) => {
    const { parts } = gallery.children[place] ?? gallery.appendChild(make());
    put(parts.image, 'src', tile.image);
    put(parts.image, 'alt', tile.alt);
    put(parts.words, 'hidden', !tile.title);
    put(parts.title, 'textContent', tile.title);
    put(parts.title, 'className', tile.mark);
    put(parts.detail, 'textContent', tile.detail);
    bars(parts.way, tile.way);
  });
}
