// A link as a QR code. The server makes it once somebody asks; here it is opened and closed, small or over the whole
// window. A dialog of the browser's own keeps the focus, closes by Escape and gives the focus back.
const codes = new WeakMap();

function begin(root) {
  const [open, dialog] = root.children;
  const [code, address, ways] = dialog.children;
  const [whole, close] = ways.children;
  const state = { data: {}, ask: () => {} };
  const size = (large) => {
    dialog.classList.toggle('whole', large);
    whole.textContent = large ? state.data.smaller : state.data.whole;
    whole.setAttribute('aria-pressed', large);
  };
  state.show = () => {
    const { words, name, alt, url, svg, refusal, whole: offered } = state.data;
    open.lastElementChild.textContent = words;
    open.ariaLabel = name;
    dialog.ariaLabel = name;
    code.ariaLabel = alt;
    address.textContent = url;
    close.textContent = state.data.close;
    whole.hidden = !offered || !svg;
    size(dialog.classList.contains('whole'));
    if (state.shown !== (svg ?? refusal)) {
      state.shown = svg ?? refusal;
      if (svg) code.innerHTML = svg;
      else code.textContent = refusal ?? '';
    }
  };
  // What the page has around it, a menu or a dialog of its own, stays open when this one is closed: it hears no Escape.
  const escape = (event) => {
    if (!dialog.isConnected || !dialog.open) { // the page took it off while it was open: it tells of no close then
      window.removeEventListener('keydown', escape, true);
      return;
    }
    if (event.key !== 'Escape') return;
    event.stopImmediatePropagation();
    event.preventDefault();
    dialog.close();
  };
  open.onclick = () => {
    size(false);
    dialog.showModal();
    window.addEventListener('keydown', escape, true);
    if (!state.data.svg) state.ask();
  };
  whole.onclick = () => size(!dialog.classList.contains('whole'));
  close.onclick = () => dialog.close();
  dialog.onclick = ({ target }) => {
    if (target === dialog && !dialog.classList.contains('whole')) dialog.close(); // beside it
  };
  dialog.onclose = () => window.removeEventListener('keydown', escape, true);
  return state;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.lab-qr');
  if (!codes.has(root)) codes.set(root, begin(root));
  const state = codes.get(root);
  state.data = data;
  state.ask = () => setTriggerValue('wanted', true);
  state.show();
}
