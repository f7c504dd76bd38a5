// The network as a picture. The server draws it; here the pointer and the keyboard go along its blocks, and say in the
// line below what each of them is. The picture is one stop of the keyboard: arrow keys go on from there.
const pictures = new WeakMap();

function element(tag, className, words = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = words;
  return made;
}

function picture(root) {
  const [way, about, more] = root.children;
  let data = {};
  let choose = () => {};
  let current = 0;

  // In the order of the network: in that of the drawing some come last, to lie on top.
  const blocks = () => [...way.querySelectorAll('.block')].sort((a, b) => a.dataset.block - b.dataset.block);
  const placeOf = (target) => {
    const block = target?.closest?.('.block');
    return block ? Number(block.dataset.block) : null;
  };
  const unitOf = (target) => {
    const cell = target?.closest?.('[data-unit]');
    return cell ? Number(cell.dataset.unit) : null;
  };
  // The words of a block, or of one of its units; of none, what there is to do.
  const tell = (place, unit = null) => {
    const block = data.blocks[place];
    blocks().forEach((one, at) => one.classList.toggle('here', at === place));
    if (!block) {
      about.replaceChildren(element('span', 'hint', data.hint));
      return;
    }
    const facts = element('p', 'facts');
    facts.append(element('b', '', block.name));
    for (const words of unit === null ? block.facts : [block.says[unit]]) facts.append(element('span', '', words));
    about.replaceChildren(facts, ...(block.code ? [element('code', '', block.code)] : []));
  };
  const stand = (place, focus = true) => {
    current = Math.max(0, Math.min(place, blocks().length - 1));
    blocks().forEach((block, at) => {
      block.tabIndex = at === current ? 0 : -1;
      block.setAttribute('aria-selected', at === current);
    });
    if (!focus) return;
    const block = blocks()[current];
    block.focus({ preventScroll: true });
    const [seen, room] = [block.getBoundingClientRect(), way.getBoundingClientRect()];
    if (seen.left < room.left) way.scrollLeft -= room.left - seen.left + 24;
    if (seen.right > room.right) way.scrollLeft += seen.right - room.right + 24;
  };
  // Units of a block from top to bottom; the next one from the chosen one on.
  const neighbour = (place, step) => {
    const units = [...blocks()[place].querySelectorAll('[data-unit]')].map(unitOf);
    if (!units.length) return null;
    const [block, unit] = data.chosen ?? [];
    const at = block === place ? units.indexOf(unit) : -1;
    return units[at < 0 ? 0 : Math.max(0, Math.min(at + step, units.length - 1))];
  };
  const take = (place, unit) => {
    if (!data.choosing || unit === null) return;
    choose([place, unit]);
    tell(place, unit);
  };
  const keys = {
    ArrowRight: () => stand(current + 1),
    ArrowLeft: () => stand(current - 1),
    Home: () => stand(0),
    End: () => stand(blocks().length - 1),
    ArrowDown: () => take(current, neighbour(current, 1)),
    ArrowUp: () => take(current, neighbour(current, -1)),
    Enter: () => take(current, neighbour(current, 0)),
    ' ': () => take(current, neighbour(current, 0)),
  };
  const rest = () => tell(placeOf(way.querySelector('.block:focus')));

  way.addEventListener('keydown', (event) => {
    if (!keys[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  way.addEventListener('focusin', ({ target }) => { stand(placeOf(target), false); tell(current); });
  way.addEventListener('focusout', () => tell(null));
  way.addEventListener('pointerover', ({ target }) => { if (placeOf(target) !== null) tell(placeOf(target), unitOf(target)); });
  way.addEventListener('pointerleave', rest);
  way.addEventListener('click', ({ target }) => {
    if (placeOf(target) === null) return;
    stand(placeOf(target));
    tell(current, unitOf(target));
    take(current, unitOf(target));
  });
  return (next, set) => {
    const had = way.contains(document.activeElement);
    const sameWay = data.revision === next.revision;
    [data, choose] = [next, set];
    way.innerHTML = next.svg;
    if (sameWay) way.firstElementChild.classList.add('still'); // only what is chosen is new: it has flowed already
    more.firstElementChild.textContent = next.table;
    more.lastElementChild.innerHTML = next.rows;
    stand(current, had);
    if (!had) tell(null);
  };
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.lab-network');
  if (!pictures.has(root)) pictures.set(root, picture(root));
  pictures.get(root)(data, (chosen) => setTriggerValue('chosen', chosen));
}
