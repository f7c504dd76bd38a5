// One bar for each class. While somebody draws, `reading/pen.js` says by the event "lab-pen" what the network makes of
// it so far; without one the bars show what the page said last. The slider of a film says by "lab-film" which of the
// film's moments they show.
const WAITS = -1; // no prediction yet: no bar, no number
const [LEAST, MOST] = [0.001, 0.999]; // that is written down; nothing that a network says is quite certain
const charts = new WeakMap();

function element(className, words = '') {
  const made = document.createElement('div');
  made.className = className;
  made.textContent = words;
  return made;
}

function draw(chart) {
  const rows = new Map();
  let names = '';
  let said = null;
  let meanwhile = null;
  let percent = null;
  let film = '';
  let frames = [];

  const build = ({ classes, colors, axis }) => {
    rows.clear();
    const ticks = element('ticks');
    ticks.append(...[0, 20, 40, 60, 80, 100].map((tick) => element('tick', String(tick))));
    chart.replaceChildren(
      ...classes.flatMap((name, index) => {
        const track = element('track');
        const bar = element('bar');
        const share = element('share');
        bar.style.background = colors[index % colors.length];
        track.append(bar, share);
        rows.set(track, share);
        return [element('name', name), track];
      }),
      element('name'), ticks, element('axis', axis),
    );
  };
  const show = () => {
    const shares = meanwhile ?? said ?? [];
    const best = shares.length ? shares.indexOf(Math.max(...shares)) : -1;
    [...rows].forEach(([track, share], index) => {
      const value = shares[index] ?? WAITS;
      track.style.setProperty('--share', Math.max(value, 0));
      track.classList.toggle('best', index === best);
      share.textContent = value >= LEAST ? percent.format(Math.min(value, MOST)) : '';
    });
  };
  const listen = ({ detail }) => {
    meanwhile = detail?.row.length === rows.size ? detail.row : null;
    show();
  };
  const go = ({ detail }) => {
    if (!(film in detail)) return;
    const frame = frames[detail[film]];
    if (!frame) return;
    said = frame.shares;
    chart.setAttribute('aria-label', frame.alt);
    show();
  };
  return {
    take(data) {
      const now = JSON.stringify(data.classes);
      if (now !== names) build(data);
      names = now;
      percent = new Intl.NumberFormat(data.language, { style: 'percent', minimumFractionDigits: 1 });
      [said, film, frames] = [data.shares, data.film, data.frames];
      chart.setAttribute('aria-label', data.alt);
      chart.style.height = `${data.height}px`;
      document.removeEventListener('lab-pen', listen);
      if (data.live) document.addEventListener('lab-pen', listen);
      document.removeEventListener('lab-film', go);
      if (film) document.addEventListener('lab-film', go);
      show();
      if (film) go({ detail: window.labFilm ?? {} });
    },
    end() {
      document.removeEventListener('lab-pen', listen);
      document.removeEventListener('lab-film', go);
    },
  };
}

export default function ({ data, parentElement }) {
  const chart = parentElement.querySelector('.lab-bars');
  if (!charts.has(chart)) charts.set(chart, draw(chart));
  charts.get(chart).take(data);
  return charts.get(chart).end;
}
