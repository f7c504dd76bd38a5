// What Streamlit leaves open around all pages: who follows the theme, what small buttons are called, where the focus
// goes when its button is gone, and how something is said to a screen reader.
const START = '[data-testid=stApp]';
const at = (element, selector) => element.closest(selector);
// What is to be read of an element: the name of a symbol is not.
const words = (element) => {
  const copy = element?.cloneNode(true);
  copy?.querySelectorAll('[translate=no]').forEach((symbol) => symbol.remove());
  return copy?.textContent.trim() ?? '';
};

// Charts get their colours from the server, so it has to know at once when the visitor takes another theme.
function followTheme(frame) {
  const app = document.querySelector(START);
  const theme = app && getComputedStyle(app).colorScheme;
  if (!theme || theme === 'normal') return;
  document.documentElement.style.colorScheme = theme; // for what lies outside of the page, such as popovers
  if (theme === frame.data.theme) {
    frame.told = null;
    frame.tries = 0;
  }
  if (theme === frame.data.theme || theme === frame.told || frame.tries >= 5) return;
  frame.told = theme;
  frame.tries += 1;
  frame.set('theme', theme);
  // Told too early, Streamlit still speaks of the theme before: the page comes back as it was, and is asked again.
  setTimeout(() => {
    if (frame.told === theme) frame.told = null;
    frame.look();
  }, 2000);
}

// A name that says what it belongs to: nine fields have nine buttons "Increment".
function name(frame) {
  const set = (element, value) => {
    if (value && element.ariaLabel !== value) element.ariaLabel = value;
  };
  for (const button of document.querySelectorAll('[data-testid=stNumberInput] button[tabindex="-1"]')) {
    const field = at(button, '[data-testid=stNumberInput]').querySelector('input').ariaLabel;
    const more = button.dataset.testid === 'stNumberInputStepUp';
    set(button, (more ? frame.data.more : frame.data.less).replace('{field}', field));
  }
  for (const button of document.querySelectorAll('.react-aria-ComboBox button[aria-haspopup=listbox]')) {
    const field = at(button, '.react-aria-ComboBox').querySelector('input').ariaLabel;
    set(button, frame.data.open.replace('{field}', field));
  }
  for (const button of document.querySelectorAll('[data-testid=stTooltipIcon] button[aria-label="Help"]')) {
    const about = words(at(button, '[data-testid=stElementContainer]'));
    if (about) set(button, frame.data.help.replace('{field}', about));
  }
  for (const bar of document.querySelectorAll('[data-testid=stProgress] [role=progressbar]'))
    set(bar, words(bar.previousElementSibling) || frame.data.progress);
  for (const icon of document.querySelectorAll('button [role=img][translate=no], a [role=img][translate=no]')) {
    // The symbol of a button with words says nothing.
    if (icon.ariaHidden !== 'true') icon.ariaHidden = 'true';
  }
}

// The language that a visitor chose is there again at the next visit, in another site's frame too.
function remember({ cookie, language }) {
  const value = `${cookie}=${language}`;
  if (!cookie || document.cookie.split('; ').includes(value)) return;
  const framed = window.self !== window.top ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
  document.cookie = `${value}; Path=${new URL('.', document.baseURI).pathname}; Max-Age=31536000; ${framed}`;
}

// What the keyboard can go to inside of an element, switched off or not.
const stops = (element) => [...(element?.querySelectorAll('button, input, textarea, a[href], [tabindex="0"]') ?? [])]
  .filter((stop) => stop.tabIndex >= 0 && stop.checkVisibility());

// The parts with a key around an element, innermost first, and how many stops come before it in each.
function placesOf(element) {
  const places = [];
  for (let part = at(element, '[class*=st-key-]'); part; part = at(part.parentElement, '[class*=st-key-]')) {
    const key = [...part.classList].find((one) => one.startsWith('st-key-'));
    places.push({ key, index: Math.max(stops(part).indexOf(element), 0) });
  }
  return places;
}

const HEADING = ':is(.st-key-focus_here, [class*=st-key-arrive_]) :is(h1, h2, h3)';

// Where a part comes whose key begins with "arrive_" after something was done here, its words get the focus: the next
// step begins at its heading, whatever button led there and however far down that was.
function arrive(frame) {
  let came = null;
  const there = new Set();
  for (const part of document.querySelectorAll('[class*=st-key-arrive_]')) {
    const key = [...part.classList].find((one) => one.startsWith('st-key-arrive_'));
    const begin = part.querySelector('h1, h2, h3, p');
    if (!begin) continue;
    there.add(key);
    if (!frame.there.has(key)) came ??= begin;
  }
  frame.there = there;
  if (!came || !frame.visited) return; // a page that was just opened begins where browsers begin
  came.tabIndex = -1;
  came.focus({ preventScroll: true });
  came.scrollIntoView({ block: 'nearest' });
}

// Where what had the focus is gone or switched off: what stands in its place now, or else the heading of what came.
// A button that was switched off for a moment, or moved within the page, has it again, unless the visitor left it. No
// field to write in: on a telephone that would bring back the keyboard that was put away.
function keepFocus(frame) {
  const last = frame.focused;
  const stays = last?.isConnected && !last.disabled;
  if (!last || document.activeElement !== document.body || (stays && (frame.left || last.matches('input, textarea')))) return;
  if (!frame.patient) { // menus give the focus back themselves
    frame.patient = setTimeout(frame.look, 200);
    return;
  }
  if (document.querySelector(START)?.dataset.testScriptState !== 'notRunning') return;
  // Words that came and were drawn once more have it again, before any button among them.
  const words = last.matches('h1, h2, h3, p') && frame.places.length
    && document.querySelector(`.${CSS.escape(frame.places[0].key)} :is(h1, h2, h3, p)`);
  const instead = stays ? last : words ? null : frame.places.map(({ key, index }) => {
    const now = stops(document.querySelector(`.${CSS.escape(key)}`));
    const place = Math.min(index, now.length - 1);
    return [...now.slice(place), ...now.slice(0, place).reverse()].find((stop) => !stop.disabled);
  }).find(Boolean);
  const next = instead ?? (words || document.querySelector(HEADING)) ?? document.querySelector('[data-testid=stMain] h1');
  if (!next) return;
  frame.focused = frame.patient = null;
  if (!instead) next.tabIndex = -1;
  next.focus({ preventScroll: !frame.keyboard });
}

function begin() {
  const frame = { data: {}, set: () => {}, tries: 0, places: [], there: new Set() };
  let asked = false;
  const look = () => {
    asked = false;
    followTheme(frame);
    name(frame);
    arrive(frame);
    keepFocus(frame);
  };
  frame.look = () => {
    if (!asked) requestAnimationFrame(look);
    asked = true;
  };
  document.addEventListener('focusin', ({ target }) => {
    frame.focused = target;
    frame.visited = true;
    frame.patient = null;
    frame.left = false;
    frame.places = placesOf(target);
  });
  for (const [event, keyboard] of [['keydown', true], ['pointerdown', false]])
    document.addEventListener(event, ({ key }) => {
      frame.keyboard = keyboard;
      frame.left ||= !keyboard || key === 'Tab' || key === 'Escape';
    }, true);
  new MutationObserver(frame.look).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true,
    attributeFilter: ['class', 'disabled', 'data-test-script-state', 'aria-label'],
  });
  return frame;
}

export default function ({ data, setTriggerValue }) {
  const frame = (window.labFrame ??= begin());
  frame.data = data;
  frame.set = setTriggerValue;
  document.documentElement.lang = data.language; // Streamlit says English whatever a page speaks
  remember(data);
  frame.look();
  // Once the first page is there, what the charts of the next ones need.
  if (!navigator.connection?.saveData) (window.requestIdleCallback ?? setTimeout)(() => load(data.library).catch(() => {}));
}
