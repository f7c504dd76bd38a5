// Weights as pictures, a canvas for each: orange where positive, blue where negative, black at 0. The bytes of all
// moments are here; the slider says by "lab-film" which of them to paint.
const FULL = 127;
const views = new WeakMap();

const channels = (color) => [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16));

function view(root) {
  let about = { moments: 0 };
  let weights = new Int8Array();
  let colors = [];

  const paint = (place) => {
    const { count, height, width } = about;
    const size = height * width;
    [...root.children].forEach((canvas, number) => {
      const context = canvas.getContext('2d');
      const picture = context.createImageData(width, height);
      const first = (place * count + number) * size;
      for (let pixel = 0; pixel < size; pixel += 1) {
        const weight = weights[first + pixel];
        const color = colors[weight > 0 ? 0 : 1];
        for (let channel = 0; channel < 3; channel += 1) picture.data[4 * pixel + channel] = (color[channel] * Math.abs(weight)) / FULL;
        picture.data[4 * pixel + 3] = 255;
      }
      context.putImageData(picture, 0, 0);
    });
  };
  const listen = ({ detail }) => { if (about.film in detail) paint(detail[about.film]); };
  return {
    take(data) {
      const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
      about = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
      weights = new Int8Array(data.slice(4 + length).buffer);
      colors = about.colors.map(channels);
      root.setAttribute('aria-label', about.alt);
      root.replaceChildren(...Array.from({ length: about.count }, () => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [about.width, about.height];
        return canvas;
      }));
      document.removeEventListener('lab-film', listen);
      document.addEventListener('lab-film', listen);
      paint(Math.min(window.labFilm?.[about.film] ?? about.moments - 1, about.moments - 1));
    },
    end() { document.removeEventListener('lab-film', listen); },
  };
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.lab-film-pictures');
  if (!views.has(root)) views.set(root, view(root));
  views.get(root).take(data);
  return views.get(root).end;
}
