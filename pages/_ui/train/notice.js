// Tells who looks elsewhere that a run is over: by the tab's title, and by a notification where somebody wants one.
const KEY = 'lab-notice';
const remembered = () => {
  try { return localStorage.getItem(KEY) === 'yes'; } catch { return false; } // storage may be switched off
};
const remember = (wanted) => {
  try { localStorage.setItem(KEY, wanted ? 'yes' : 'no'); } catch { /* then it is asked for each time */ }
};
const possible = () => window.isSecureContext && 'Notification' in window && Notification.permission !== 'denied';
const looksOn = () => document.visibilityState === 'visible' && document.hasFocus();

function changeTitle(words) {
  const before = document.title;
  document.title = words;
  const back = () => {
    if (!looksOn()) return;
    if (document.title === words) document.title = before;
    for (const event of ['focus', 'visibilitychange']) window.removeEventListener(event, back, true);
  };
  for (const event of ['focus', 'visibilitychange']) window.addEventListener(event, back, true);
}

function notify({ run, title, words }) {
  try {
    const icon = document.querySelector('link[rel~=icon]')?.href;
    const notice = new Notification(title, { body: words, tag: run, icon }); // of two tabs with one run, one
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
  } catch { /* on phones only a service worker may: the title has changed */ }
}

export default function ({ data, parentElement }) {
  const label = parentElement.querySelector('.lab-notice');
  const box = label.querySelector('input');
  const says = label.querySelector('span');
  const wanted = () => possible() && Notification.permission === 'granted' && remembered();
  const show = () => {
    label.hidden = data.over || !possible();
    box.checked = wanted();
    says.textContent = data.offer;
  };
  box.onchange = async () => {
    remember(box.checked);
    if (box.checked && Notification.permission !== 'granted') await Notification.requestPermission();
    show();
    if (!possible()) { // the answer was no: the browser will not ask again
      label.hidden = false;
      box.disabled = true;
      says.textContent = data.refused;
    }
  };
  show();
  const watched = (window.labWatched ??= new Set());
  if (!data.over) watched.add(data.run);
  else if (watched.delete(data.run) && !looksOn()) {
    changeTitle(data.title);
    if (wanted()) notify(data);
  }
}
