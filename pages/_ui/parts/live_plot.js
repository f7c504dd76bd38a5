// A chart that changes without flicker; `load` comes before this. Of a film it shows the frame that the slider says.
// What is shown again after a while has its zoom and its hidden entries still: plotly.js keeps them in the element.
const awayCharts = (window.labAwayCharts ??= new Map());
export default function (component) {
  const { parentElement, setTriggerValue } = component;
  const told = JSON.parse(new TextDecoder().decode(component.data));
  const { figure, library, revision, alt, failure, clickable, stays, film, frameAlts } = told;
  const earlier = stays && awayCharts.get(stays);
  if (earlier) {
    awayCharts.delete(stays);
    parentElement.querySelector('.chart').replaceWith(earlier);
  }
  const chart = parentElement.querySelector('.chart');
  chart.setAttribute('aria-label', alt);
  chart.style.height = figure.layout.height + 'px';
  const css = getComputedStyle(chart);
  const layout = { ...figure.layout, uirevision: revision, font: { ...figure.layout.font, family: css.fontFamily } };
  const config = { responsive: true, displaylogo: false, displayModeBar: false };
  let drawn;
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const redraw = figure.data.some(({ type }) => type === 'heatmap');
  const show = (place, duration) => {
    const { data, traces } = figure.frames[place];
    if (frameAlts) chart.setAttribute('aria-label', frameAlts[place]);
    const pace = still.matches || redraw ? 0 : duration;
    const how = { mode: 'immediate', transition: { duration: pace }, frame: { duration: pace, redraw } };
    drawn.animate(chart, { data, traces }, how);
  };
  const go = ({ detail }) => { if (film in detail) show(detail[film], 300); };
  document.removeEventListener('lab-film', chart.follow); // of an earlier figure in this place
  chart.follow = go;
  load(library)
    .then((Plotly) => (drawn = Plotly).react(chart, figure.data, layout, config))
    .then(() => {
      if (earlier) drawn.Plots.resize(chart);
      if (film) {
        document.addEventListener('lab-film', go);
        show(Math.min(window.labFilm?.[film] ?? figure.frames.length - 1, figure.frames.length - 1), 0);
      }
      if (!clickable) return;
      chart.removeAllListeners('plotly_click');
      chart.on('plotly_click', (event) => setTriggerValue('clicked', [...(event.points[0].customdata ?? [])]));
    })
    .catch(() => { chart.textContent = failure; });
  // Drawn in a tab that is not shown, a chart has no width to go by yet.
  const fitted = new ResizeObserver(() => { if (chart.offsetWidth && chart._fullLayout) drawn?.Plots.resize(chart); });
  fitted.observe(chart);
  return () => {
    fitted.disconnect();
    document.removeEventListener('lab-film', go);
    if (stays && drawn) awayCharts.set(stays, chart);
    else drawn?.purge(chart);
  };
}
