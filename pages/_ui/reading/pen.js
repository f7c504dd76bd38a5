// Follows the pen on the canvas beside it, shows what the network says so far, and hands it to the bars as "lab-pen".
// What counts as a stroke is what counts for the canvas's library (Fabric 7): the left button, the first finger, also
// outside of the canvas, straight lines with Shift. Events that the browser merged stay merged, as they do there.
const SOON = 8; // milliseconds, half a frame: a new point does not wait for them
const SLOW = 250; // milliseconds for an answer; three of them in a row are a slow connection
const OFF = 30000; // milliseconds without answers after that
const SHORT = 5000; // milliseconds after which a pen that is still down asks again
const PATIENCE = 2000; // milliseconds until an answer is given up
const LATE = 4000; // milliseconds after a stroke for the page to know it
const MOST = 1500; // points that the page does not know yet
const pens = new WeakMap();

const isSlow = () => {
  const line = navigator.connection;
  return Boolean(line?.saveData) || ['slow-2g', '2g', '3g'].includes(line?.effectiveType);
};

function follow(shown) {
  let page = null; // what the page said last: see `follow_pen`
  let canvas = null; // the one that is drawn on
  let finger = null;
  let stroke = null; // [x, y, x, y, ...] in the canvas's own pixels while the pen is down
  let lifted = []; // strokes that the page does not know yet
  let timer = 0;
  let giveUp = 0;
  let asking = null;
  let isUnsent = false;
  let mayAskAt = 0;
  let slow = 0;

  const show = (answer) => {
    if (answer) {
      const [words, below] = shown.children;
      words.textContent = answer.words;
      below.textContent = answer.part && page.part ? page.part.replace('{n}', answer.part) : page.words;
      shown.classList.toggle('lab-long', answer.words.length > 5);
    }
    shown.classList.toggle('shown', Boolean(answer));
    document.dispatchEvent(new CustomEvent('lab-pen', { detail: answer }));
  };
  const forget = () => {
    clearTimeout(timer);
    clearTimeout(giveUp);
    timer = giveUp = 0;
    [stroke, lifted, isUnsent] = [null, [], false];
    asking?.abort();
    show(null);
  };
  const pause = (milliseconds) => {
    mayAskAt = performance.now() + milliseconds;
    isUnsent = Boolean(stroke);
    show(null);
  };

  const schedule = () => {
    if (asking || !isUnsent) return;
    const wait = mayAskAt - performance.now();
    if (wait < SOON) ask();
    else if (wait < SHORT) timer ||= setTimeout(ask, wait); // after a longer pause the next point asks
  };
  const ask = async () => {
    clearTimeout(timer);
    timer = 0;
    isUnsent = false;
    const strokes = stroke ? [...lifted, stroke] : lifted;
    if (!strokes.length) return;
    if (strokes.length > 10 || strokes.reduce((sum, one) => sum + one.length, 0) > 2 * MOST) return forget();
    const began = performance.now();
    const due = Math.max(began, mayAskAt);
    const mine = (asking = new AbortController());
    const late = setTimeout(() => mine.abort('late'), PATIENCE);
    try {
      const response = await fetch(new URL(page.url, document.baseURI), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Pen': page.token },
        body: JSON.stringify({ board: page.board, strokes }),
        signal: mine.signal,
      });
      const answer = response.status === 200 ? await response.json() : null;
      const took = performance.now() - began;
      slow = took > SLOW ? slow + 1 : 0;
      mayAskAt = due + 1000 * Math.max(page.rest, answer?.rest ?? 0);
      if (!stroke && !lifted.length) return;
      if (slow > 2) pause(OFF);
      else if (answer) show(answer);
      else if ([429, 503].includes(response.status)) pause(1000 * (Number(response.headers.get('Retry-After')) || 3));
      else if (![204, 409].includes(response.status)) pause(OFF);
    } catch {
      if (asking === mine && (!mine.signal.aborted || mine.signal.reason === 'late')) pause(OFF);
    } finally {
      clearTimeout(late);
      if (asking === mine) asking = null;
      schedule();
    }
  };

  const add = ({ clientX, clientY }, straight) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const x = Math.round(((clientX - left) / width) * page.side * 10) / 10;
    const y = Math.round(((clientY - top) / height) * page.side * 10) / 10;
    if (stroke.length > 2 && stroke.at(-2) === x && stroke.at(-1) === y) return;
    if (straight && stroke.length > 2) stroke.length -= 2;
    stroke.push(x, y);
    isUnsent = stroke.length > 2;
    schedule();
  };
  const begin = (event, pointer) => {
    const path = event.composedPath();
    const isOurs = path.some((node) => node.classList?.contains('st-key-canvas_frame'));
    if (stroke || !isOurs || !path[0].matches?.('canvas.upper-canvas') || isSlow()) return;
    if (canvas !== path[0]) lifted = [];
    [canvas] = path;
    stroke = [];
    clearTimeout(giveUp);
    add(pointer, event.shiftKey);
  };
  const lift = () => {
    if (!stroke) return;
    lifted.push(stroke);
    stroke = finger = null;
    giveUp = setTimeout(forget, LATE); // the canvas did not take it for a stroke
  };
  const touchOf = (event) => event.changedTouches[0];
  const heard = {
    mousedown: (event) => event.button || begin(event, event),
    mousemove: (event) => stroke && finger === null && add(event, event.shiftKey),
    mouseup: (event) => event.button || finger !== null || lift(),
    touchstart: (event) => {
      if (event.touches.length > 1 || stroke) return;
      finger = touchOf(event).identifier;
      begin(event, touchOf(event));
      if (!stroke) finger = null;
    },
    touchmove: (event) => {
      if (stroke && touchOf(event).identifier === finger) add(touchOf(event), event.shiftKey);
    },
    touchend: (event) => event.touches.length || lift(),
    touchcancel: () => stroke && forget(),
  };
  for (const [kind, act] of Object.entries(heard)) document.addEventListener(kind, act, { capture: true, passive: true });

  return {
    take(now) {
      const before = page;
      page = now;
      if (before && before.canvas !== now.canvas) return forget();
      lifted.splice(0, Math.max(now.strokes - (before?.strokes ?? now.strokes), 0));
      if (!stroke && !lifted.length) return forget(); // the page knows it all
      if (!stroke || before?.board === now.board) return;
      isUnsent = stroke.length > 2;
      schedule();
    },
    end() {
      forget();
      for (const [kind, act] of Object.entries(heard)) document.removeEventListener(kind, act, { capture: true });
      pens.delete(shown);
    },
  };
}

export default function ({ data, parentElement }) {
  const shown = parentElement.querySelector('.lab-so-far');
  if (!pens.has(shown)) pens.set(shown, follow(shown));
  pens.get(shown).take(data);
  return pens.get(shown)?.end;
}
