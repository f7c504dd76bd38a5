// Tells who looks elsewhere how a run is: by the tab's title while it trains and at its end, and by a notification at the
// end where somebody wants one.
const KEY = 'lab-notice';
const remembered = () => {
  try { return localStorage.getItem(KEY) === 'yes'; } catch { return false; } // storage may be switched off
};
const remember = (wanted) => {
  try { localStorage.setItem(KEY, wanted ? 'yes' : 'no'); } catch { /* then it is asked for each time */ }
};
// Why there can be no notification, null where there can. On Android only a page that was installed may send one, and
// the question would be for nothing.
const obstacle = () => {
  if (window.top !== window) return 'framed'; // the title is that of another site
  if (!window.isSecureContext) return 'insecure';
  if (!('Notification' in window) || /Android/.test(navigator.userAgent)) return 'missing';
  return Notification.permission === 'denied' ? 'denied' : null;
};
const looksOn = () => document.visibilityState === 'visible' && document.hasFocus();

// The page's own title comes back with the first look at it.
const titles = (window.labTitles ??= { own: null, told: null, share: null });
function tellByTitle(words) {
  if (document.title !== titles.told) titles.own = document.title; // Streamlit wrote it
  titles.told = words(titles.own);
  document.title = titles.told;
}
function tellShare() {
  if (titles.share && !looksOn()) tellByTitle((own) => `${titles.share} · ${own}`);
}
function turn() {
  if (!looksOn()) tellShare();
  else if (titles.told !== null) giveBack();
}
function giveBack() {
  if (document.title === titles.told) document.title = titles.own;
  titles.told = null;
}
if (!titles.hears) {
  titles.hears = true;
  for (const event of ['focus', 'blur', 'visibilitychange']) window.addEventListener(event, turn, true);
}

function notify({ run, title, words }) {
  try {
    const icon = document.querySelector('link[rel~=icon]')?.href;
    const notice = new Notification(title, { body: words, tag: run, icon }); // of two tabs with one run, one
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
  } catch { /* some browsers allow only service workers to: the title has changed */ }
}

export default function ({ data, parentElement }) {
  const label = parentElement.querySelector('.lab-notice');
  const box = label.querySelector('input');
  const why = parentElement.querySelector('.lab-notice-why');
  const wanted = () => obstacle() === null && Notification.permission === 'granted' && remembered();
  label.hidden = data.over;
  label.querySelector('span').textContent = data.offer;
  why.hidden = data.over;
  box.checked = wanted();
  box.onchange = async () => {
    const asks = box.checked;
    remember(asks);
    why.textContent = '';
    if (asks && obstacle() === null && Notification.permission !== 'granted') await Notification.requestPermission();
    box.checked = wanted();
    // A question that was closed without an answer may be asked again.
    if (asks && !wanted()) why.textContent = data.whyNot[obstacle() ?? 'unanswered'];
  };
  const watched = (window.labWatched ??= new Set());
  titles.share = data.over ? null : data.share;
  if (!data.over) {
    watched.add(data.run);
    if (data.share) tellShare();
    else if (titles.told !== null) giveBack(); // paused: it goes no further
  } else if (watched.delete(data.run) && !looksOn()) {
    tellByTitle(() => data.short ?? data.title);
    if (wanted()) notify(data);
  }
  return () => { titles.share = null; }; // another page tells nothing of it
}
