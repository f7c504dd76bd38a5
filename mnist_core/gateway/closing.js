// Says why the server cut a page off: Streamlit's own page connects again without a word.
(() => {
  const tell = (words) => {
    const note = document.createElement('div');
    note.setAttribute('role', 'alert');
    note.textContent = words;
    note.style.cssText = 'position:fixed;left:50%;bottom:1.5rem;transform:translateX(-50%);z-index:1000000;' +
      'max-width:min(36rem,90vw);padding:.75rem 1.25rem;border-radius:.6rem;font:1rem/1.5 system-ui,sans-serif;' +
      'background:#1F2430;color:#FFFFFF;box-shadow:0 2px 12px rgba(0,0,0,.4)';
    document.querySelectorAll('#lab-closing').forEach((old) => old.remove());
    note.id = 'lab-closing';
    document.body.appendChild(note);
    setTimeout(() => note.remove(), 20000);
  };
  const ours = [1008, 1009, 1013];
  window.WebSocket = class extends window.WebSocket {
    constructor(...address) {
      super(...address);
      this.addEventListener('close', (event) => {
        if (ours.includes(event.code) && event.reason) tell(event.reason);
      });
    }
  };
})();
