// What the canvas library lacks: it follows the room, has a name and takes focus, and arrow keys draw on it.
// Its own toolbar lies over the drawing and swallows strokes, so it is gone: the page's buttons do the same.
const STYLE = new CSSStyleSheet();
STYLE.replaceSync(`
  .dc-toolbar { display: none !important; }
  .dc-root, .dc-scroll, .dc-container, canvas { width: 100% !important; }
  .dc-container { height: auto !important; aspect-ratio: 1; }
  .canvas-container { position: absolute !important; inset: 0; width: auto !important; height: auto !important; }
  canvas { height: 100% !important; }
  .dc-scroll { overflow: hidden !important; }
  .dc-canvas { outline: none !important; }
  .dc-canvas.upper-canvas:focus-visible { outline: 3px solid #7DB0FF !important; outline-offset: -3px; }
  .pen {
    position: absolute; z-index: 30; width: 14px; height: 14px; margin: -9px; border-radius: 50%; display: none;
    border: 2px solid #7DB0FF; box-shadow: 0 0 0 2px #000; pointer-events: none;
  }
  .pen.shown { display: block; }
  .pen.down { background: #FFB020; border-color: #FFB020; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`);
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 1 / 28; // of the canvas: a pixel of what the network sees
const SMALL_STEP = 1 / 140;

function element(className, words) {
  const made = document.createElement('div');
  made.className = className;
  made.textContent = words;
  return made;
}

/** Make one canvas of the library ready; `pen` (x, y as shares of its sides) and `focused` outlive it. */
function equip(frame, root, canvas, words, pen) {
  const box = root.querySelector('.dc-container');
  const help = element('unseen', words.help);
  help.id = 'help';
  const said = element('unseen', '');
  said.setAttribute('role', 'status');
  const mark = element('pen', '');
  box.append(help, said, mark);
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'application');
  canvas.setAttribute('aria-label', words.name);
  canvas.setAttribute('aria-describedby', 'help');
  const held = new Set();
  let down = false;

  const isHere = () => frame.contains(document.activeElement);
  const say = (sentence) => {
    const share = (part) => String(Math.round(part * 100));
    said.textContent = sentence.replace('{x}', share(pen.x)).replace('{y}', share(pen.y));
  };
  const show = (shown = true) => {
    mark.style.left = `${pen.x * 100}%`;
    mark.style.top = `${pen.y * 100}%`;
    mark.classList.toggle('shown', shown);
    mark.classList.toggle('down', down);
  };
  // The keys do what a mouse would do, so a stroke of theirs is a stroke like any other.
  const mouse = (kind) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const place = { clientX: left + pen.x * width, clientY: top + pen.y * height };
    canvas.dispatchEvent(new MouseEvent(kind, { ...place, bubbles: true, composed: true, cancelable: true, view: window }));
  };
  const lift = () => {
    if (!down) return;
    down = false;
    mouse('mouseup');
  };
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      held.add(event.key); // two at a time go at a slant
      const step = event.shiftKey ? SMALL_STEP : STEP;
      for (const key of held) {
        pen.x = Math.min(Math.max(pen.x + ARROWS[key][0] * step, 0), 1);
        pen.y = Math.min(Math.max(pen.y + ARROWS[key][1] * step, 0), 1);
      }
      if (down) mouse('mousemove');
    } else if (event.key === ' ' || event.key === 'Enter') {
      if (event.repeat) return event.preventDefault();
      if (down) {
        lift();
        say(words.up);
      } else {
        down = true;
        mouse('mousedown');
        say(words.down);
      }
    } else if (event.key === 'Escape' && down) {
      lift();
      say(words.up);
    } else return;
    event.preventDefault(); // the page does not scroll
    show();
  };
  canvas.addEventListener('keydown', press);
  canvas.addEventListener('keyup', (event) => {
    if (held.delete(event.key) && !held.size) say(words.at);
  });
  canvas.addEventListener('focus', () => {
    pen.focused = true;
    show(canvas.matches(':focus-visible'));
  });
  canvas.addEventListener('blur', () => {
    held.clear();
    lift();
    show(false);
    setTimeout(() => { pen.focused = pen.focused && (!canvas.isConnected || isHere()); });
  });
  canvas.addEventListener('pointerdown', () => {
    lift();
    show(false);
  });
  // The canvas that this one takes the place of had the focus, and nothing else has it now.
  if (pen.focused && (isHere() || [document.body, null].includes(document.activeElement))) {
    canvas.focus({ preventScroll: true, focusVisible: true });
    show();
  }
}

export default function ({ data, parentElement }) {
  const frame = parentElement.closest('.st-key-canvas_frame');
  const pen = { x: 0.5, y: 0.25, focused: false };
  let canvas = null;
  let root = null;
  let waiting = 0;
  const look = () => {
    const now = frame.querySelector('[data-testid="stBidiComponentIsolated"]')?.shadowRoot;
    // Nothing tells when a place gets its shadow root; from then on nothing in it is missed.
    waiting = now ? 0 : requestAnimationFrame(look);
    if (now && now !== root) {
      root = now;
      root.adoptedStyleSheets = [STYLE];
      seen.observe(root, { childList: true, subtree: true });
    }
    const found = now?.querySelector('canvas.upper-canvas');
    if (found && found !== canvas) {
      canvas = found;
      equip(frame, root, canvas, data, pen);
    }
  };
  const seen = new MutationObserver(() => waiting || look());
  seen.observe(frame, { childList: true, subtree: true });
  look();
  return () => {
    seen.disconnect();
    cancelAnimationFrame(waiting);
  };
}
