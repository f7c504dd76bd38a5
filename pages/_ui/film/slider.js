// The slider through films. Whoever shows a part of one listens to "lab-film", whose detail is the place of each film by
// its name; who comes later finds the same in `window.labFilm`. Nothing is asked of the server.
const STEP = 900; // milliseconds for a moment
const sliders = new WeakMap();

function slider(root) {
  const [button, input, output] = root.children;
  let data = { stops: [] };
  let timer = 0;

  const show = () => {
    const { places, words } = data.stops[input.valueAsNumber];
    input.setAttribute('aria-valuetext', words.join(' '));
    output.replaceChildren(...words.map((line) => Object.assign(document.createElement('span'), { textContent: line })));
    window.labFilm = { ...window.labFilm, ...places };
    document.dispatchEvent(new CustomEvent('lab-film', { detail: places }));
  };
  const pause = () => {
    clearInterval(timer);
    timer = 0;
    root.classList.remove('plays');
    button.setAttribute('aria-label', data.play);
    button.style.visibility = ''; // not seen before it has a name
  };
  const play = () => {
    const last = Number(input.max);
    if (input.valueAsNumber === last) input.value = 0;
    show();
    root.classList.add('plays');
    button.setAttribute('aria-label', data.pause);
    timer = setInterval(() => {
      if (!root.isConnected || input.valueAsNumber >= last) return pause();
      input.value = input.valueAsNumber + 1;
      show();
      if (input.valueAsNumber >= last) pause();
    }, STEP);
  };

  button.addEventListener('click', () => (timer ? pause() : play()));
  input.addEventListener('input', () => { pause(); show(); });
  return (next) => {
    const stops = JSON.stringify(next.stops.map(({ places }) => places));
    const isNew = stops !== root.dataset.stops;
    root.dataset.stops = stops;
    data = next;
    if (isNew) {
      pause();
      input.max = next.stops.length - 1;
      input.value = input.max;
    }
    if (!timer) pause();
    input.setAttribute('aria-label', next.label);
    show();
  };
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.lab-film-slider');
  if (!sliders.has(root)) sliders.set(root, slider(root));
  sliders.get(root)(data);
}
